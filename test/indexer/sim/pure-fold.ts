// What the tables must hold: everything folded at once from the chain's own logs, by nothing but protocol/history and the
// projections. No database, no order of arrival, no past.

import { getAddress, isAddress, zeroAddress } from "viem";
import type { Address } from "viem";
import { actRow, decodeHistory, foldHistory, foldRoll, isAct, parseLog, ZERO_WORD } from "#protocol/history/index.ts";
import type { LedgerAct, RawLog } from "#protocol/history/index.ts";
import { actColumns } from "#indexer/store/acts.ts";
import type { Database } from "#indexer/store/database.ts";
import { changesOf, projectionTables } from "#indexer/sync/projections/index.ts";
import { branchOf, place } from "./generated-chain.ts";
import type { Block } from "./generated-chain.ts";

/** Rows by table, each in one order. */
export type Tables = Record<string, unknown[]>;

const contracts = ["ledger", "providerRegistry"] as const;

/** The tables that follow from the chain up to `tip`. */
export function foldChain(tip: Block): Tables {
  const logs = branchOf(tip)
    .flatMap((block) => block.logs)
    .map(parseLog)
    .filter((log) => Object.values(place).includes(log.address));
  const acts: LedgerAct[] = [];
  const heads: object[] = [];
  for (const contract of contracts) {
    const own = logs.filter((log) => log.address === place[contract] && isAct(log));
    const fold = foldHistory(own, { contract });
    if (fold.faults.length > 0) throw new Error(`The generated chain is no history: ${fold.faults[0]?.message}`);
    const all = decodeHistory(fold);
    acts.push(...all);
    let roll = ZERO_WORD;
    fold.accounts.forEach((account, at) => {
      roll = foldRoll(roll, account);
      heads.push({
        key: `${contract}|${account}`,
        contract,
        account,
        head: fold.heads.get(account),
        acts: all.filter((act) => act.account === account).length,
        place: at,
        roll,
      });
    });
  }
  acts.sort((a, b) => a.block - b.block || a.logIndex - b.logIndex);
  const tables: Tables = {
    acts: acts.map(actRow),
    act_parties: acts.flatMap((act) =>
      partiesOf(act).map((party) => ({ party, block: act.block, log_index: act.logIndex })),
    ),
    raw_logs: logs.filter((log) => !isAct(log)).map(rawRow),
    heads,
  };
  for (const [table, rows] of foldProjections(acts)) tables[table] = rows;
  return inOrder(tables);
}

function foldProjections(acts: readonly LedgerAct[]): Map<string, unknown[]> {
  const tables = new Map(
    projectionTables.map((table) => [table as string, new Map<string, Record<string, unknown>>()]),
  );
  for (const act of acts) {
    for (const change of act.known ? changesOf(act) : []) {
      const rows = tables.get(change.table);
      const next = change.next((rows?.get(change.key) as Parameters<typeof change.next>[0] | undefined) ?? null);
      if (next === null) rows?.delete(change.key);
      else rows?.set(change.key, next);
    }
  }
  return new Map([...tables].map(([table, rows]) => [table, [...rows.values()]]));
}

function partiesOf(act: LedgerAct): Address[] {
  const named = [act.account, ...Object.values(actRow(act).args)].filter(
    (value): value is Address => typeof value === "string" && isAddress(value, { strict: false }),
  );
  return [...new Set(named.map((value) => getAddress(value)))].filter((address) => address !== zeroAddress);
}

function rawRow(log: RawLog): object {
  return {
    address: log.address,
    block: Number(log.blockNumber),
    block_hash: log.blockHash,
    tx: log.transactionHash,
    log_index: log.logIndex,
    topics: log.topics,
    data: log.data,
  };
}

/** The same tables as they are stored. */
export async function readStored(database: Database): Promise<Tables> {
  const names = ["act_parties", "raw_logs", "heads", ...projectionTables];
  const parts = names.map((table) => `select '${table}' as table, to_jsonb(t) as row from ${table} t`);
  const rows = await database.query<{ table: string; row: unknown }>(
    `select 'acts' as table, to_jsonb(t) as row from (select ${actColumns} from acts a) t union all ${parts.join(" union all ")}`,
  );
  const tables: Tables = Object.fromEntries(["acts", ...names].map((table) => [table, []]));
  for (const { table, row } of rows) tables[table]?.push(row);
  return inOrder(tables);
}

function inOrder(tables: Tables): Tables {
  return Object.fromEntries(
    Object.entries(tables).map(([table, rows]) => [
      table,
      rows
        .map(stable)
        .toSorted()
        .map((text) => JSON.parse(text) as unknown),
    ]),
  );
}

/** JSON with sorted keys and without what is null: a column that was never set is null in a table and absent in a fold. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(
      Object.entries(part)
        .filter(([, held]) => held !== null && held !== undefined)
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  });
}
