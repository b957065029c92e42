// A session that goes on without its person noticing. Rule: one page renews at a time, for all of this browser's pages,
// because a token that is used twice counts as stolen.
import { isFailure } from "#protocol/failure.ts";

/** What renewing needs from its page. */
export type Renewal = {
  /** Asks the service for the next tokens; gives the seconds after which to ask again. Throws Failure. */
  renew(): Promise<number>;
  /** Is told that there is nothing left to renew, and why: the failure's reason. */
  onOver(reason: string | undefined): void;
  /** The time that pages of one browser share, in milliseconds: when any of them last renewed. */
  readLast(): number;
  writeLast(at: number): void;
  /** Runs `work` while no other page of this browser does. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  now(): number;
};

const RETRY = 15_000;

/**
 * Makes the renewal: `start` sets it going, `now` renews at once for a call that was made at `since` and met an old token
 * (unless a page has renewed after that), `stop` ends it.
 */
export function createRenewal({ renew, onOver, readLast, writeLast, alone, now }: Renewal) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<boolean> | undefined;
  let every = RETRY;

  function start(seconds: number): void {
    every = seconds * 1000;
    plan(every);
  }

  function plan(wait: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void turn(() => now() - every / 2), wait);
  }

  function stop(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  /** True when the session goes on. */
  async function turn(enough: () => number): Promise<boolean> {
    running ??= alone(async () => {
      // Another page may have done it while this one waited for its turn: the cookies are the same.
      if (readLast() > enough()) return every;
      const seconds = await renew();
      writeLast(now());
      return seconds * 1000;
    })
      .then(
        (wait) => {
          every = wait;
          plan(wait);
          return true;
        },
        (error: unknown) => {
          if (isFailure(error, "not-authorised")) {
            stop();
            onOver(error.reason);
          } else plan(RETRY);
          return false;
        },
      )
      .finally(() => (running = undefined));
    return running;
  }

  return { start, stop, now: (since: number) => turn(() => since) };
}
