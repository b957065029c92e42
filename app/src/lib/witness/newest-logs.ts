// The newest logs that match, of nodes that answer about the whole chain at once, and of those that answer about so many
// blocks and no more: these are asked backwards from the head, in windows of what they take.
import { isFailure } from "#protocol/failure.ts";

/** Asks for the logs from one block to another, both included; throws Failure("unavailable") where the node refuses. */
export type AskLogs<T> = (fromBlock: bigint, toBlock: bigint) => Promise<readonly T[]>;

/** What nodes take that are stricter than most; a narrower window than the least is a node that does not answer. */
const WIDEST = 10_000n;
const LEAST = 100n;
/** So many questions are asked backwards: half a million blocks of a node that takes 5,000. */
const MOST_ASKED = 100;

/**
 * The logs of the newest window that has any, oldest first; none where there are none from block `from` to `head`. Throws
 * Failure("unavailable") where the node does not answer, or the search would take too long.
 */
export async function findNewestLogs<T>(
  ask: AskLogs<T>,
  { from, readHead }: { from: bigint; readHead: () => Promise<bigint> },
): Promise<readonly T[]> {
  const head = await readHead();
  let refusal: unknown;
  let width = head - from + 1n;
  let to = head;
  for (let asked = 0; to >= from; asked += 1) {
    if (refusal !== undefined && (asked >= MOST_ASKED || width < LEAST)) throw refusal;
    const first = to - width + 1n > from ? to - width + 1n : from;
    try {
      const logs = await ask(first, to);
      if (logs.length > 0) return logs;
      to = first - 1n;
    } catch (error) {
      if (!isFailure(error, "unavailable")) throw error;
      refusal = error;
      width = width > WIDEST ? WIDEST : width / 4n;
    }
  }
  return [];
}
