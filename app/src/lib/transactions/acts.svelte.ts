// The one store of acts under way. Screens read it; perform.ts and follow.ts write it.
import type { Address, Hex } from "viem";
import { t } from "#app/ui/index.ts";
import {
  advance,
  isOver,
  leavesAlone,
  readEntries,
  reviveEntry,
  secondsToStay,
  writeEntries,
  type Entry,
} from "./entry.ts";
import { tellEntry } from "./hearers.ts";

const KEY = "placet.acts";

let entries = $state.raw<Entry[]>([]);

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

function save(next: Entry[]): void {
  entries = next;
  sessionStorage.setItem(KEY, writeEntries(next));
}

/** All acts that this tab knows of, reactive, oldest first. */
export const acts = {
  get all(): readonly Entry[] {
    return entries;
  },
  /** Those that are still under way. */
  get pending(): readonly Entry[] {
    return entries.filter((entry) => !isOver(entry));
  },
  /** Those of an account, by name of the act or by what their context holds. */
  of(filter: (entry: Entry) => boolean): readonly Entry[] {
    return entries.filter(filter);
  },
};

/** Takes up what the page before the reload left; gives what has to be followed further. */
export function reviveActs(account: Address): readonly Entry[] {
  if (entries.length === 0) {
    const [words, now] = [t("act.interrupted"), nowSeconds()];
    const left = readEntries(sessionStorage.getItem(KEY));
    const toShow = left.filter((entry) => !leavesAlone(entry) || secondsToStay(entry, now) > 0);
    save(toShow.map((entry) => reviveEntry(entry, { words, now })));
  }
  return entries.filter((entry) => entry.account === account && !isOver(entry));
}

/** Adds an act. */
export function addEntry(entry: Omit<Entry, "since">): void {
  save([...entries, { ...entry, since: nowSeconds() }]);
}

/** Moves an act on and tells whoever waits for it. */
export function moveEntry(id: string, news: Parameters<typeof advance>[1] & { relayId?: string }): Entry | undefined {
  let moved: Entry | undefined;
  const { relayId, ...rest } = news;
  save(
    entries.map((entry) => {
      if (entry.id !== id) return entry;
      moved = { ...advance(entry, rest, nowSeconds()), ...(relayId === undefined ? {} : { relayId }) };
      return moved;
    }),
  );
  if (moved) tellEntry(moved);
  return moved;
}

/** Notes that the wallet has signed: from here on the service may have the act, even if its answer is lost. */
export function markHandedIn(id: string, handedIn: Hex): void {
  save(entries.map((entry) => (entry.id === id ? { ...entry, handedIn } : entry)));
}

/** One act, if it is still known. */
export function findEntry(id: string): Entry | undefined {
  return entries.find((entry) => entry.id === id);
}

/** Takes an act off the screen; what happens on the ledger is not touched by it. */
export function dismissAct(id: string): void {
  save(entries.filter((entry) => entry.id !== id));
}

/** Forgets everything: somebody else signs in. */
export function forgetActs(): void {
  entries = [];
  sessionStorage.removeItem(KEY);
}
