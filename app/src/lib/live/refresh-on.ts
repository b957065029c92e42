// Reads a list again when the live stream says that something changed, once for a burst of changes.
import { onLive, type LiveEvent } from "#app/service/index.ts";

/** Kinds of live events. */
export type LiveKind = LiveEvent["type"];

/** Calls `reload` shortly after any event of these kinds (a reorganisation always counts). Returns how to stop. */
export function refreshOn(kinds: readonly LiveKind[], reload: () => void): () => void {
  let wait: ReturnType<typeof setTimeout> | undefined;
  const stop = onLive((event) => {
    if (event.type !== "reorg" && !kinds.includes(event.type)) return;
    clearTimeout(wait);
    wait = setTimeout(reload, 120);
  });
  return () => {
    clearTimeout(wait);
    stop();
  };
}
