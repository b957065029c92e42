// The queue of the service's own transactions, when the chain does not behave.

import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeFunctionData } from "viem";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { createSender, type Sender, type SenderSettings } from "#indexer/relay/sender.ts";
import { readSending } from "#indexer/store/sendings.ts";
import type { RunningService } from "#indexer/index.ts";
import { people, startChain } from "../support/chain.ts";
import type { TestChain } from "../support/chain.ts";
import { funded, holdMining } from "../support/reading.ts";
import { eventually, makeFolder, startTestService } from "../support/service.ts";
import { word } from "../support/story.ts";

describe("A transaction of the service", () => {
  let chain: TestChain;
  let running: RunningService;
  let folder: Awaited<ReturnType<typeof makeFolder>>;

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder, funded);
  });
  afterAll(async () => {
    await running.stop();
    await chain.stop();
    await folder.remove();
  });

  async function withSender(
    settings: Partial<SenderSettings>,
    work: (sender: Sender, add: () => Promise<number>) => Promise<void>,
    rich = true,
  ) {
    const account = privateKeyToAccount(word());
    if (rich) await chain.client.setBalance({ address: account.address, value: 10n ** 18n });
    const sender = createSender(running.service, { account, settings });
    await sender.start();
    const add = async () => {
      const data = encodeFunctionData({ abi: ledgerAbi, functionName: "request", args: [people.ana.address, word()] });
      const id = await running.service.database.transaction((tx) =>
        sender.add(tx, { purpose: "relay", target: chain.deployment.ledger, data }),
      );
      sender.wake();
      return id;
    };
    await work(sender, add).finally(() => sender.stop());
  }

  const row = async (id: number) =>
    (await readSending(running.service.database, id)) ?? Promise.reject(new Error("It is not there."));

  it("that no block takes is sent again under the same nonce at a higher price, and counts once", async () => {
    await withSender({ stuckAfter: 2 }, async (_, add) => {
      const goOn = await holdMining(chain);
      const id = await add();
      const first = await eventually(async () => (await row(id)).hashes.length === 1 && row(id));
      const second = await eventually(async () => (await row(id)).hashes.length >= 2 && row(id), 20_000);
      expect(second.nonce).toBe(first.nonce);
      expect(BigInt(second.fee ?? 0)).toBeGreaterThan(BigInt(first.fee ?? 0));
      await goOn();
      const mined = await eventually(async () => (await row(id)).state === "mined" && row(id));
      expect(mined.hashes).toContain(mined.tx);
    });
  });

  it("waits while its account has no funds, and goes when it has", async () => {
    await withSender(
      {},
      async (sender, add) => {
        const id = await add();
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        expect((await row(id)).state).toBe("queued");
        await chain.client.setBalance({ address: sender.address, value: 10n ** 18n });
        await eventually(async () => (await row(id)).state === "mined");
      },
      false,
    );
  });

  it("that the node does not estimate holds up none of those behind it, however many there are", async () => {
    await withSender({ inFlight: 3 }, async (sender, add) => {
      // Calls that no node answers with a revert: their data is of odd length, so that each is refused as a call.
      const bad: number[] = [];
      for (let n = 0; n < 7; n += 1)
        bad.push(
          await running.service.database.transaction((tx) =>
            sender.add(tx, { purpose: "relay", target: chain.deployment.ledger, data: `0x${"zz".repeat(n + 1)}` }),
          ),
        );
      const good = [await add(), await add()];
      for (const id of good) await eventually(async () => (await row(id)).state === "mined", 20_000);
      for (const id of bad) expect((await row(id)).state).not.toBe("mined");
    });
  });

  it("that would cost more than is spent on one act is not sent", async () => {
    await withSender({ gasCap: 30_000n }, async (_, add) => {
      const id = await add();
      const failed = await eventually(async () => (await row(id)).state === "failed" && row(id));
      expect(failed).toMatchObject({ reason: "too-much-gas", nonce: null, hashes: [] });
    });
  });

  it("whose block the chain left is sent again, and is on the ledger once", async () => {
    await withSender({}, async (sender, add) => {
      const snapshot = await chain.client.snapshot();
      const id = await add();
      const before = await eventually(async () => (await row(id)).state === "mined" && row(id));
      await eventually(async () => (running.service.sync.status().cursor?.number ?? 0) >= (before.block ?? 0));
      await chain.client.revert({ id: snapshot });
      await chain.client.mine({ blocks: 5 });
      const after = await eventually(async () => {
        const now = await row(id);
        return now.state === "mined" && now.block_hash !== before.block_hash && now;
      }, 30_000);
      expect(after.hashes).toHaveLength(1);
      expect(await chain.client.getTransactionCount({ address: sender.address })).toBe(1);
      expect(after.nonce).toBe(0);
    });
  });
});
