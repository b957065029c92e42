// A read asked of another gateway that the patient trusts: the very same signed request, through a frame that reaches that
// gateway alone. Rule: whoever answers there must be who the ledger and the patient's capsule name, and prove it by a receipt.
import { cardShape, hostOf, withReach, type GatewayCard } from "#app/reach/index.ts";
import { chainClient, gatewayInfo, type GatewayInfo } from "#app/service/index.ts";
import { session } from "#app/session/index.ts";
import { t } from "#app/ui/index.ts";
import { READ } from "#protocol/codes/index.ts";
import { Failure } from "#protocol/failure.ts";
import { newRequestId, signRequest, type Receipt } from "#protocol/receipts/index.ts";
import { isAddressEqual, type Hex } from "viem";
import type { Use } from "../held-consent.ts";
import { answerShape, requireReceipted, type ReleaseAnswer } from "./judge-answer.ts";
import type { ElsewhereKey } from "./sign-in.ts";
import type { TrustedGateway } from "./trusted-gateways.ts";

/** Another gateway, signed in to. */
export type Elsewhere = { gateway: TrustedGateway; held: ElsewhereKey };

function isThatGateway(card: GatewayCard, { gateway, own }: { gateway: TrustedGateway; own: GatewayInfo }): boolean {
  return (
    isAddressEqual(card.address, gateway.address) &&
    card.encryptionKey === gateway.encryptionKey.toLowerCase() &&
    card.chainId === own.chainId &&
    card.genesisHash === own.genesisHash &&
    isAddressEqual(card.ledger, own.ledger)
  );
}

/** What became of each document, and the gateway's receipt of it; a stranger gets none. */
export type AnswerElsewhere = { results: ReleaseAnswer[]; receipt: Receipt | null };

/** Asks for documents under one consent and for one purpose. Throws Failure when there is no answer that counts. */
export async function askElsewhere(
  { consent, purpose }: Use,
  { documents, by }: { documents: readonly { document: Hex; version: number }[]; by: Elsewhere },
): Promise<AnswerElsewhere> {
  const { gateway, held } = by;
  const [own, block] = await Promise.all([
    gatewayInfo(),
    chainClient().then((client) => client.getBlock({ blockTag: "latest" })),
  ]);
  const { subject, grantee, scope, opening } = consent;
  return withReach(gateway.url, async (ask) => {
    const host = hostOf(gateway.url);
    if (!isThatGateway(await ask("/api/gateway", { schema: cardShape }), { gateway, own }))
      throw new Failure("tampered", t("provider.elsewhere.other", { host }), { reason: "other-gateway" });
    const signed = await signRequest(held.key, {
      requestId: newRequestId(),
      chainId: own.chainId,
      ledger: own.ledger,
      gateway: gateway.address,
      subject,
      grantee,
      scope,
      reader: session.account,
      op: READ,
      purpose,
      documents: documents.map(({ document, version }) => ({ document, version })),
      recentBlock: { number: Number(block.number), hash: block.hash },
      time: Math.floor(Date.now() / 1000),
    });
    const { signIn } = held;
    const body = { ...signed, signIn, ...(opening === undefined ? {} : { opening }) };
    const answer = await ask("/api/entrusted/releases", { schema: answerShape, body });
    const words = t("provider.elsewhere.noReceipt", { host });
    return { results: await requireReceipted(answer, { signed, signIn, words }), receipt: answer.receipt };
  });
}
