// Idle lock: after so long without a key, a touch or a movement, the vault is locked; in every tab alike.

/** How long without a sign of life, unless the person set it otherwise. Minutes. */
export const DEFAULT_IDLE_MINUTES = 10;

const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;
const LOOK_EVERY_MS = 5000;

/** Watches for idleness; calls `lock` once it lasted. The clock is looked at, not counted: a sleeping laptop counts too. */
export function watchIdle(options: { minutes: () => number; lock: () => void }): () => void {
  let last = Date.now();
  const alive = (): void => {
    // Coming back from sleep moves the pointer before the timer runs: look first.
    look();
    last = Date.now();
  };
  function look(): void {
    if (Date.now() - last >= options.minutes() * 60_000) options.lock();
  }
  for (const sign of SIGNS) window.addEventListener(sign, alive, { passive: true });
  const timer = setInterval(look, LOOK_EVERY_MS);
  return () => {
    for (const sign of SIGNS) window.removeEventListener(sign, alive);
    clearInterval(timer);
  };
}
