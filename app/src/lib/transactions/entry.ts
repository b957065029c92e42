// One act under way, as it is remembered: what it is, where it stands, how to find it again after a reload. Rule: no
// secret and no signature is kept; it lies in sessionStorage, so it survives a reload and goes with the tab.
import { keccak256, type Address, type Hex } from "viem";
import { z } from "zod";
import { utf8 } from "#protocol/bytes.ts";
import { canonicalJson } from "#protocol/canonical.ts";

/** Where an act stands. The last two are ends without effect. */
export type EntryState = "waiting-for-wallet" | "sent" | "on-the-ledger" | "indexed" | "rejected" | "failed";

const hex = z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-fA-F]+$/.test(value));
const address = z.custom<Address>((value) => typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value));

const entrySchema = z.object({
  id: z.string().max(64),
  account: address,
  name: z.string().max(60),
  title: z.string().max(300),
  state: z.enum(["waiting-for-wallet", "sent", "on-the-ledger", "indexed", "rejected", "failed"]),
  /** When it came into this state, unix seconds. */
  since: z.number(),
  /** Digest of the act, once it is signed and being handed in: by it the service's list tells whether it came. */
  handedIn: hex.optional(),
  relayId: z.string().max(64).optional(),
  hash: hex.optional(),
  block: z.number().optional(),
  problem: z.string().max(2000).optional(),
  /** Whatever the page needs to go on after a reload. */
  context: z.json().optional(),
});

/** A remembered act. */
export type Entry = z.infer<typeof entrySchema>;

const ORDER: readonly EntryState[] = ["waiting-for-wallet", "sent", "on-the-ledger", "indexed"];

/** Names an act by everything that it says; the case of an address says nothing. */
export function digestAct({ name, args }: { name: string; args: Record<string, unknown> }): Hex {
  return keccak256(utf8(canonicalJson({ name, args }).toLowerCase()));
}

/** True when nothing more will happen to it. */
export function isOver(entry: Pick<Entry, "state">): boolean {
  return entry.state === "indexed" || entry.state === "rejected" || entry.state === "failed";
}

/**
 * The entry moved on. News arrive twice and out of order (stream and poll): a step back is ignored, an end is final.
 * `now` in unix seconds.
 */
export function advance(
  entry: Entry,
  news: { state: EntryState; hash?: Hex | undefined; block?: number | undefined; problem?: string | undefined },
  now: number,
): Entry {
  if (isOver(entry)) return entry;
  const from = ORDER.indexOf(entry.state);
  const to = ORDER.indexOf(news.state);
  const back = to !== -1 && to < from;
  return {
    ...entry,
    ...(news.hash === undefined ? {} : { hash: news.hash }),
    ...(news.block === undefined ? {} : { block: news.block }),
    ...(news.problem === undefined ? {} : { problem: news.problem }),
    ...(back || news.state === entry.state ? {} : { state: news.state, since: now }),
  };
}

const STAY_SECONDS = 6;

/**
 * For how many seconds somebody is still shown that an act went well, counted from when it did: neither a reload nor
 * another act makes it stay longer. `now` in unix seconds; `since` is in whole ones, so the one begun counts for it.
 */
export function secondsToStay(entry: Pick<Entry, "since">, now: number): number {
  return Math.min(STAY_SECONDS, Math.max(0, entry.since + 1 + STAY_SECONDS - now));
}

/** True for an act that was seen to go well, or that its own person called off: it leaves without being told to. */
export function leavesAlone(entry: Pick<Entry, "state">): boolean {
  return entry.state === "indexed" || entry.state === "rejected";
}

/** Reads what was remembered; anything that is not an entry is left out. */
export function readEntries(text: string | null): Entry[] {
  if (text === null) return [];
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.flatMap((one) => entrySchema.safeParse(one).data ?? []) : [];
  } catch {
    return []; // Not ours: nothing is lost, since the acts themselves are on their way or on the ledger.
  }
}

/** What to remember: the newest 30, the finished ones among them as well until they leave or are dismissed. */
export function writeEntries(entries: readonly Entry[]): string {
  return JSON.stringify(entries.slice(-30));
}

/**
 * After a reload: what was waiting for a wallet was never sent (the page that would have sent it is gone), and says so;
 * the rest is followed further, and what was being handed in is looked for.
 */
export function reviveEntry(entry: Entry, options: { words: string; now: number }): Entry {
  if (entry.state !== "waiting-for-wallet" || entry.handedIn) return entry;
  return { ...entry, state: "failed", since: options.now, problem: options.words };
}
