// Reads the consents that somebody holds: rows from the service, each record then from the ledger itself, each capsule
// opened on this device. Rule: where service and ledger differ, the ledger counts and the difference is shown.
import { toBytes } from "#protocol/bytes.ts";
import { unpackConsent, type ConsentRecord } from "#protocol/consent/index.ts";
import { ledgerAbi } from "#protocol/contracts/index.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { addressShape, chainClient, digestShape, fetchBlock, place, readAccount, readAll } from "#app/service/index.ts";
import { openCapsules, openFreshCapsule } from "#app/vault/index.ts";
import { isAddressEqual, type Address } from "viem";
import { z } from "zod";
import type { HeldConsent } from "./held-consent.ts";
import { createCapsuleOpener } from "./open-capsules.ts";

const rowSchema = z.object({
  subject: addressShape,
  grantee: addressShape,
  scope: digestShape,
  status: z.number(),
  version: z.number(),
  ops: z.number(),
  notBefore: z.number(),
  expiresAt: z.number(),
  grantedAt: z.number(),
  changedAt: z.number(),
  times: z.number().default(0),
  used: z.number().default(0),
  proxy: addressShape.nullish(),
  mandate: digestShape.nullish(),
  capsule: digestShape.nullish(),
  tx: digestShape.nullish(),
  reads: z.number().nullish(),
  lastRead: z.number().nullish(),
});

/** Active, or armed for emergencies. */
const standing = (status: number): boolean => status === 1 || status === 5;

type Row = z.infer<typeof rowSchema>;

/** In whose name somebody reads: their own (role 0), or an organisation's that they are a member of. */
export type Holder = { account: Address; role: number };

/** Reads all consents that the holder holds. What was opened once stays known. */
export function createHeldReader(holder: Holder): () => Promise<HeldConsent[]> {
  const openAll = createCapsuleOpener({ fetchBlock, openCapsules });

  return async () => {
    const all = await readAll("/api/consents", { query: { as: "grantee" }, schema: rowSchema });
    // Whoever reads for an organisation is shown their own as well; the gateway opens nothing under those meanwhile.
    const rows = all.filter(({ grantee }) => isAddressEqual(grantee, holder.account));
    const [opened, records] = await Promise.all([
      openAll(rows),
      Promise.all(rows.map((row) => (standing(row.status) ? readRecord(row) : undefined))),
    ]);
    return rows.map((row, at): HeldConsent => {
      const found = opened[at] ?? { problem: "missing" };
      const ledger = records[at];
      return {
        ...row,
        ...(ledger ?? {}),
        role: holder.role,
        proxy: row.proxy ?? null,
        capsule: row.capsule ?? null,
        tx: row.tx ?? null,
        reads: row.reads ?? undefined,
        lastRead: row.lastRead ?? undefined,
        opening: "opening" in found ? found.opening : undefined,
        epoch: "epoch" in found ? found.epoch : 0,
        problem: "problem" in found ? found.problem : undefined,
        differs:
          ledger !== undefined &&
          (ledger.status !== row.status || ledger.expiresAt !== row.expiresAt || ledger.used < row.used),
      };
    });
  };
}

/** The record as the ledger has it now; undefined when the node does not answer (the row then stands as it is). */
async function readRecord(row: Row): Promise<ConsentRecord | undefined> {
  try {
    const client = await chainClient();
    const { ledger } = await place();
    const word = await client.readContract({
      address: ledger,
      abi: ledgerAbi,
      functionName: "consentOf",
      args: [row.subject, row.grantee, row.scope],
    });
    return unpackConsent(word);
  } catch {
    return undefined;
  }
}

/**
 * Makes sure that this device holds keys of at least `epoch` for a consent: the patient re-keyed since it was granted,
 * and the newest bundle has a fresh capsule in it. False where there is none (yet).
 */
export async function freshenKeys(consent: HeldConsent, epoch: number): Promise<boolean> {
  if (consent.epoch >= epoch) return true;
  const { subject, grantee, scope } = consent;
  const { bundle } = await readAccount(subject, { fresh: true });
  if (!bundle) return false;
  const index = toBytes(await fetchBlock(manifestCid(bundle)));
  const found = await openFreshCapsule({ subject, grantee, scope, index });
  return found !== null && found.epoch >= epoch;
}
