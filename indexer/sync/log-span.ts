// How many blocks a node is asked for logs of at once: less after it refused or took too long, more again when it goes
// well, and never more than it said itself.

/** The span of one node. */
export type LogSpan = {
  /** Blocks to ask for at once. */
  blocks(): number;
  /** It was too much: `tried` blocks; `said` is the limit that the node named. */
  refused(tried: number, said: number | undefined): void;
  /** So many blocks were answered. */
  answered(tried: number): void;
};

const MOST = 2_000;
const GROW_AFTER = 8;

/** Makes the span of a node that was never asked. */
export function createLogSpan(most = MOST): LogSpan {
  let span = most;
  let said = most;
  let well = 0;
  return {
    blocks: () => span,
    refused(tried, limit) {
      // What a node names is taken when it is a real step down; a limit above what was refused is about something else.
      if (limit !== undefined && limit >= 1 && limit < tried) said = span = limit;
      else span = Math.max(1, Math.floor(tried / 2));
      well = 0;
    },
    answered(tried) {
      if (tried < span || span >= said) return;
      well += 1;
      if (well < GROW_AFTER) return;
      well = 0;
      span = Math.min(said, Math.max(span + 1, Math.floor(span * 1.5)));
    },
  };
}
