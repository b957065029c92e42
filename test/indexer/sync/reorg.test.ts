// The chain changes its mind, the service is killed, or both: the tables end up as if nothing else had ever been.

import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ledgerAbi } from "#protocol/contracts/index.ts";
import type { RunningService } from "#indexer/index.ts";
import { listOrphans } from "#indexer/store/orphans.ts";
import { people, startChain } from "../support/chain.ts";
import type { TestChain } from "../support/chain.ts";
import { openTestDatabase } from "../support/database.ts";
import {
  createCaller,
  environment,
  eventually,
  makeFolder,
  openStream,
  signIn,
  startTestService,
} from "../support/service.ts";
import { word } from "../support/story.ts";

const tables = [
  "acts",
  "act_parties",
  "raw_logs",
  "heads",
  "accounts",
  "requests",
  "mutes",
  "documents",
  "document_versions",
  "registrars",
  "sync_state",
];

/** Every row of every table that the chain decides, in one order. */
async function readTables(database: RunningService["service"]["database"]) {
  const all: Record<string, unknown[]> = {};
  for (const table of tables)
    all[table] = (
      await database.query<{ row: unknown }>(`select to_jsonb(t) as row from ${table} t order by to_jsonb(t)::text`)
    ).map(({ row }) => row);
  // Where the cursor stands depends on when one looks; what it may not do is disagree about the rows.
  delete all["sync_state"];
  return all;
}

/** Hardhat calls its newest block final, which says nothing: a block is final here when it is a minute older. */
const window = { PLACET_FINALITY_SECONDS: "60" };

describe("A reorganisation", () => {
  let chain: TestChain;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let running: RunningService;

  beforeAll(async () => {
    chain = await startChain();
    // Blocks only when the test says so: the branches are then the test's own.
    await chain.client.request({ method: "evm_setIntervalMining" as never, params: [0] as never });
  });
  afterAll(() => chain.stop());
  beforeEach(async () => {
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder, window);
  });
  afterEach(async () => {
    await running.stop();
    await folder.remove();
  });

  const anchor = (document = word(), version = 1) =>
    chain.act(people.ana, {
      name: "anchor",
      args: { subject: people.ana.address, document, manifest: word(), version },
    });
  /** One by one: the blocks that Hardhat mines in bulk do not link to each other after a revert. */
  const mine = async (blocks: number) => {
    for (let n = 0; n < blocks; n += 1) await chain.client.mine({ blocks: 1 });
  };
  const caughtUp = async () => running.service.sync.waitFor(Number(await chain.client.getBlockNumber()), 15_000);
  const headOf = (account: `0x${string}`) =>
    chain.client.readContract({
      address: chain.deployment.ledger,
      abi: ledgerAbi,
      functionName: "headOf",
      args: [account],
    });

  /** The tables of a service that never saw anything but the chain as it is now. */
  async function readFresh() {
    const other = await makeFolder();
    const fresh = await startTestService(chain, other.folder, window);
    try {
      return await readTables(fresh.service.database);
    } finally {
      await fresh.stop();
      await other.remove();
    }
  }

  it("replaces what left the chain by what came, tells live clients, and keeps the orphans apart", async () => {
    await anchor();
    await caughtUp();
    const snapshot = await chain.client.snapshot();
    const lost = word();
    await anchor(lost);
    await anchor(lost, 2);
    await caughtUp();
    const ana = await signIn(running, people.ana);
    expect((await ana.call("GET", "/api/documents")).body.items.some((row) => row["document"] === lost)).toBe(true);
    const stream = openStream(running.url, ana.cookie);

    await chain.client.revert({ id: snapshot });
    const kept = word();
    await anchor(kept);
    await mine(3);
    await eventually(async () => running.service.sync.status().reorgs === 1);
    await caughtUp();

    const documents = (await ana.call("GET", "/api/documents")).body.items.map((row) => row["document"]);
    expect(documents).toContain(kept);
    expect(documents).not.toContain(lost);
    const told = await eventually(async () => stream.events.find((event) => event.event === "reorg"));
    expect(told.data).toMatchObject({ orphaned: 2 });
    await eventually(async () =>
      stream.events.some(
        (event) => event.event === "act" && (event.data["args"] as { document: string }).document === kept,
      ),
    );
    await stream.close();
    const orphans = await listOrphans(running.service.database, {
      party: people.ana.address,
      account: null,
      act: null,
      from: null,
      to: null,
      after: null,
      newestFirst: false,
      limit: 10,
    });
    expect(orphans.map(({ args }) => args["document"])).toEqual([lost, lost]);
    const shown = await ana.call("GET", "/api/trail?orphaned=true&order=oldest");
    expect(shown.body.items).toMatchObject([
      { args: { document: lost }, final: false, orphanedAt: expect.any(Number) as number },
      { args: { document: lost }, final: false, orphanedAt: expect.any(Number) as number },
    ]);
    const others = await signIn(running, people.ben);
    expect((await others.call("GET", "/api/trail?orphaned=true")).body.items).toEqual([]);
    expect(JSON.stringify((await ana.call("GET", "/api/trail")).body.items)).not.toContain(lost);
    expect(await readTables(running.service.database)).toEqual(await readFresh());
  });

  it("that only shortens the chain takes nothing away until the new branch is in hand", async () => {
    await caughtUp();
    const snapshot = await chain.client.snapshot();
    const lost = word();
    await anchor(lost);
    await mine(4);
    await caughtUp();
    await chain.client.revert({ id: snapshot });
    const ana = await signIn(running, people.ana);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await ana.call("GET", "/api/documents")).body.items.some((row) => row["document"] === lost)).toBe(true);
    // A branch shorter than what was there before is still the chain.
    await anchor();
    await eventually(
      async () => !(await ana.call("GET", "/api/documents")).body.items.some((row) => row["document"] === lost),
    );
    expect(await readTables(running.service.database)).toEqual(await readFresh());
  });

  it("while the service is down is found at the next start, and back and forth is no matter", async () => {
    const snapshot = await chain.client.snapshot();
    await anchor();
    await chain.act(people.ben, {
      name: "mute",
      args: { subject: people.ben.address, grantee: people.lena.address, muted: true },
    });
    await mine(6);
    await caughtUp();
    await running.stop();
    await chain.client.revert({ id: snapshot });
    await chain.act(people.lena, {
      name: "request",
      args: { grantee: people.lena.address, subject: people.ben.address, note: word() },
    });
    await mine(9);
    running = await startTestService(chain, folder.folder, window);
    await caughtUp();
    // It is stored before it is counted.
    await eventually(async () => running.service.sync.status().reorgs === 1);
    expect(running.service.sync.status()).toMatchObject({ findings: [], mismatches: [], reorgs: 1 });
    expect(await readTables(running.service.database)).toEqual(await readFresh());
    const lena = await running.service.database.query<{ head: string }>("select head from heads where key = $1", [
      `ledger|${people.lena.address}`,
    ]);
    expect(lena[0]?.head).toBe(await headOf(people.lena.address));
  });

  it("below what was final is not followed: the service stops storing, says so, and serves what it has", async () => {
    const snapshot = await chain.client.snapshot();
    await mine(10);
    // What was there before is now older than the window.
    await chain.client.increaseTime({ seconds: 120 });
    await mine(3);
    await caughtUp();
    await anchor();
    await caughtUp();
    const before = await readTables(running.service.database);
    await chain.client.revert({ id: snapshot });
    await anchor();
    await mine(30);
    const answer = await eventually(async () => {
      const status = await createCaller(running.url)("GET", "/status");
      return status.body["state"] === "stale" && status;
    });
    expect(answer.body["reorgs"]).toBe(0);
    const told = answer.body["lastError"] as unknown as { code: string; message: string; at: number };
    expect(told).toMatchObject({ code: "conflict", message: expect.stringMatching(/which was final/) as string });
    expect(Math.abs(Date.now() / 1000 - told.at)).toBeLessThan(600);
    // Every answer says that it is of a branch that the chain left, and what of it was final.
    const signed = await signIn(running, people.ana);
    const trail = await signed.call("GET", "/api/trail");
    expect(trail.headers.get("Placet-State")).toBe("stale");
    expect(Number(trail.headers.get("Placet-Final"))).toBeGreaterThan(0);
    expect(Number(trail.headers.get("Placet-Indexed"))).toBeGreaterThan(Number(trail.headers.get("Placet-Final")));
    expect((await createCaller(running.url)("GET", "/ready")).status).toBe(503);
    expect(await readTables(running.service.database)).toEqual(before);
  });
});

