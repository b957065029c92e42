// The one way a list on screen is loaded: first words instead of a blank, then silent refreshes. A refresh that fails
// keeps what was there and says so; two at the same time never overtake each other.

/** Where a list stands. */
export type LoadState = "loading" | "ready" | "failed";

/** Wraps a loading function. `state` and `error` are reactive. */
export function createLoader(load: () => Promise<void>): {
  readonly state: LoadState;
  readonly error: unknown;
  reload(): Promise<void>;
} {
  let state = $state<LoadState>("loading");
  let error = $state.raw<unknown>();
  let running: Promise<void> | undefined;
  let again = false;

  async function run(): Promise<void> {
    do {
      again = false;
      try {
        await load();
        state = "ready";
        error = undefined;
      } catch (problem) {
        error = problem;
        if (state === "loading") state = "failed";
      }
    } while (again);
    running = undefined;
  }

  return {
    get state() {
      return state;
    },
    get error() {
      return error;
    },
    reload() {
      if (running) again = true;
      else {
        if (state === "failed") state = "loading";
        running = run();
      }
      return running ?? Promise.resolve();
    },
  };
}
