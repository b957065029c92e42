// How fast something goes and how long it will take, smoothed, so that the numbers on screen can be read.

/** Speed in bytes a second and seconds left; both unknown for the first moment. */
export type Pace = { speed: number | undefined; left: number | undefined };

/** Measures a stream of "so many bytes are done". Give it the clock in milliseconds. */
export function createPace(total: number): (done: number, now: number) => Pace {
  let last: { done: number; at: number } | undefined;
  let speed: number | undefined;
  return (done, now) => {
    if (last === undefined || done < last.done) {
      last = { done, at: now };
    } else if (now - last.at >= 400) {
      const measured = ((done - last.done) * 1000) / (now - last.at);
      speed = speed === undefined ? measured : speed * 0.7 + measured * 0.3;
      last = { done, at: now };
    }
    return { speed, left: speed === undefined || speed <= 0 ? undefined : (total - done) / speed };
  };
}
