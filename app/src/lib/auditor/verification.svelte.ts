// The verification that runs in this browser: it reads every log from the node, folds them, compares the result with the
// heads that the contracts keep (proven against a block hash, where the auditor trusts one), and then compares every row
// that the service shows. Rule: the service's word is never used to judge the service.
import { z } from "zod";
import { readAll, request, rpc } from "#app/service/index.ts";
import { Failure } from "#protocol/failure.ts";
import { compareTrail, createChainReader, verifyHistory, type AuditReport } from "#protocol/history/index.ts";
import { isAddress, type Address, type Hex } from "viem";
import { collectFindings, type Finding } from "./findings.ts";
import { checkReceipts, type ReceiptCheck } from "./receipt-check.ts";

const MOST_ROWS = 500_000;
const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((value) => value as Hex);
const address = z
  .string()
  .refine((value) => isAddress(value, { strict: false }))
  .transform((value) => value as Address);
const deploymentShape = z.looseObject({
  chainId: z.number().int(),
  genesisHash: hash,
  ledger: address,
  providerRegistry: address,
  deployedAtBlock: z.number().int(),
});

/** What a finished verification says. */
export type Verdict = {
  at: number;
  report: AuditReport;
  findings: Finding[];
  rows: number;
  receipts: ReceiptCheck;
};

/** The state of the verification: idle, under way (with words), done, or failed. */
export function createVerification() {
  let stage = $state<"idle" | "ledger" | "service" | "receipts" | "done" | "failed">("idle");
  let verdict = $state.raw<Verdict | undefined>();
  let error = $state<unknown>();
  let stop = new AbortController();

  async function run(options: { blockHash?: string | undefined } = {}): Promise<void> {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    error = undefined;
    try {
      const blockHash = readBlockHash(options.blockHash);
      stage = "ledger";
      const deployment = await request("/deployment.json", { schema: deploymentShape, signal });
      const reader = createChainReader(async (method, params) => rpc(method, params));
      const report = await verifyHistory({
        reader,
        deployment,
        signal,
        ...(blockHash === undefined ? {} : { blockHash }),
      });
      stage = "service";
      const rows = await readAll("/api/trail", {
        schema: z.unknown(),
        query: { order: "oldest" },
        max: MOST_ROWS,
        signal,
      });
      const differences = compareTrail(report.acts, rows, { upTo: Number(report.block.number) });
      stage = "receipts";
      const receipts = await checkReceipts(report, { signal });
      if (signal.aborted) return;
      verdict = {
        at: Date.now() / 1000,
        report,
        findings: [...collectFindings(report, differences), ...receipts.findings],
        rows: rows.length,
        receipts,
      };
      stage = "done";
    } catch (failure) {
      if (signal.aborted) return;
      error = failure;
      stage = "failed";
    }
  }

  return {
    get stage() {
      return stage;
    },
    get running() {
      return stage === "ledger" || stage === "service" || stage === "receipts";
    },
    get verdict() {
      return verdict;
    },
    get error() {
      return error;
    },
    run,
    stop: () => stop.abort(),
  };
}

function readBlockHash(text: string | undefined): Hex | undefined {
  const trimmed = text?.trim().toLowerCase() ?? "";
  if (trimmed === "") return undefined;
  const parsed = hash.safeParse(trimmed);
  if (!parsed.success) {
    throw new Failure(
      "bad-input",
      "A block hash is 0x and 64 letters and digits. Nothing was checked. Copy it again from your own node.",
    );
  }
  return parsed.data;
}
