// Reads the trail of the person who is signed in: their acts and those that concern them, and the receipts of reads.
import { addressShape, digestShape, readPage } from "#app/service/index.ts";
import type { TrailRow } from "#protocol/history/index.ts";
import { receiptSchema } from "#protocol/receipts/index.ts";
import { z } from "zod";
import type { ActivityLine } from "./line.ts";

const value = z.union([z.string(), z.number(), z.boolean()]);

const hexShape = z.custom<`0x${string}`>((text) => typeof text === "string" && /^0x([0-9a-f]{2})*$/.test(text));

const rowSchema = z.object({
  contract: z.enum(["ledger", "providerRegistry"]),
  address: addressShape,
  block: z.number(),
  blockHash: digestShape,
  time: z.number(),
  tx: digestShape,
  logIndex: z.number(),
  account: addressShape,
  index: z.number(),
  act: z.string(),
  args: z.record(z.string(), value),
  headBefore: digestShape,
  headAfter: digestShape,
  topics: z.array(digestShape),
  data: hexShape,
});

const receiptItem = z.object({
  receipt: receiptSchema,
  hash: digestShape,
  batch: z.object({ first: z.number(), root: digestShape, anchoredTx: z.string().nullable() }).nullable(),
  orphaned: z.boolean().default(false),
});

/** A page of lines and where the next one begins. */
export type LinePage = { lines: ActivityLine[]; next: string | null };

/** The newest acts, or those after a cursor. */
export async function readActs(cursor?: string): Promise<LinePage> {
  const page = await readPage("/api/trail", {
    query: { order: "newest" },
    schema: rowSchema,
    limit: 100,
    ...(cursor === undefined ? {} : { cursor }),
  });
  return {
    lines: page.items.map((row: TrailRow) => ({
      kind: "act",
      id: `${row.blockHash}-${row.logIndex}`,
      time: row.time,
      row,
    })),
    next: page.next,
  };
}

/** The newest receipts of reads of one's own documents, or those after a cursor. */
export async function readReceipts(cursor?: string): Promise<LinePage> {
  const page = await readPage("/api/receipts", {
    query: { as: "subject" },
    schema: receiptItem,
    limit: 100,
    ...(cursor === undefined ? {} : { cursor }),
  });
  return {
    lines: page.items.map((item) => ({
      kind: "receipt",
      id: item.hash,
      time: item.receipt.body.time,
      ...item,
    })),
    next: page.next,
  };
}
