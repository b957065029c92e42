// What the seal shows, worked out in one place: closed ring = in force, gap = ends soon, open = over, broken = emergency.

const DAY = 86_400;

/** The states that the ring can show. "waiting" is for a question that nobody has answered yet. */
export type SealState = "in-force" | "ending" | "over" | "emergency" | "waiting" | "upcoming";

/** How a consent's ring looks now. */
export type SealView = {
  state: SealState;
  /** Share of the closing stretch that is left, 1 to 0; the gap grows as it falls. 1 outside "ending". */
  remaining: number;
};

/** A consent ends soon on its last day, and before that in its last fifth, at most three days. Seconds. */
export function closingStretch(from: number, until: number): number {
  const length = until - from;
  return Math.max(Math.min(DAY, length), Math.min(3 * DAY, length / 5));
}

/** The ring for a window [from, until) in unix seconds, ended or not. */
export function sealOf(
  window: { from: number; until: number; ended?: boolean | undefined; emergency?: boolean | undefined },
  now: number,
): SealView {
  if (window.ended || now >= window.until) return { state: "over", remaining: 1 };
  if (window.emergency) return { state: "emergency", remaining: 1 };
  if (now < window.from) return { state: "upcoming", remaining: 1 };
  const stretch = closingStretch(window.from, window.until);
  const left = window.until - now;
  if (stretch > 0 && left <= stretch) return { state: "ending", remaining: left / stretch };
  return { state: "in-force", remaining: 1 };
}
