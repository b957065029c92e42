// Checks one row of the trail on this device: the transaction is asked of the node, its log must say the same, and the
// row's head must follow from the one before. Rule: nothing the service says is used to judge the row.
import { rpc } from "#app/service/index.ts";
import { foldHead, parseLog } from "#protocol/history/index.ts";
import { z } from "zod";
import { t } from "#app/ui/index.ts";
import type { TrailRow } from "./trail-row.ts";

const receiptShape = z.looseObject({ blockHash: z.string(), logs: z.array(z.unknown()) });
const claimShape = z.looseObject({ topics: z.array(z.string()), data: z.string() });

/** Whether a row is what the ledger says, and if not, why. */
export type RowCheck = { state: "ok" } | { state: "failed"; detail: string };

/** Checks a row. Throws Failure("unavailable") when the node does not answer. */
export async function checkRow(row: TrailRow): Promise<RowCheck> {
  const failed = (detail: string): RowCheck => ({ state: "failed", detail });
  const receipt = receiptShape.safeParse(await rpc("eth_getTransactionReceipt", [row.tx]));
  if (!receipt.success) return failed(t("auditor.check.noTransaction"));
  if (receipt.data.blockHash.toLowerCase() !== row.blockHash.toLowerCase())
    return failed(t("auditor.check.otherBlock"));
  const log = receipt.data.logs.map((one) => parseLog(one)).find((one) => one.logIndex === row.logIndex);
  const claim = claimShape.safeParse(row);
  if (log === undefined || !claim.success) return failed(t("auditor.check.noLog"));
  const same = log.data === claim.data.data && log.topics.join() === claim.data.topics.join();
  if (!same) return failed(t("auditor.check.otherWords"));
  if (foldHead(row.headBefore as `0x${string}`, log) !== row.headAfter) return failed(t("auditor.check.head"));
  return { state: "ok" };
}