describe("A service that is killed without warning", () => {
  it(
    "has, after the next start, every act once and none lost, however often it is killed",
    { timeout: 180_000 },
    async () => {
      const chain = await startChain();
      const folder = await makeFolder();
      try {
        for (let round = 0; round < 3; round += 1) {
          const child = await startProcess(chain, folder.folder);
          const writing = (async () => {
            for (let n = 0; n < 12; n += 1) {
              await chain.act(people.ana, {
                name: "anchor",
                args: { subject: people.ana.address, document: word(), manifest: word(), version: 1 },
              });
            }
          })();
          await new Promise((resolve) => setTimeout(resolve, 150 * round + 40));
          const ended = new Promise((resolve) => child.once("exit", resolve));
          child.kill("SIGKILL");
          await Promise.all([ended, writing]);
        }
        const running = await startTestService(chain, folder.folder);
        expect(running.service.sync.status()).toMatchObject({ findings: [], mismatches: [] });
        const rows = await running.service.database.query<{ index: number }>(
          `select "index" from acts where account = $1 and contract = 'ledger' order by block, log_index`,
          [people.ana.address],
        );
        expect(rows.map((row) => row.index)).toEqual(Array.from({ length: 36 }, (_, index) => index));
        await running.stop();
        const database = await openTestDatabase(folder.folder);
        expect(await database.query("select 1 from documents")).toHaveLength(36);
        await database.close();
      } finally {
        await chain.stop();
        await folder.remove();
      }
    },
  );

  /** The service as a process of its own, once it answers. */
  async function startProcess(chain: TestChain, folder: string): Promise<ChildProcess> {
    const script = fileURLToPath(new URL("../../../indexer/main.ts", import.meta.url));
    const child = fork(script, [], {
      env: { ...process.env, ...environment(chain, folder) },
      stdio: ["ignore", "pipe", "ignore", "ipc"],
      execArgv: [],
    });
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once("data", () => resolve());
      child.once("exit", (code) => reject(new Error(`The service ended with code ${code}.`)));
    });
    child.removeAllListeners("exit");
    return child;
  }
});
