// An operator who has the projections made anew gets the same rows again, and learns which were not.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "#indexer/config.ts";
import { createLog } from "#indexer/log.ts";
import { reindex } from "#indexer/rebuild/index.ts";
import { listKeptTables, rebuiltTables } from "#indexer/rebuild/tables.ts";
import { people, startChain } from "../support/chain.ts";
import type { TestChain } from "../support/chain.ts";
import { onPostgres, openTestDatabase } from "../support/database.ts";
import { funded, giveConsent, read, signInToRead, addSealed } from "../support/reading.ts";
import { environment, eventually, makeFolder, startTestService } from "../support/service.ts";
import { enrol, getVerified, word } from "../support/story.ts";
import { honest } from "../sim/fake-node.ts";
import { growChain, startFollower } from "../sim/follower.ts";
import { branchOf } from "../sim/generated-chain.ts";
import { makeGround } from "../sim/ground.ts";
import { foldChain } from "../sim/pure-fold.ts";

describe("Rebuilding the projections", () => {
  let chain: TestChain;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  const log = createLog(() => undefined);

  const rebuild = (replace: boolean) =>
    reindex(readConfig(environment(chain, folder.folder, funded)), { log, replace, tell: () => undefined });

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    const running = await startTestService(chain, folder.folder, funded);
    const [ana, lena] = await Promise.all([enrol(chain, people.ana), enrol(chain, people.lena)]);
    const as = await signInToRead(running, people.ana);
    const asLena = await signInToRead(running, people.lena);
    const card = await getVerified(chain, people.lena, { name: "Lena Café", specialty: "Cardiology", place: "Zürich" });
    await asLena.call("PUT", `/api/blocks/${card.cid}`, card.bytes);
    const blood = await addSealed({ running, chain }, { subject: ana, as });
    const consent = await giveConsent({ running, chain }, { subject: ana, grantee: lena, as });
    await read({ running, chain }, { reader: asLena, consent, documents: [blood.document] });
    await giveConsent({ running, chain }, { subject: ana, grantee: lena, as }, { categories: ["vitals"] });
    await chain.act(people.ana, {
      name: "revoke",
      args: { subject: people.ana.address, grantee: people.lena.address, scope: consent.scope, ceiling: 1 },
    });
    await chain.act(people.lena, {
      name: "request",
      args: { grantee: people.lena.address, subject: people.ben.address, note: word(), deadline: 0 },
    });
    await running.service.sync.waitFor(Number(await chain.client.getBlockNumber()), 20_000);
    await running.service.database.query(
      "insert into member_keys (organisation, member, public_key, box, at) values ($1, $2, $3, $4, 6)",
      [people.clinic.address, people.lena.address, word(), Uint8Array.of(0, 255, 7)],
    );
    await eventually(async () => {
      const rows = await running.service.database.query("select 1 from cards where state = 'held'");
      return rows.length === 1;
    });
    await running.stop();
  });
  afterAll(async () => {
    await chain.stop();
    await folder.remove();
  });

  async function dump(tables: readonly string[]): Promise<Record<string, string[]>> {
    const database = await openTestDatabase(folder.folder);
    try {
      const all: Record<string, string[]> = {};
      for (const table of tables) {
        const rows = await database.query<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t`);
        all[table] = rows.map(({ row }) => row).sort();
      }
      return all;
    } finally {
      await database.close();
    }
  }

  async function kept(): Promise<string[]> {
    const database = await openTestDatabase(folder.folder);
    const tables = await listKeptTables(database);
    await database.close();
    return tables;
  }

  it("gives the old database row for row, and touches nothing that it cannot rebuild", async () => {
    const untouched = await kept();
    expect(untouched).toEqual(
      expect.arrayContaining([
        ...["guardian_shares", "member_keys", "orphans", "receipt_batches", "receipts"],
        ...["relays", "seals", "sendings", "vaults"],
      ]),
    );
    const before = await dump([...untouched, "acts", "consents", "openings"]);
    expect(before["receipts"]).toHaveLength(1);
    expect(before["member_keys"]).toHaveLength(1);
    const result = await rebuild(true);
    expect(result.differences).toEqual([]);
    expect(result.tables.map(({ table }) => table)).toEqual(rebuiltTables);
    const rowsOf = (table: string) => result.tables.find((each) => each.table === table)?.rows;
    expect([rowsOf("consents"), rowsOf("openings"), rowsOf("cards"), rowsOf("documents")]).toEqual([2, 2, 1, 1]);
    expect((rowsOf("acts") ?? 0) > 5).toBe(true);
    const after = await dump([...untouched, "acts", "consents"]);
    for (const [table, rows] of Object.entries(after)) expect([table, rows]).toEqual([table, before[table]]);
  }, 120_000);

  it("finds rows that were altered, added or taken away, names them, and puts them right", async () => {
    const database = await openTestDatabase(folder.folder);
    await database.query("update consents set expires_at = expires_at + 1 where status = 1");
    await database.query("delete from act_parties where party = $1", [people.ben.address]);
    await database.query("insert into mutes (key, subject, grantee, muted) values ('x|y', 'x', 'y', true)");
    await database.close();

    const checked = await rebuild(false);
    const counted = checked.tables.filter(({ differences }) => differences > 0);
    expect(counted.map(({ table, differences }) => [table, differences])).toEqual([
      ["act_parties", 1],
      ["consents", 2],
      ["mutes", 1],
    ]);
    expect(checked.differences.find(({ table }) => table === "mutes")).toMatchObject({
      only: "old",
      row: { key: "x|y" },
    });
    expect(checked.differences.find(({ table }) => table === "act_parties")).toMatchObject({
      only: "new",
      row: { party: people.ben.address },
    });

    expect((await rebuild(true)).differences).toHaveLength(4);
    expect((await rebuild(true)).differences).toEqual([]);
    const again = await startTestService(chain, folder.folder, funded);
    try {
      expect(again.service.sync.status().findings).toEqual([]);
    } finally {
      await again.stop();
    }
  }, 120_000);

  it("leaves a folder alone that a service uses", async () => {
    const running = await startTestService(chain, folder.folder, funded);
    try {
      await expect(rebuild(false)).rejects.toMatchObject({ code: "conflict" });
    } finally {
      await running.stop();
    }
  }, 60_000);

  it.runIf(onPostgres)(
    "goes on beside a service that writes, which then carries on from the new rows",
    async () => {
      const blocks = `${folder.folder}/ipfs/blocks`;
      const apart = await makeFolder();
      const url = environment(chain, folder.folder)["DATABASE_URL"] ?? "";
      const shared = { ...funded, DATABASE_URL: url, PLACET_BLOCKS: blocks };
      const running = await startTestService(chain, apart.folder, shared);
      try {
        const acting = (async () => {
          for (let acts = 0; acts < 12; acts += 1)
            await chain.act(people.ben, {
              name: "anchor",
              args: { subject: people.ben.address, document: word(), manifest: word(), version: 1 },
            });
        })();
        const result = await reindex(readConfig(environment(chain, folder.folder, shared)), {
          log,
          replace: true,
          tell: () => undefined,
        });
        expect(result.differences).toEqual([]);
        await acting;
        await running.service.sync.waitFor(Number(await chain.client.getBlockNumber()), 30_000);
        const [row] = await running.service.database.query<{ acts: number }>(
          "select count(*) as acts from acts where act = 'Anchored' and account = $1",
          [people.ben.address],
        );
        expect(row?.acts).toBe(12);
      } finally {
        await running.stop();
        await apart.remove();
      }
    },
    120_000,
  );
});

describe("Rebuilding from a chain of random acts, some of them such as nobody can read", () => {
  it("gives row for row what was stored while the chain grew, forked and came back", async () => {
    const ground = await makeGround();
    try {
      const view = honest(growChain(ground.genesis, 40, 1));
      ground.nodes.show([view]);
      const follower = await startFollower(ground);
      const follow = () => follower.until(({ cursor }) => cursor?.hash === view.tip.hash);
      await follow();
      for (const seed of [2, 3, 4]) {
        // Back some blocks, and on from there on another branch.
        view.tip = growChain(branchOf(view.tip)[view.tip.number - 2 * seed] ?? view.tip, 20, seed);
        await follow();
      }
      // It is counted a moment after it is stored.
      await follower.until(({ reorgs }) => reorgs === 3);
      await follower.stop();
      await ground.closeDatabase();
      const chain = { rpcUrl: ground.nodes.url(0), deploymentFile: ground.deploymentFile };
      const config = readConfig(environment(chain, ground.folder, { PLACET_FINALITY_SECONDS: "30" }));
      const options = { log: createLog(() => undefined), replace: true, tell: () => undefined };
      const first = await reindex(config, options);
      // The simulator follows the chain alone and looks for no capsule or card; a rebuilding notes what it did not find.
      const fetched = ["openings", "cards"];
      expect(first.differences.filter(({ table, only }) => only === "old" || !fetched.includes(table))).toEqual([]);
      const acts = foldChain(view.tip)["acts"]?.length ?? 0;
      expect(acts).toBeGreaterThan(50);
      expect(first.tables.find(({ table }) => table === "acts")?.rows).toBe(acts);
      expect((await reindex(config, options)).differences).toEqual([]);
    } finally {
      await ground.close();
    }
  }, 120_000);
});
