// Looking up a gateway. Rule: what cannot be added is refused in words; the rest the person compares and confirms.
import type { GatewayInfo } from "#app/service/index.ts";
import { t } from "#app/ui/index.ts";
import { Failure } from "#protocol/failure.ts";
import { MOST_GATEWAYS, type AddedGateway } from "#protocol/keys/index.ts";
import type { Address, Hex } from "viem";
import { findOrigin, refusalOf } from "./judge-card.ts";
import { cardShape, hostOf, withReach } from "#app/reach/index.ts";

/** A gateway that may be trusted, if the person says so. */
export type FoundGateway = { url: string; address: Address; encryptionKey: Hex };

/** Asks the gateway at the address that was typed who it is. Throws Failure("bad-input") for no address, "conflict" for one
 *  that cannot be added, and what `withReach` throws. */
export async function findGateway(
  text: string,
  { own, known }: { own: GatewayInfo; known: readonly AddedGateway[] },
): Promise<FoundGateway> {
  const url = findOrigin(text);
  if (url === undefined) throw new Failure("bad-input", t("gateways.error.address"));
  const card = await withReach(url, async (ask) => ask("/api/gateway", { schema: cardShape }));
  const refusal = refusalOf(card, { own, known });
  if (refusal === undefined) return { url, address: card.address, encryptionKey: card.encryptionKey };
  throw new Failure("conflict", t(`gateways.error.${refusal}`, { host: hostOf(url), count: MOST_GATEWAYS }), {
    reason: refusal,
  });
}
