// Batches of receipts that gateways anchored, as Receipts.sol tells them.

import { keyOf, put } from "./change.ts";
import type { Change, KnownAct } from "./change.ts";

/** What an act does to anchored batches. */
export function receiptChanges(act: KnownAct): Change[] {
  if (act.event !== "ReceiptsAnchored") return [];
  const { gateway, root, previous, first, count } = act.args;
  return [
    put("anchors", {
      key: keyOf(gateway, first),
      gateway,
      first: Number(first),
      count: Number(count),
      root,
      previous,
      at: act.stamp.time,
      block: Number(act.block),
      tx: act.tx,
    }),
  ];
}
