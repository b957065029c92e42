// Work of which only so much is done at a time, so that what is asked for beside it need not wait for all of it.

/** Runs what it is given, at most `atOnce` at a time; the rest waits in the order in which it came. */
export function createTurns(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((go) => waiting.push(go));
    else running += 1;
    try {
      return await work();
    } finally {
      // Whoever is next takes this place over.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
