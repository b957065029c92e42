// Reads a subject's consents: rows from the service, each record then from the ledger itself, each opening opened on this
// device. Rule: where service and ledger differ, the ledger counts and the difference is shown.
import { toBytes } from "#protocol/bytes.ts";
import { unpackConsent, type ConsentRecord, type Opening } from "#protocol/consent/index.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import { addressShape, chainClient, fetchBlock, place, digestShape, readAll } from "#app/service/index.ts";
import { openOpening } from "#app/vault/index.ts";
import { type Address, type Hex } from "viem";
import { z } from "zod";
import type { Consent, OpeningProblem } from "./consent.ts";

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
  capsule: digestShape.nullish(),
  tx: digestShape.nullish(),
  reads: z.number().nullish(),
  lastRead: z.number().nullish(),
});

type Row = z.infer<typeof rowSchema>;
type Opened = { opening: Opening } | { problem: OpeningProblem };

/** Reads a subject's consents. Openings that were checked once are kept: a scope's opening can never change. */
export function createConsentReader(subject: Address): () => Promise<Consent[]> {
  const opened = new Map<Hex, Opening>();

  async function openScope(row: Row): Promise<Opened> {
    const before = opened.get(row.scope);
    if (before) return { opening: before };
    if (!row.capsule) return { problem: "missing" };
    let bytes: Uint8Array;
    try {
      bytes = await fetchBlock(manifestCid(row.capsule));
    } catch {
      return { problem: "missing" };
    }
    try {
      const opening = await openOpening({ subject, scope: row.scope, bytes: toBytes(bytes) });
      opened.set(row.scope, opening);
      return { opening };
    } catch (error) {
      return { problem: isFailure(error, "locked") ? "locked" : "tampered" };
    }
  }

  return async () => {
    const rows = await readAll("/api/consents", { query: { as: "subject" }, schema: rowSchema });
    return Promise.all(
      rows.map(async (row): Promise<Consent> => {
        const [scope, ledger] = await Promise.all([openScope(row), row.status === 1 ? readRecord(row) : undefined]);
        return {
          ...row,
          ...(ledger ?? {}),
          capsule: row.capsule ?? null,
          tx: row.tx ?? null,
          reads: row.reads ?? undefined,
          lastRead: row.lastRead ?? undefined,
          opening: "opening" in scope ? scope.opening : undefined,
          problem: "problem" in scope ? scope.problem : undefined,
          differs: ledger !== undefined && (ledger.status !== row.status || ledger.expiresAt !== row.expiresAt),
        };
      }),
    );
  };
}

/** The record as the ledger has it now; undefined when the node does not answer (the row then stands as it is). */
async function readRecord(row: Row): Promise<ConsentRecord | undefined> {
  return readLedgerRecord(row).catch(() => undefined);
}

/** The record as the ledger has it now, for what must not rest on the service's word. Throws Failure("unavailable"). */
export async function readLedgerRecord(consent: {
  subject: Address;
  grantee: Address;
  scope: Hex;
}): Promise<ConsentRecord> {
  const { subject, grantee, scope } = consent;
  try {
    const [client, { ledger }] = await Promise.all([chainClient(), place()]);
    const args = [subject, grantee, scope] as const;
    return unpackConsent(
      await client.readContract({ address: ledger, abi: ledgerAbi, functionName: "consentOf", args }),
    );
  } catch (cause) {
    throw new Failure("unavailable", "The ledger did not answer. Nothing was changed. Try again in a moment.", {
      cause,
    });
  }
}
