// The check at start: every stored row is folded again and held against the contracts' heads; every projection is folded
// again from the acts. What was altered, removed or added is named by place, and left as it is: whoever healed it quietly
// would hide that somebody had been at it. Rule: rows are read page by page, so that memory does not grow with history.

import type { Address, Hex } from "viem";
import { actRow, compareTrail, isAct } from "#protocol/history/index.ts";
import type { LedgerAct, RawLog } from "#protocol/history/index.ts";
import type { Deployment } from "../chain.ts";
import { isTrouble } from "../rpc/index.ts";
import { countActsOf, readActsAfter, readActsBetween } from "../store/acts.ts";
import type { ActRow } from "../store/acts.ts";
import type { Database } from "../store/database.ts";
import type { Cursor } from "../store/sync-state.ts";
import { addressOf, contractNames } from "./batch.ts";
import type { ContractName } from "./batch.ts";
import { checkHeads, checkProjections } from "./check-projections.ts";
import { alteredRow, differingFields, emptyFinding, toFinding } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { createHistoryFold } from "./history-fold.ts";
import type { HistoryFold } from "./history-fold.ts";
import type { Source } from "./source.ts";
import { findAncestor } from "./step.ts";
import type { StoredBlock } from "./step.ts";
import { inconsistent } from "./validate.ts";

export type { Finding } from "./finding.ts";

const PAGE = 2_000;
const BLOCKS_AT_ONCE = 250;
const HEADS_AT_ONCE = 5_000;

type Checked = { database: Database; deployment: Deployment; source: Source };

/**
 * Checks all that is stored up to the cursor; the result is empty when everything is as the ledger says. Where the node
 * contradicts itself (its contracts' heads are not what its own logs fold to), nothing it says names a row: the trouble
 * `inconsistent-node` is thrown, unless `isLast` says that nobody else can be asked.
 */
export async function checkHistory(options: Checked & { cursor: Cursor | null; isLast: boolean }): Promise<Finding[]> {
  const { database, deployment, source, cursor, isLast } = options;
  if (cursor === null) return [];
  const { head } = await source.look();
  const upTo = await findAncestor(
    { top: Math.min(head.number, cursor.number), finalized: cursor.finalized, head, cursor },
    { database, source },
  );
  const findings: Finding[] = [];
  for (const contract of contractNames) {
    const checked = await checkActs(options, { contract, upTo });
    let fold = checked.fold;
    let pages = () => readPages(database, contract);
    if (checked.faults.length > 0) {
      // Something is wrong: the ledger itself is read, to say exactly what.
      const through = upTo?.number ?? cursor.number;
      const range = { contract, from: deployment.deployedAtBlock, to: through };
      const found: Finding[] = [];
      const ledger = createHistoryFold(contract);
      for await (const { acts, kept, to } of readLedger(options, { ...range, fold: ledger }))
        found.push(...compareTrail(acts, kept, { upTo: to }).map((difference) => toFinding(contract, difference)));
      const contradicts = (await compareHeads(options, { contract, upTo, reached: ledger })).length > 0;
      const isTold = found.length > 0 || checked.faults.some(({ kind }) => kind !== "head-differs");
      if ((contradicts || !isTold) && !isLast)
        throw inconsistent("its contracts' heads are not what its own logs fold to");
      for (const finding of found.length > 0 ? found : checked.faults) findings.push(finding);
      fold = createHistoryFold(contract);
      pages = () => readTruth(options, { ...range, ledger });
    }
    // Projections are folded in several rounds, each over the keys of one share, so that only one share is held at once.
    const shares = Math.max(1, Math.ceil((await countActsOf(database, contract)) / 200_000));
    for (let share = 0; share < shares; share += 1) {
      const again = createHistoryFold(contract);
      findings.push(
        ...(await checkProjections({ database, contract, share, shares }, async function* () {
          for await (const logs of pages()) yield again.take(logs).acts;
        })),
      );
      if (share === 0) fold = again;
    }
    // What was folded onto damaged rows carries their damage, which is named already.
    const damaged = new Set(findings.map((finding) => finding.account));
    findings.push(...(await checkHeads({ database, contract, damaged }, fold.ends())));
  }
  return findings;
}

async function* readPages(database: Database, contract: ContractName): AsyncGenerator<RawLog[]> {
  for await (const rows of readRows(database, contract)) yield rows.map(toLog);
}

async function* readRows(database: Database, contract: ContractName): AsyncGenerator<ActRow[]> {
  let after: [number, number] | null = null;
  for (;;) {
    const page: ActRow[] = await readActsAfter(database, { contract, after, limit: PAGE });
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = [last.block, last.logIndex];
  }
}

