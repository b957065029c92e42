// How many blocks to take at once: as many as give a transaction worth making, and no more than fit in memory.

/** The size of the next stretches, in blocks. */
export type Pace = {
  blocks(): number;
  /** What the last stretch was that came in. */
  saw(stretch: { blocks: number; logs: number; bytes: number }): void;
  /** It failed: less next time. */
  failed(): void;
};

// Of a busy chain this is thousands of logs already. A quiet one is at full speed six stretches later: more than twice as
// many blocks at once would be more than fits where a quiet time ends.
const FIRST = 16;
const GROWTH = 2;
const MOST_BLOCKS = 2_000;
const GOOD_LOGS = 3_000;
const GOOD_BYTES = 6 * 1024 * 1024;

/** Makes the pace of a start; `first` blocks are taken at first. */
export function createPace(first = FIRST): Pace {
  let span = first;
  return {
    blocks: () => span,
    saw({ blocks, logs, bytes }) {
      // Only a stretch of the full size tells about the size.
      if (blocks < span) return;
      const load = Math.max(logs / GOOD_LOGS, bytes / GOOD_BYTES, 1 / GROWTH);
      span = Math.max(1, Math.min(MOST_BLOCKS, Math.round(blocks / load)));
    },
    failed() {
      span = Math.max(1, Math.floor(span / 2));
    },
  };
}
