// Wrong passphrases: the more of them, the longer the wait. Kept per account on this device, so that a reload does not
// reset it. It slows a person at this keyboard; who copies the locked vault is slowed by Argon2id alone.
import { Failure } from "#protocol/failure.ts";

/** Wrong tries that cost nothing: everybody mistypes. */
const FREE_TRIES = 3;
const FIRST_WAIT = 5;
const LONGEST_WAIT = 300;

/** The wait after so many wrong tries in a row, in seconds: 0 0 0 5 10 20 40 ... 300. */
export function waitAfter(wrongTries: number): number {
  return wrongTries <= FREE_TRIES ? 0 : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (wrongTries - FREE_TRIES - 1));
}

type Tries = { wrong: number; until: number };

const keyOf = (account: string): string => `placet.tries.${account.toLowerCase()}`;

/** Where the counts are kept; localStorage in the app. */
export type TriesStore = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** How many wrong tries there were, and until when (unix seconds) to wait. */
export function readTries(store: TriesStore, account: string): Tries {
  const [wrong, until] = (store.getItem(keyOf(account)) ?? "").split("|").map(Number);
  return { wrong: wrong && wrong > 0 ? wrong : 0, until: until && until > 0 ? until : 0 };
}

/** Throws Failure("locked") while the wait lasts. `now` in unix seconds. */
export function checkTries(store: TriesStore, account: string, now: number): void {
  const { until } = readTries(store, account);
  if (now >= until) return;
  const seconds = Math.ceil(until - now);
  throw new Failure(
    "locked",
    `Too many wrong tries. Nothing was lost. Wait ${seconds} ${seconds === 1 ? "second" : "seconds"}, then try again.`,
    { reason: "wait" },
  );
}

/** Counts a wrong try; gives the wait that follows, in seconds. */
export function countWrongTry(store: TriesStore, account: string, now: number): number {
  const wrong = readTries(store, account).wrong + 1;
  const wait = waitAfter(wrong);
  store.setItem(keyOf(account), `${wrong}|${wait > 0 ? now + wait : 0}`);
  return wait;
}

/** A right try clears the slate. */
export function clearTries(store: TriesStore, account: string): void {
  store.removeItem(keyOf(account));
}
