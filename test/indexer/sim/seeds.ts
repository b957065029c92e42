// Seeds as tests: some dozens in one test, as each is a second's part.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeGround } from "./ground.ts";
import { runSeed } from "./scenario.ts";

const AT_ONCE = 20;

/** Makes tests of the seeds from `from` on, and of those in `kept`. */
export function testSeeds(options: {
  from: number;
  seeds: number;
  kept?: readonly { seed: number; found: string }[];
}): void {
  describe("A service whose chain forks and whose nodes lag, lie and fall over", () => {
    let ground: Awaited<ReturnType<typeof makeGround>>;
    beforeAll(async () => {
      ground = await makeGround();
    });
    afterAll(() => ground.close());

    for (const { seed, found } of options.kept ?? []) {
      it(`does not fail again on seed ${seed}, which found that ${found}`, async () => {
        expect(await runSeed(seed, ground)).toMatchObject({ problem: null });
      });
    }
    for (let from = options.from; from < options.from + options.seeds; from += AT_ONCE) {
      const to = Math.min(from + AT_ONCE, options.from + options.seeds) - 1;
      it(`ends with the tables of the chain that won, seeds ${from} to ${to}`, { timeout: 240_000 }, async () => {
        for (let seed = from; seed <= to; seed += 1) {
          const { problem } = await runSeed(seed, ground);
          expect(problem, `Seed ${seed} fails. Run it alone: npm run test:sim -- --from ${seed} --seeds 1`).toBeNull();
        }
      });
    }
  });
}
