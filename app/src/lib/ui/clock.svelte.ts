// One clock for the whole page, so that everything that counts down agrees and one timer runs.

let seconds = $state(Math.floor(Date.now() / 1000));

if (typeof window !== "undefined") {
  setInterval(() => (seconds = Math.floor(Date.now() / 1000)), 1000);
}

/** The current time in unix seconds, as a reactive value: read `clock.now` in markup or `$derived`. */
export const clock = {
  get now(): number {
    return seconds;
  },
};
