// Which tests can notice a mutant, and in which order they are asked: those that noticed others in the same statement
// or function come first, then those that reach little else; before all the one that noticed it in the last run that was
// written down. The order decides how long a run takes and never how it ends.

import type { Point } from "../solidity/points.ts";
import type { Test } from "./worker.ts";

/** The tests' order, learning from every kill. */
export type Order = {
  testsOf: (places: Point[], name: string) => string[];
  noteKill: (places: Point[], title: string) => void;
};

/** Begins with what each test reaches, and with who noticed which mutant (by its name) before. */
export function orderTests(tests: Test[], killers: ReadonlyMap<string, string>): Order {
  const kills = new Map<string, number>();
  // A kill in the same statement says more than one elsewhere in the same function.
  const keysOf = (place: Point, title: string): [string, number][] => [
    [`${place.id} ${title}`, 10],
    [`${place.file} ${place.place} ${title}`, 1],
  ];
  return {
    testsOf: (places, name) => {
      // A change outside of every statement may be noticed by any test.
      const able =
        places.length === 0 ? tests : tests.filter((test) => places.some(({ id }) => test.points.includes(id)));
      const killsOf = ({ title }: Test): number =>
        places
          .flatMap((place) => keysOf(place, title))
          .reduce((sum, [key, weight]) => sum + weight * (kills.get(key) ?? 0), 0);
      const killer = killers.get(name);
      return able
        .map((test) => ({ title: test.title, kills: killsOf(test), reach: test.points.length }))
        .sort(
          (a, b) => Number(b.title === killer) - Number(a.title === killer) || b.kills - a.kills || a.reach - b.reach,
        )
        .map(({ title }) => title);
    },
    noteKill: (places, title) => {
      for (const [key] of places.flatMap((place) => keysOf(place, title))) kills.set(key, (kills.get(key) ?? 0) + 1);
    },
  };
}
