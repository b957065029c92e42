// Which block is final: the one that the node names, else the newest that is a window of seconds older than the head.
// What is final is never taken back; so a node whose final block is not on the branch that it shows is not believed.

import { readBlock, readNewestBefore } from "../store/sync-state.ts";
import type { Database } from "../store/database.ts";
import type { Header, Look } from "./source.ts";
import { inconsistent } from "./validate.ts";

/** The newest final block at or below the last of `headers`, which follow block `ancestor`; -1 when there is none yet. */
export async function findFinal(
  {
    look,
    headers,
    ancestor,
    windowSeconds,
  }: { look: Look; headers: readonly Header[]; ancestor: number; windowSeconds: number },
  database: Database,
): Promise<number> {
  const first = headers[0];
  const last = headers.at(-1);
  if (first === undefined || last === undefined) return -1;
  const named = look.finalized;
  if (named !== null) {
    if (named.number > last.number) return last.number;
    const ours =
      named.number >= first.number
        ? headers[named.number - first.number]
        : named.number <= ancestor
          ? await readBlock(database, named.number)
          : null;
    if (ours && ours.hash !== named.hash)
      throw inconsistent(`it calls another block ${named.number} final than the one on its branch`);
    return named.number;
  }
  const until = look.head.time - windowSeconds;
  for (let at = headers.length - 1; at >= 0; at -= 1) {
    const header = headers[at];
    if (header !== undefined && header.time <= until) return header.number;
  }
  return (await readNewestBefore(database, { time: until, number: ancestor })) ?? -1;
}
