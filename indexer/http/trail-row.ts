// A row of the audit trail as it goes out: what is stored, whether it is final, and a mark when it is not what the
// ledger says.

import { z } from "zod";
import type { ActRow } from "../store/acts.ts";
import type { OrphanRow } from "../store/orphans.ts";
import type { SyncStatus } from "../sync/index.ts";
import { addressOut, blockOut, digestOut, finalOut, timeOut } from "./schemas.ts";

/** One act. `topics` and `data` are the log's own words: folding them needs nobody's word. */
export const trailRowOut = z
  .object({
    contract: z.enum(["ledger", "providerRegistry"]),
    address: addressOut,
    block: blockOut,
    blockHash: digestOut,
    time: timeOut,
    tx: digestOut,
    logIndex: z.number().int(),
    account: addressOut,
    index: z.number().int().meta({ description: "Its place in its account's history, from 0." }),
    act: z.string(),
    args: z.record(z.string(), z.unknown()),
    headBefore: digestOut,
    headAfter: digestOut,
    topics: z.array(digestOut),
    data: z.string(),
    final: finalOut,
    mark: z
      .object({ kind: z.string(), message: z.string() })
      .nullable()
      .meta({ description: "Set when this row is not what the ledger says." }),
    orphanedAt: timeOut
      .optional()
      .meta({ description: "Since when its block is no longer in the chain; with orphaned=true only." }),
  })
  .meta({ id: "TrailRow" });

/** A stored act as it goes out. */
export function toTrailRow(act: ActRow, status: SyncStatus): z.input<typeof trailRowOut> {
  const finding = status.findings.find(
    (each) => each.table === "acts" && each.block === act.block && each.logIndex === act.logIndex,
  );
  return {
    ...act,
    final: act.block <= (status.cursor?.finalized ?? 0),
    mark: finding === undefined ? null : { kind: finding.kind, message: finding.message },
  };
}

/** An act whose block left the chain, as it goes out: it is never final, and no word of the index about it is marked. */
export function toOrphanRow({ orphanedAt, ...act }: OrphanRow): z.input<typeof trailRowOut> {
  return { ...act, final: false, mark: null, orphanedAt };
}
