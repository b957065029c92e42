// Hands a document's seal to the gateway, made by the subject or by an author who holds the compartment's key: from then
// on whoever has consent can open it through the gateway. It needs no wallet and can be done again at any time.
import { gatewayInfo, request } from "#app/service/index.ts";
import { makeSeals, type KeySource } from "#app/vault/index.ts";
import type { Bytes } from "#protocol/bytes.ts";
import type { Address, Hex } from "viem";
import { z } from "zod";

/** A document version to be sealed. `epoch` is the subject's present one. */
export type Sealable = {
  subject: Address;
  document: Hex;
  version: number;
  category: string;
  epoch: number;
  manifestBytes: Bytes;
  /** "document" for consents that name this very document; "category" (the default) for all others. */
  keyedBy?: "category" | "document";
  /** For an author who is not the subject: the consent, and where the compartment's key lies by the ledger's word. */
  consent?: { grantee: Address; scope: Hex; from: KeySource };
};

const AT_ONCE = 50;

/** Makes and hands in the seals. Throws Failure; what was handed in before stays. */
export async function sealDocuments(documents: readonly Sealable[]): Promise<void> {
  const gateway = await gatewayInfo();
  const party = { address: gateway.address, key: gateway.encryptionKey };
  for (let at = 0; at < documents.length; at += AT_ONCE) {
    const seals = await makeSeals(documents.slice(at, at + AT_ONCE), [party]);
    await request("/api/seals", {
      method: "PUT",
      signed: true,
      body: {
        seals: seals.map(({ document, version, seal }, index) => ({
          subject: documents[at + index]?.subject,
          document,
          version,
          seal,
        })),
      },
      schema: z.unknown(),
    });
  }
}
