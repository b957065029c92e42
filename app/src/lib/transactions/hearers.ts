// Who waits for news of an act.
import type { Entry } from "./entry.ts";

type Hear = (entry: Entry) => void;

const hearers = new Map<string, Set<Hear>>();

/** Hears each change of one act, until the returned function is called. */
export function onEntry(id: string, hear: Hear): () => void {
  const set = hearers.get(id) ?? new Set<Hear>();
  hearers.set(id, set.add(hear));
  return () => {
    set.delete(hear);
    if (set.size === 0) hearers.delete(id);
  };
}

/** Tells whoever waits. */
export function tellEntry(entry: Entry): void {
  for (const hear of hearers.get(entry.id) ?? []) hear(entry);
}
