// Which tests can notice a mutant, and in which order they are asked: those that noticed others in the same function come
// first, then those that reach little else. The order decides how long a run takes and never how it ends.

import type { Body } from "./find.ts";
import type { Test } from "./worker.ts";

/** The tests' order, learning from every kill. */
export type Order = {
  testsOf: (bodies: Body[]) => string[];
  noteKill: (bodies: Body[], title: string) => void;
};

/** Begins with what each test reaches. */
export function orderTests(tests: Test[]): Order {
  const kills = new Map<string, number>();
  const keyOf = (body: Body, title: string): string => `${body.id} ${title}`;
  return {
    testsOf: (bodies) => {
      // A change outside of every function may be noticed by any test.
      const able =
        bodies.length === 0 ? tests : tests.filter((test) => bodies.some(({ id }) => test.bodies.includes(id)));
      const killsOf = ({ title }: Test): number =>
        bodies.reduce((sum, body) => sum + (kills.get(keyOf(body, title)) ?? 0), 0);
      return [...able]
        .sort((a, b) => killsOf(b) - killsOf(a) || a.bodies.length - b.bodies.length)
        .map(({ title }) => title);
    },
    noteKill: (bodies, title) => {
      for (const body of bodies) kills.set(keyOf(body, title), (kills.get(keyOf(body, title)) ?? 0) + 1);
    },
  };
}
