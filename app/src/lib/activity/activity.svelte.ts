// The trail on screen: acts and receipts in one list, newest first, growing by itself as things happen.
import { createLoader, refreshOn } from "#app/live/index.ts";
import type { Address } from "viem";
import type { ActivityLine } from "./line.ts";
import { readActs, readReceipts, type LinePage } from "./read-activity.ts";

/** A reactive trail. */
export type Activity = ReturnType<typeof createActivity>;

/** Starts the trail; call `stop` when the page goes. */
export function createActivity(options: { subject: Address }) {
  let acts = $state.raw<ActivityLine[]>([]);
  let receipts = $state.raw<ActivityLine[]>([]);
  // Where each list goes on; undefined before the first answer.
  let nextAct: string | null | undefined;
  let nextReceipt: string | null | undefined;
  let more = $state(false);

  const loader = createLoader(async () => {
    const [newActs, newReceipts] = await Promise.all([readActs(), readReceipts()]);
    acts = merge(acts, newActs);
    receipts = merge(receipts, newReceipts);
    nextAct ??= newActs.next;
    nextReceipt ??= newReceipts.next;
    more = Boolean(nextAct ?? nextReceipt);
  });
  const stop = refreshOn(["act", "receipt"], () => void loader.reload());
  void loader.reload();

  const lines = $derived([...acts, ...receipts].sort((a, b) => b.time - a.time || b.id.localeCompare(a.id)));

  async function loadMore(): Promise<void> {
    const [olderActs, olderReceipts] = await Promise.all([
      nextAct ? readActs(nextAct) : undefined,
      nextReceipt ? readReceipts(nextReceipt) : undefined,
    ]);
    if (olderActs) {
      acts = [...acts, ...olderActs.lines];
      nextAct = olderActs.next;
    }
    if (olderReceipts) {
      receipts = [...receipts, ...olderReceipts.lines];
      nextReceipt = olderReceipts.next;
    }
    more = Boolean(nextAct ?? nextReceipt);
  }

  return {
    subject: options.subject,
    loader,
    stop,
    loadMore,
    get lines(): readonly ActivityLine[] {
      return lines;
    },
    get more(): boolean {
      return more;
    },
    /** Receipts alone, newest first. */
    get receipts(): readonly ActivityLine[] {
      return receipts;
    },
  };
}

/** The newest page in front of what is known. A line that a reorganisation took away goes with its page. */
function merge(before: ActivityLine[], page: LinePage): ActivityLine[] {
  const oldest = page.lines.at(-1);
  if (!oldest || page.next === null) return page.lines;
  const seen = new Set(page.lines.map((line) => line.id));
  return [...page.lines, ...before.filter((line) => line.time < oldest.time && !seen.has(line.id))];
}
