// The check at start: every stored row is folded again and held against the contracts' heads; every projection is folded
// again from the acts. What was altered, removed or added is named by place, and left as it is: whoever healed it quietly
// would hide that somebody had been at it.

import type { Address, Hex } from "viem";
import { actRow, compareTrail, decodeLog, foldHistory } from "#protocol/history/index.ts";
import type { LedgerAct, RawLog, TrailDifference } from "#protocol/history/index.ts";
import type { Chain } from "../chain.ts";
import { readActsAfter } from "../store/acts.ts";
import type { ActRow } from "../store/acts.ts";
import type { Database } from "../store/database.ts";
import { readAllRows } from "../store/rows.ts";
import type { ProjectionRow, ProjectionTable } from "../store/rows.ts";
import type { Cursor } from "../store/sync-state.ts";
import { contractNames } from "./batch.ts";
import type { ContractName } from "./batch.ts";
import { changesOf, projectionTables } from "./projections/index.ts";
import type { Source } from "./source.ts";
import { findAncestor } from "./step.ts";

/** One stored row that is not what the ledger says, or one that is not stored although it must be. */
export type Finding = {
  kind: TrailDifference["kind"] | "head-differs";
  table: "acts" | ProjectionTable;
  contract: ContractName;
  account: string | null;
  block: number | null;
  tx: string | null;
  logIndex: number | null;
  /** Which columns differ, where that is known. */
  fields: string[];
  message: string;
};

const PAGE = 5_000;

/** Checks all that is stored up to the cursor; the result is empty when everything is as the ledger says. */
export async function checkHistory(options: {
  database: Database;
  chain: Chain;
  source: Source;
  cursor: Cursor | null;
}): Promise<Finding[]> {
  const { database, chain, source, cursor } = options;
  if (cursor === null) return [];
  const head = await source.readHead();
  const upTo = await findAncestor(
    { top: Math.min(head.number, cursor.number), finalized: cursor.finalized, head, cursor },
    { database, source },
  );
  const findings: Finding[] = [];
  const acts: LedgerAct[] = [];
  for (const contract of contractNames) {
    const address = contract === "ledger" ? chain.deployment.ledger : chain.deployment.providerRegistry;
    const rows = await readAllActs(database, contract);
    const found = await checkContract({ contract, address, rows, upTo, source });
    if (found.genuine) {
      acts.push(...found.acts);
      continue;
    }
    // Something is wrong: the ledger itself is read, to say exactly what.
    const through = upTo ?? cursor.number;
    const told = await readLedger({ contract, address, from: chain.deployment.deployedAtBlock, to: through, source });
    const kept = rows.filter((row) => row.block <= through);
    findings.push(...compareTrail(told, kept, { upTo: through }).map((difference) => toFinding(contract, difference)));
    if (findings.length === 0) findings.push(...found.faults);
    acts.push(...told, ...found.acts.filter((act) => Number(act.block) > through));
  }
  findings.push(...(await checkProjections(database, acts)));
  return findings;
}

async function readAllActs(database: Database, contract: ContractName): Promise<ActRow[]> {
  const rows: ActRow[] = [];
  for (;;) {
    const last = rows.at(-1);
    const page = await readActsAfter(database, {
      contract,
      after: last === undefined ? null : [last.block, last.logIndex],
      limit: PAGE,
    });
    rows.push(...page);
    if (page.length < PAGE) return rows;
  }
}

/** Folds the stored rows of one contract, compares their readable columns with their logs, and the result with the contract. */
async function checkContract(options: {
  contract: ContractName;
  address: Address;
  rows: ActRow[];
  upTo: number | null;
  source: Source;
}): Promise<{ genuine: boolean; acts: LedgerAct[]; faults: Finding[] }> {
  const { contract, address, rows, upTo, source } = options;
  const fold = foldHistory(rows.map(toLog), { contract });
  const faults: Finding[] = fold.faults.map((fault) => ({
    ...emptyFinding(contract),
    kind: "altered",
    account: fault.account,
    block: fault.block,
    tx: fault.tx,
    logIndex: fault.logIndex,
    message: fault.message,
  }));
  const acts = fold.steps.map((step) =>
    decodeLog(step.log, { contract, headBefore: step.headBefore, index: step.index }),
  );
  acts.forEach((act, at) => {
    const row = rows[at];
    const fields = row === undefined ? [] : differingFields(actRow(act), row);
    if (row !== undefined && fields.length > 0) faults.push(alteredRow(contract, row, fields));
  });
  if (upTo !== null) {
    const heads = new Map<Address, Hex>();
    for (const step of fold.steps) if (Number(step.log.blockNumber) <= upTo) heads.set(step.account, step.headAfter);
    const accounts = [...heads.keys()];
    const told = await source.readHeads({ contract: address, accounts, block: upTo });
    accounts.forEach((account, at) => {
      if (told[at] === heads.get(account)) return;
      const message = `The stored acts of ${account} do not lead to the head that the contract has at block ${upTo}.`;
      faults.push({ ...emptyFinding(contract), kind: "head-differs", account, block: upTo, message });
    });
    const partial = foldHistory(
      fold.steps.filter((step) => Number(step.log.blockNumber) <= upTo).map((step) => step.log),
      { contract },
    );
    if (partial.roll !== (await source.readRoll({ contract: address, block: upTo }))) {
      const message = `The stored accounts do not lead to the roll that the contract has at block ${upTo}.`;
      faults.push({ ...emptyFinding(contract), kind: "head-differs", block: upTo, message });
    }
  }
  return { genuine: faults.length === 0, acts, faults };
}

