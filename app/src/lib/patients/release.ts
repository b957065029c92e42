// A read, asked of the gateway: signed by the session key, so that no wallet window opens, and answered document by
// document. Rule: it names everything that the answer depends on, and leaves a receipt that the patient sees.
import { READ } from "#protocol/codes/index.ts";
import { newRequestId, signRequest } from "#protocol/receipts/index.ts";
import { chainClient, gatewayInfo, request } from "#app/service/index.ts";
import { session, sessionKey } from "#app/session/index.ts";
import type { Hex } from "viem";
import { z } from "zod";
import { resultsShape, type ReleaseAnswer } from "./elsewhere/index.ts";
import type { Use } from "./held-consent.ts";

const answerSchema = z.object({ results: resultsShape });

/** So long is waited for this service's gateway, before it counts as away. */
const PATIENCE_MS = 20_000;

/** Asks for documents under one consent and for one purpose. Throws Failure when there is no answer at all. */
export async function askRelease(
  { consent, purpose }: Use,
  documents: readonly { document: Hex; version: number }[],
): Promise<ReleaseAnswer[]> {
  const key = sessionKey();
  const [gateway, block] = await Promise.all([
    gatewayInfo(),
    chainClient().then((client) => client.getBlock({ blockTag: "latest" })),
  ]);
  const signed = await signRequest(key, {
    requestId: newRequestId(),
    chainId: gateway.chainId,
    ledger: gateway.ledger,
    gateway: gateway.address,
    subject: consent.subject,
    grantee: consent.grantee,
    scope: consent.scope,
    reader: session.account,
    op: READ,
    purpose,
    documents: documents.map(({ document, version }) => ({ document, version })),
    recentBlock: { number: Number(block.number), hash: block.hash },
    time: Math.floor(Date.now() / 1000),
  });
  const { results } = await request("/api/releases", {
    method: "POST",
    body: signed,
    schema: answerSchema,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  return results;
}
