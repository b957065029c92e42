// Projections folded again from acts and held against their tables, row by row, one share of the keys at a time.

import type { Address } from "viem";
import type { LedgerAct } from "#protocol/history/index.ts";
import type { Database } from "../store/database.ts";
import { readRowsAfter } from "../store/rows.ts";
import type { ProjectionRow, ProjectionTable } from "../store/rows.ts";
import type { ContractName } from "./batch.ts";
import { differingFields, emptyFinding } from "./finding.ts";
import type { Finding } from "./finding.ts";
import type { AccountEnd } from "./history-fold.ts";
import { changesOf, projectionTables } from "./projections/index.ts";

const PAGE = 2_000;

/** The contract whose acts a projection is folded from. */
function contractOf(table: ProjectionTable): ContractName {
  return ["credentials", "members", "auditors", "registrars"].includes(table) ? "providerRegistry" : "ledger";
}

/** Which share of `shares` a key falls into (FNV-1a). */
function shareOf(key: string, shares: number): number {
  if (shares === 1) return 0;
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % shares;
}

/** Folds the keys of one share from a contract's acts, and compares them with their tables. */
export async function checkProjections(
  { database, contract, share, shares }: { database: Database; contract: ContractName; share: number; shares: number },
  acts: () => AsyncIterable<readonly LedgerAct[]>,
): Promise<Finding[]> {
  const names = projectionTables.filter((table) => contractOf(table) === contract);
  const tables = new Map<ProjectionTable, Map<string, ProjectionRow>>(names.map((table) => [table, new Map()]));
  for await (const page of acts()) {
    for (const act of page) {
      for (const change of act.known ? changesOf(act) : []) {
        if (shareOf(change.key, shares) !== share) continue;
        const rows = tables.get(change.table);
        const next = change.next(rows?.get(change.key) ?? null);
        if (next === null) rows?.delete(change.key);
        else rows?.set(change.key, next);
      }
    }
  }
  const findings: Finding[] = [];
  for (const [table, expected] of tables)
    findings.push(
      ...(await compareTable({ database, table, contract, mine: (key) => shareOf(key, shares) === share }, expected)),
    );
  return findings;
}

/** Compares the table of heads with where the fold ends, but for the accounts in `damaged`. */
export async function checkHeads(
  { database, contract, damaged }: { database: Database; contract: ContractName; damaged: ReadonlySet<string | null> },
  ends: ReadonlyMap<Address, AccountEnd>,
): Promise<Finding[]> {
  const expected = new Map<string, ProjectionRow>();
  const except = new Set([...damaged].map((account) => `${contract}|${account}`));
  for (const [account, { head, acts, place, roll }] of ends) {
    const key = `${contract}|${account}`;
    if (!except.has(key)) expected.set(key, { key, contract, account, head, acts, place, roll });
  }
  return compareTable(
    { database, table: "heads", contract, mine: (key) => key.startsWith(`${contract}|`) && !except.has(key) },
    expected,
  );
}

/** What differs between a table and the rows that it must have; `expected` is used up. */
async function compareTable(
  {
    database,
    table,
    contract,
    mine,
  }: { database: Database; table: ProjectionTable; contract: ContractName; mine: (key: string) => boolean },
  expected: Map<string, ProjectionRow>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const say = (kind: Finding["kind"], key: string, message: string, fields: string[] = []) =>
    findings.push({ ...emptyFinding(contract), kind, table, fields, message: `Row ${key} of ${table} ${message}` });
  let after: string | null = null;
  for (;;) {
    const page: ProjectionRow[] = await readRowsAfter(database, table, { after, limit: PAGE });
    for (const row of page) {
      if (!mine(row.key)) continue;
      const wanted = expected.get(row.key);
      expected.delete(row.key);
      if (wanted === undefined) {
        say("extra", row.key, "was made by no act on the ledger.");
        continue;
      }
      const fields = differingFields(wanted, row);
      if (fields.length > 0)
        say("altered", row.key, `is not what the acts on the ledger made of it: ${fields.join(", ")}.`, fields);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = last.key;
  }
  for (const key of expected.keys()) say("missing", key, "is missing, though acts on the ledger made it.");
  return findings;
}