/** Folds the stored rows of one contract, compares their readable columns with their logs, and the result with the contract. */
async function checkActs(
  options: Checked,
  { contract, upTo }: { contract: ContractName; upTo: StoredBlock | null },
): Promise<{ fold: HistoryFold; faults: Finding[] }> {
  const fold = createHistoryFold(contract);
  const faults: Finding[] = [];
  let asked = false;
  for await (const rows of readRows(options.database, contract)) {
    // Heads are compared where the chain still has these blocks: at the newest one that both sides know.
    const before = upTo === null ? [] : rows.filter((row) => row.block <= upTo.number);
    const after = rows.slice(before.length);
    takeRows(before);
    if (after.length > 0 && !asked) {
      asked = true;
      faults.push(...(await compareHeads(options, { contract, upTo, reached: fold })));
    }
    takeRows(after);
  }
  if (!asked) faults.push(...(await compareHeads(options, { contract, upTo, reached: fold })));
  return { fold, faults };

  function takeRows(rows: readonly ActRow[]): void {
    const { acts, faults: found } = fold.take(rows.map(toLog));
    for (const fault of found) {
      faults.push({
        ...emptyFinding(contract),
        kind: "altered",
        account: fault.account,
        block: fault.block,
        tx: fault.tx,
        logIndex: fault.logIndex,
        message: fault.message,
      });
    }
    const byPlace = new Map(acts.map((act) => [`${act.block} ${act.logIndex}`, act]));
    for (const row of rows) {
      const act = byPlace.get(`${row.block} ${row.logIndex}`);
      const fields = act === undefined ? ["data"] : differingFields(actRow(act), row);
      if (fields.length > 0) faults.push(alteredRow(contract, row, fields));
    }
  }
}

/** Where a fold does not lead to the heads and the roll that the contract has at a block. */
async function compareHeads(
  { deployment, source }: Checked,
  { contract, upTo, reached }: { contract: ContractName; upTo: StoredBlock | null; reached: HistoryFold },
): Promise<Finding[]> {
  if (upTo === null) return [];
  const address = addressOf(deployment, contract);
  const found: Finding[] = [];
  const differs = (account: Address | null, message: string) =>
    found.push({ ...emptyFinding(contract), kind: "head-differs", account, block: upTo.number, message });
  try {
    const ends = [...reached.ends()];
    for (let at = 0; at < ends.length; at += HEADS_AT_ONCE) {
      const part = ends.slice(at, at + HEADS_AT_ONCE);
      const told: Hex[] = await source.readHeads({
        contract: address,
        accounts: part.map(([account]) => account),
        block: upTo,
      });
      part.forEach(([account, end], place) => {
        if (told[place] !== end.head)
          differs(
            account,
            `The stored acts of ${account} do not lead to the head that the contract has at block ${upTo.number}.`,
          );
      });
    }
    if (reached.roll() !== (await source.readRoll({ contract: address, block: upTo })))
      differs(null, `The stored accounts do not lead to the roll that the contract has at block ${upTo.number}.`);
  } catch (error) {
    // A pruned node cannot say what was at that block: the first stretch that it can speak of proves what follows.
    if (!isTrouble(error, "state-gone")) throw error;
  }
  return found;
}

/** The ledger's own acts of a contract, stretch by stretch, beside the rows that are stored of the same blocks. */
async function* readLedger(
  { database, deployment, source }: Checked,
  { contract, from, to, fold }: { contract: ContractName; from: number; to: number; fold: HistoryFold },
): AsyncGenerator<{ acts: LedgerAct[]; kept: ActRow[]; to: number }> {
  const address = addressOf(deployment, contract);
  for (let low = from; low <= to; low += BLOCKS_AT_ONCE) {
    const high = Math.min(to, low + BLOCKS_AT_ONCE - 1);
    const logs = (await source.readLogs({ from: low, to: high })).filter(
      (log) => log.address === address && isAct(log),
    );
    const kept = await readActsBetween(database, { contract, from: low === from ? 0 : low, to: high });
    yield { acts: fold.take(logs).acts, kept, to: high };
  }
}

/**
 * The logs that the projections must come from: the ledger's, which must fold to where they did when they were read the
 * first time, then what is stored of blocks that it no longer has.
 */
async function* readTruth(
  { database, deployment, source }: Checked,
  { contract, from, to, ledger }: { contract: ContractName; from: number; to: number; ledger: HistoryFold },
): AsyncGenerator<RawLog[]> {
  const address = addressOf(deployment, contract);
  const again = createHistoryFold(contract);
  for (let low = from; low <= to; low += BLOCKS_AT_ONCE) {
    const logs = await source.readLogs({ from: low, to: Math.min(to, low + BLOCKS_AT_ONCE - 1) });
    const own = logs.filter((log) => log.address === address && isAct(log));
    again.take(own);
    yield own;
  }
  const heads = again.ends();
  const isSame = [...ledger.ends()].every(([account, end]) => heads.get(account)?.head === end.head);
  if (!isSame || again.roll() !== ledger.roll()) throw inconsistent("it gave other logs than a moment before");
  for await (const rows of readRows(database, contract)) yield rows.filter((row) => row.block > to).map(toLog);
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
