// The same for Ponder: mined to visible, which there is its own API's answer (its live queries are polls of the database
// behind a stream of the same kind, so that asking it without pause is the quickest that a client of it can be).

import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { SeededChain } from "../chain/seed.ts";
import { toLive } from "./live.ts";
import type { Live } from "./live.ts";
import { makePonder, runPonder } from "./ponder.ts";

const lastSchema = z.object({ block: z.number() });

/**
 * Mines `blocks` blocks and waits for each in Ponder's answers. Its poll interval is as low as it goes: 100 ms. Null when it
 * never came as far as that.
 */
export async function measurePonderLive(chain: SeededChain, { blocks }: { blocks: number }): Promise<Live | null> {
  const times: number[] = [];
  const project = makePonder(chain, { name: "live", databaseUrl: null });
  const onReady = async (url: string): Promise<void> => {
    const last = async () => lastSchema.parse(await (await fetch(`${url}/last`)).json()).block;
    while ((await last()) < chain.head) await sleep(20);
    for (let block = 0; block < blocks; block += 1) {
      await sleep(100 + 37 * (block % 11));
      const before = await last();
      await chain.actAgain(chain.people.length);
      const mined = performance.now();
      while ((await last()) === before) await sleep(2);
      times.push(performance.now() - mined);
    }
  };
  return (await runPonder(project, { schema: "live", onReady })) === null ? null : toLive(times);
}
