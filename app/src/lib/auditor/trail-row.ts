// A row of the audit trail as the service shows it, and what a screen says of it.
// Rule: a row is a claim of the service until the verification has compared it with the ledger.
import { z } from "zod";
import { readPage, type ListPage } from "#app/service/index.ts";

/** What the table needs of a row; everything else the service sent is kept for the comparison. Times in unix seconds. */
export const trailRowSchema = z.looseObject({
  contract: z.enum(["ledger", "providerRegistry"]),
  block: z.number(),
  blockHash: z.string(),
  time: z.number(),
  tx: z.string(),
  logIndex: z.number(),
  account: z.string(),
  act: z.string(),
  args: z.record(z.string(), z.unknown()),
  headBefore: z.string(),
  headAfter: z.string(),
});

/** A row of the audit trail. */
export type TrailRow = z.infer<typeof trailRowSchema>;

/** What the trail is narrowed to; "" means any. Dates are days: YYYY-MM-DD. */
export type TrailFilters = { account: string; act: string; from: string; to: string };

/** No filter at all. */
export const noFilters: TrailFilters = { account: "", act: "", from: "", to: "" };

/** The filters as the service takes them: days become seconds, "to" includes its day. */
export function queryOf(filters: TrailFilters): Record<string, string | number | undefined> {
  const dayStart = (day: string): number | undefined => (day === "" ? undefined : Date.parse(`${day}T00:00:00`) / 1000);
  const to = dayStart(filters.to);
  return {
    account: filters.account.trim() || undefined,
    act: filters.act || undefined,
    from: dayStart(filters.from),
    to: to === undefined ? undefined : to + 86_400,
    order: "newest",
  };
}

/** One page of the trail, newest first. Throws Failure. */
export function readTrail(
  filters: TrailFilters,
  options: { cursor?: string | undefined; limit?: number; signal?: AbortSignal } = {},
): Promise<ListPage<TrailRow>> {
  return readPage("/api/trail", { query: queryOf(filters), schema: trailRowSchema, limit: 50, ...options });
}

/** What makes a row this row: where its log stands. */
export function rowKey(row: { blockHash: string; logIndex: number }): string {
  return `${row.blockHash}:${row.logIndex}`;
}