/** The ledger's own acts in a range, however large. */
async function readLedger({
  contract,
  address,
  from,
  to,
  source,
}: {
  contract: ContractName;
  address: Address;
  from: number;
  to: number;
  source: Source;
}): Promise<LedgerAct[]> {
  const logs: RawLog[] = [];
  for (let low = from; low <= to; low += 2_000)
    logs.push(...(await source.readLogs({ from: low, to: Math.min(to, low + 1_999) })));
  const fold = foldHistory(
    logs.filter((log) => log.address === address && log.data.length > 2),
    { contract },
  );
  return fold.steps.map((step) => decodeLog(step.log, { contract, headBefore: step.headBefore, index: step.index }));
}

/** Folds every projection from the acts and compares it with its table, row by row. */
async function checkProjections(database: Database, acts: LedgerAct[]): Promise<Finding[]> {
  const tables = new Map<ProjectionTable, Map<string, ProjectionRow>>(
    projectionTables.map((table) => [table, new Map()]),
  );
  const ordered = acts.toSorted((a, b) => Number(a.block) - Number(b.block) || a.logIndex - b.logIndex);
  for (const act of ordered) {
    for (const change of act.known ? changesOf(act) : []) {
      const rows = tables.get(change.table);
      const next = change.next(rows?.get(change.key) ?? null);
      if (next !== null) rows?.set(change.key, next);
    }
  }
  const findings: Finding[] = [];
  for (const [table, expected] of tables) {
    const contract: ContractName = ["credentials", "members", "auditors", "registrars"].includes(table)
      ? "providerRegistry"
      : "ledger";
    const say = (kind: Finding["kind"], key: string, message: string, fields: string[] = []) =>
      findings.push({ ...emptyFinding(contract), kind, table, fields, message: `Row ${key} of ${table} ${message}` });
    const stored = new Map((await readAllRows(database, table)).map((row) => [row.key, row]));
    for (const [key, row] of expected) {
      const found = stored.get(key);
      if (found === undefined) say("missing", key, "is missing, though acts on the ledger made it.");
      else {
        const fields = differingFields(row, found);
        if (fields.length > 0)
          say("altered", key, `is not what the acts on the ledger made of it: ${fields.join(", ")}.`, fields);
      }
    }
    for (const key of stored.keys()) if (!expected.has(key)) say("extra", key, "was made by no act on the ledger.");
  }
  return findings;
}

function toLog(row: ActRow): RawLog {
  return {
    address: row.address,
    topics: row.topics,
    data: row.data,
    blockNumber: BigInt(row.block),
    blockHash: row.blockHash,
    transactionHash: row.tx,
    logIndex: row.logIndex,
  };
}

/** The columns in which `stored` is not what it must be. */
function differingFields(expected: object, stored: object): string[] {
  const held = new Map(Object.entries(stored));
  return Object.entries(expected)
    .filter(([name, value]) => stable(value) !== stable(held.get(name)))
    .map(([name]) => name);
}

/** JSON with sorted keys: jsonb does not keep their order. */
function stable(value: unknown): string {
  return JSON.stringify(value ?? null, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function emptyFinding(contract: ContractName): Omit<Finding, "kind" | "message"> {
  return { table: "acts", contract, account: null, block: null, tx: null, logIndex: null, fields: [] };
}

function alteredRow(contract: ContractName, row: ActRow, fields: string[]): Finding {
  return {
    ...emptyFinding(contract),
    kind: "altered",
    account: row.account,
    block: row.block,
    tx: row.tx,
    logIndex: row.logIndex,
    fields,
    message: `Log ${row.logIndex} of block ${row.block} is stored with other words than the ledger's: ${fields.join(", ")}.`,
  };
}

function toFinding(contract: ContractName, difference: TrailDifference): Finding {
  const { where } = difference;
  return {
    ...emptyFinding(contract),
    kind: difference.kind,
    account: where.account,
    block: where.block,
    tx: where.tx,
    logIndex: where.logIndex,
    fields: (difference.fields ?? []).map((each) => each.field),
    message: difference.message,
  };
}
