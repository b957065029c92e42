// Reading ahead while catching up: the next stretches are fetched while one is folded and written. What is fetched here
// was not checked in any way, and is thrown away as soon as anything does not fit.

import type { RawStretch, Source } from "./source.ts";

/** A stretch on its way. */
export type Fetching = { from: number; to: number; source: Source; raw: Promise<RawStretch> };

/** The stretches on their way, in order. */
export type Ahead = {
  /** The stretch that begins at `from`, if it is on its way from this source. Anything else is dropped. */
  take(source: Source, from: number): Fetching | null;
  /** Sees to it that the stretches after `after` are on their way, up to `head` and `span` blocks each. */
  fill(source: Source, range: { after: number; head: number; span: number }): void;
  drop(): void;
};

/** One on its way, while the one before it is made ready and the one before that is stored: more would only fill memory. */
const DEPTH = 1;

/** Makes an empty queue. */
export function createAhead(): Ahead {
  let queue: Fetching[] = [];
  return {
    take(source, from) {
      const [first] = queue;
      if (first === undefined) return null;
      if (first.source === source && first.from === from) return queue.shift() ?? null;
      queue = [];
      return null;
    },
    fill(source, { after, head, span }) {
      let next = (queue.at(-1)?.to ?? after) + 1;
      while (queue.length < DEPTH && next <= head) {
        const range = { from: next, to: Math.min(head, next + span - 1) };
        const raw = source.fetchStretch(range);
        // It may fail before anybody waits for it; whoever takes it meets the error.
        raw.catch(() => undefined);
        queue.push({ ...range, source, raw });
        next = range.to + 1;
      }
    },
    drop() {
      queue = [];
    },
  };
}
