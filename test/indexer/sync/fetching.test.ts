// Openings and cards that nobody has keep nothing waiting: neither what is here, nor the end of the service.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningService } from "#indexer/index.ts";
import { people, startChain } from "../support/chain.ts";
import type { TestChain } from "../support/chain.ts";
import { eventually, makeFolder, startTestService } from "../support/service.ts";
import { enrol, grant } from "../support/story.ts";
import type { Keyed } from "../support/story.ts";

/** One by one their searches would take a minute and a half. */
const MISSING = 45;

describe("A service that looks for capsules which nobody has", () => {
  let chain: TestChain;
  let running: RunningService;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let [ana, lena] = [] as unknown as [Keyed, Keyed];

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder);
    [ana, lena] = [await enrol(chain, people.ana), await enrol(chain, people.lena)];
  });
  afterAll(async () => {
    await running.stop();
    await chain.stop();
    await folder.remove();
  });

  const give = (store?: (cid: string, bytes: Uint8Array) => Promise<unknown>) => {
    const { gateway } = running.service;
    const key = Buffer.from(gateway.encryptionKey.slice(2), "hex");
    const wish = { subject: ana, grantee: lena, gateway: { address: gateway.address, key } };
    return grant(chain, store === undefined ? wish : { ...wish, store });
  };
  const count = async (condition: string): Promise<number> => {
    const [row] = await running.service.database.query<{ count: string }>(
      `select count(*) as count from openings where ${condition}`,
    );
    return Number(row?.count);
  };

  it("holds one that is here while it searches, and stops in the midst of searching", async () => {
    const { database, ipfs } = running.service;
    for (let at = 0; at < MISSING; at += 1) await give();
    await eventually(async () => (await count("state = 'missing'")) === MISSING);
    await database.query("update openings set next_try = 0");
    // Every search takes two seconds, and the next round of them begins within one.
    const { scope } = await give((cid, bytes) => ipfs.put(cid, bytes));
    await eventually(async () => (await count(`state = 'held' and scope = '${scope}'`)) === 1);
    await database.query("update openings set next_try = 0 where state = 'missing'");
    const began = Date.now();
    await running.stop();
    expect(Date.now() - began).toBeLessThan(20_000);
  });
});
