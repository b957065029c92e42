// Reads which records of a patient there are for the signed-in person. What the service says of category and cover is a
// hint for the list; whether one opens is decided when it is asked for, by the ledger.
import { addressShape, digestShape, readAll } from "#app/service/index.ts";
import { session } from "#app/session/index.ts";
import { isAddressEqual, type Address } from "viem";
import { z } from "zod";
import type { ChartEntry } from "./chart-entry.ts";

const rowSchema = z.object({
  document: digestShape,
  version: z.number().int().positive(),
  manifest: digestShape,
  author: addressShape,
  subject: addressShape,
  status: z.number(),
  addedAt: z.number(),
  category: z.string().max(40).nullable(),
  epoch: z.number().int().nonnegative().nullable(),
  scopes: z.array(z.object({ grantee: addressShape, scope: digestShape })),
  sealed: z.boolean(),
});

/** All records of a patient that the caller may know of. */
export async function readChart(subject: Address, options: { category?: string } = {}): Promise<ChartEntry[]> {
  const rows = await readAll("/api/documents", { query: { subject, ...options }, schema: rowSchema });
  // Whoever reads for an organisation is told what their own consents cover as well.
  const holder = session.organisation ?? session.account;
  return rows.map(({ scopes, ...row }) => ({
    ...row,
    covered: scopes.some(({ grantee }) => isAddressEqual(grantee, holder)),
  }));
}
