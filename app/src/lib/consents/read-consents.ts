// Reads a subject's consents: rows from the service, each record then from the ledger itself, each opening opened on this
// device. Rule: where service and ledger differ, the ledger counts and the difference is shown; what this vault granted and
// the service hides is shown all the same.
import { toBytes } from "#protocol/bytes.ts";
import { unpackConsent, type ConsentRecord, type Opening } from "#protocol/consent/index.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import { addressShape, chainClient, digestShape, fetchBlock, gatewayInfo, place, readAll } from "#app/service/index.ts";
import { openOpening, recallLedger, vault } from "#app/vault/index.ts";
import { readConsentFact } from "#app/witness/index.ts";
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

type Row = z.infer<typeof rowSchema> & { hidden?: true };

/** So soon the service's index has what the ledger has. Seconds. */
const LISTED_WITHIN = 120;

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
    const listed: Row[] = await readAll("/api/consents", { query: { as: "subject", subject }, schema: rowSchema });
    const rows = [...listed, ...(await findHidden(subject, listed))];
    return Promise.all(
      rows.map(async ({ hidden, ...row }): Promise<Consent> => {
        const [scope, ledger] = await Promise.all([openScope(row), standing(row.status) ? readRecord(row) : undefined]);
        return {
          ...row,
          ...(ledger ?? {}),
          proxy: row.proxy ?? null,
          capsule: row.capsule ?? null,
          tx: row.tx ?? null,
          reads: row.reads ?? undefined,
          lastRead: row.lastRead ?? undefined,
          opening: "opening" in scope ? scope.opening : undefined,
          problem: "problem" in scope ? scope.problem : undefined,
          differs:
            hidden === true ||
            (ledger !== undefined &&
              (ledger.status !== row.status || ledger.expiresAt !== row.expiresAt || ledger.used < row.used)),
        };
      }),
    );
  };
}

/** The record as the service's node has it now; undefined when it does not answer (the row then stands as it is). */
async function readRecord(row: Row): Promise<ConsentRecord | undefined> {
  try {
    const [client, { ledger }] = await Promise.all([chainClient(), place()]);
    const args = [row.subject, row.grantee, row.scope] as const;
    return unpackConsent(
      await client.readContract({ address: ledger, abi: ledgerAbi, functionName: "consentOf", args }),
    );
  } catch {
    return undefined;
  }
}

/**
 * The record as the ledger has it now, asked past the service too: for what must not rest on its word. Throws
 * Failure("unavailable"), Failure("tampered") where the views of the ledger differ.
 */
export async function readCheckedRecord(consent: {
  subject: Address;
  grantee: Address;
  scope: Hex;
}): Promise<ConsentRecord> {
  try {
    return unpackConsent((await readConsentFact(consent)).value);
  } catch (cause) {
    if (isFailure(cause, "tampered")) throw cause;
    throw new Failure("unavailable", "The ledger did not answer. Nothing was changed. Try again in a moment.", {
      cause,
    });
  }
}

/** Consents that this vault granted, that are open on the ledger, and that the service's list leaves out. */
async function findHidden(subject: Address, rows: readonly Row[]): Promise<Row[]> {
  if (vault.state !== "unlocked" || vault.account !== subject) return [];
  const listed = new Set(rows.map((row) => `${row.grantee} ${row.scope}`.toLowerCase()));
  const { granted } = recallLedger(await gatewayInfo());
  const missing = granted.filter(({ grantee, scope }) => !listed.has(`${grantee} ${scope}`.toLowerCase()));
  const found = await Promise.all(
    missing.map(async ({ grantee, scope }): Promise<Row[]> => {
      const record = await readCheckedRecord({ subject, grantee, scope }).catch(() => undefined);
      // Too young to be listed yet, or never sent: not hidden.
      const young = record !== undefined && record.changedAt > Date.now() / 1000 - LISTED_WITHIN;
      return record !== undefined && standing(record.status) && !young
        ? [{ ...record, subject, grantee, scope, hidden: true }]
        : [];
    }),
  );
  return found.flat();
}
