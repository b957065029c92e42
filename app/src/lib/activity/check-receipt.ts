// Checks a receipt on this device: the gateway's signature, the reader's own signed request inside, and the proof that it
// stands in a batch whose root the ledger holds.
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { receiptLeaf, verifyProof, verifyReceipt, type Receipt, type RestsOn } from "#protocol/receipts/index.ts";
import { isFailure } from "#protocol/failure.ts";
import { chainClient, digestShape, gatewayInfo, request } from "#app/service/index.ts";
import { t } from "#app/ui/index.ts";
import { parseEventLogs, type Hex } from "viem";
import { z } from "zod";

/** What was found. `anchored` is undefined while the receipt waits for its batch. */
export type ReceiptCheck =
  | { ok: true; restsOn: RestsOn; anchored: { tx: Hex; root: Hex } | undefined; at: number }
  | { ok: false; problem: string; at: number };

const proofSchema = z.object({
  root: digestShape.nullable(),
  proof: z.array(digestShape),
  anchoredTx: digestShape.nullable(),
});

/** Checks one receipt. Throws Failure only when service or node do not answer. */
export async function checkReceipt(receipt: Receipt): Promise<ReceiptCheck> {
  const at = Math.floor(Date.now() / 1000);
  let restsOn: RestsOn;
  try {
    restsOn = await verifyReceipt(receipt);
  } catch (error) {
    return { ok: false, problem: isFailure(error) ? error.message : t("patient.receipt.badSignature"), at };
  }
  const { root, proof, anchoredTx } = await request(`/api/receipts/${receipt.body.number}/proof`, {
    schema: proofSchema,
  });
  if (root === null || anchoredTx === null) return { ok: true, restsOn, anchored: undefined, at };
  if (!verifyProof({ root, leaf: receiptLeaf(receipt.body), proof }))
    return { ok: false, problem: t("patient.receipt.badProof"), at };
  if (!(await isAnchored(anchoredTx, root, receipt.body.gateway)))
    return { ok: false, problem: t("patient.receipt.notAnchored"), at };
  return { ok: true, restsOn, anchored: { tx: anchoredTx, root }, at };
}

/** True when this transaction anchored this root for this gateway on our ledger. */
async function isAnchored(tx: Hex, root: Hex, gateway: string): Promise<boolean> {
  const client = await chainClient();
  const { ledger } = await gatewayInfo();
  const { logs } = await client.getTransactionReceipt({ hash: tx });
  const ours = logs.filter((log) => log.address.toLowerCase() === ledger.toLowerCase());
  return parseEventLogs({ abi: ledgerAbi, eventName: "ReceiptsAnchored", logs: ours }).some(
    (log) => log.args.root.toLowerCase() === root && log.args.gateway.toLowerCase() === gateway.toLowerCase(),
  );
}
