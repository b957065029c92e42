// Checks a line on this device: the account's whole history is read from the node's logs, folded, and compared with the
// head that the contract itself holds; then the line must be in it, word for word. Nothing here trusts the service's list
// (it relays the node's answers, which the head pins down).
import { foldHead, parseLog, splitLog, compareLogs, ZERO_WORD, type TrailRow } from "#protocol/history/index.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { providerRegistryAbi } from "#protocol/contracts/provider-registry.ts";
import { chainClient, gatewayInfo, request, rpc } from "#app/service/index.ts";
import { t } from "#app/ui/index.ts";
import { numberToHex, pad, type Address, type Hex } from "viem";
import { z } from "zod";

/** An account's acts as the node has them, and whether they land on the contract's head. `at` in unix seconds. */
export type CheckedHistory = {
  genuine: boolean;
  at: number;
  block: number;
  acts: Map<string, { topics: readonly Hex[]; data: Hex; headBefore: Hex; headAfter: Hex; tx: Hex; index: number }>;
};

/** What a check came to. */
export type LineCheck = { state: "ok"; at: number } | { state: "failed"; at: number; detail: string };

/** Reads and folds one account's history on one contract, up to the newest block. Throws Failure when no node answers. */
export async function checkHistory(account: Address, contract: TrailRow["contract"]): Promise<CheckedHistory> {
  const info = await gatewayInfo();
  const client = await chainClient();
  const address = contract === "ledger" ? info.ledger : info.providerRegistry;
  const block = await client.getBlockNumber({ cacheTime: 0 });
  const { deployedAtBlock } = await request("/deployment.json", { schema: z.object({ deployedAtBlock: z.number() }) });
  const [answer, head] = await Promise.all([
    rpc("eth_getLogs", [
      {
        address,
        topics: [null, pad(account.toLowerCase() as Hex, { size: 32 })],
        fromBlock: numberToHex(deployedAtBlock),
        toBlock: numberToHex(block),
      },
    ]),
    client.readContract({
      address,
      abi: contract === "ledger" ? ledgerAbi : providerRegistryAbi,
      functionName: "headOf",
      args: [account],
      blockNumber: block,
    }),
  ]);
  const logs = z.array(z.unknown()).parse(answer).map(parseLog).sort(compareLogs);
  const acts: CheckedHistory["acts"] = new Map();
  let last: Hex = ZERO_WORD;
  for (const log of logs) {
    // OpenZeppelin's own events carry no data and no head: they are no acts.
    if (log.data === "0x") continue;
    const before = last;
    last = foldHead(last, log);
    if (splitLog(log).head !== last) break;
    acts.set(`${log.blockHash}-${log.logIndex}`, {
      topics: log.topics,
      data: log.data,
      headBefore: before,
      headAfter: last,
      tx: log.transactionHash,
      index: acts.size,
    });
  }
  return {
    genuine: last === head.toLowerCase(),
    at: Math.floor(Date.now() / 1000),
    block: Number(block),
    acts,
  };
}

/** Compares one row with a checked history. */
export function checkRow(row: TrailRow, history: CheckedHistory): LineCheck {
  const { at } = history;
  if (!history.genuine) return { state: "failed", at, detail: t("patient.check.headDiffers") };
  const act = history.acts.get(`${row.blockHash}-${row.logIndex}`);
  if (!act) return { state: "failed", at, detail: t("patient.check.notThere") };
  const same =
    act.data === row.data &&
    act.topics.join() === row.topics.join() &&
    act.headBefore === row.headBefore &&
    act.headAfter === row.headAfter &&
    act.tx === row.tx;
  return same ? { state: "ok", at } : { state: "failed", at, detail: t("patient.check.altered") };
}

/** Acts of the account that the service's list leaves out: how many of the checked history are not among these rows. */
export function countMissing(rows: readonly TrailRow[], history: CheckedHistory): number {
  const shown = new Set(rows.map((row) => `${row.blockHash}-${row.logIndex}`));
  return [...history.acts.keys()].filter((key) => !shown.has(key)).length;
}
