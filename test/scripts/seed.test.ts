// The demonstration, filled in on a real chain through the real service, twice.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoPeople, DEMO_PASSPHRASE } from "#scripts/demo-people.ts";
import { seed } from "#scripts/seed.ts";
import { decodeVault, openVault } from "#protocol/keys/index.ts";
import { readConfig } from "#indexer/index.ts";
import type { RunningService } from "#indexer/index.ts";
import { createLog } from "#indexer/log.ts";
import { reindex } from "#indexer/rebuild/index.ts";
import { people, startChain } from "../indexer/support/chain.ts";
import type { TestChain } from "../indexer/support/chain.ts";
import { funded, signInToRead } from "../indexer/support/reading.ts";
import { createCaller, environment, makeFolder, startTestService } from "../indexer/support/service.ts";

describe("Demo people", () => {
  let chain: TestChain;
  let running: RunningService;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  const lines: string[] = [];

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder, { ...funded, PLACET_DEMO: "1" });
    await seed({ url: running.url, rpcUrl: chain.rpcUrl, dataDir: folder.folder, log: (line) => lines.push(line) });
  }, 240_000);
  afterAll(async () => {
    await running.stop();
    await chain.stop();
    await folder.remove();
  });

  const count = async (table: string, where = "true"): Promise<number> =>
    (await running.service.database.query<{ n: number }>(`select count(*)::int as n from ${table} where ${where}`))[0]
      ?.n ?? 0;

  it("have charts, consents in every state, reads, appointments and a request that waits", async () => {
    expect(await count("documents", `subject = '${people.ana.address}'`)).toBeGreaterThanOrEqual(12);
    expect(await count("consents", "status = 1")).toBe(5);
    expect(await count("consents", "status = 2")).toBe(1);
    expect(await count("receipts", "kind = 'released'")).toBeGreaterThanOrEqual(5);
    expect(await count("receipts", "reason = 'consent-revoked'")).toBe(1);
    expect(await count("requests")).toBe(1);
    expect(await count("appointments", "status = 2")).toBe(1);
    expect(await count("credentials", "status = 2")).toBe(4);
    expect(await count("credentials", "status = 1")).toBe(1);
    expect(lines.length).toBeGreaterThan(2);
  });

  it("open their vaults on a fresh device with what the service shows", async () => {
    const { body } = await createCaller(running.url)("GET", "/api/demo/people");
    const shown = body as unknown as { people: { index: number; kit?: string }[] };
    const ana = shown.people.find(({ index }) => index === 2);
    const asAna = await signInToRead(running, people.ana);
    const held = await asAna.call("GET", "/api/vault");
    const blob = decodeVault(new TextEncoder().encode(JSON.stringify(held.body)));
    const vault = await openVault(blob, { type: "passphrase+kit", passphrase: DEMO_PASSPHRASE, code: ana?.kit ?? "" });
    expect(vault.account).toBe(people.ana.address);
    expect(shown.people.map(({ index }) => index)).toEqual(
      demoPeople.filter(({ role }) => role !== "gateway").map(({ index }) => index),
    );
  });

  it("are filled in once: a second run changes nothing, even where the first did not come to its end", async () => {
    const before = [await count("acts"), await count("receipts"), await count("seals"), await count("vaults")];
    const file = join(folder.folder, "demo-people.json");
    const kept = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...kept, complete: false }));
    await seed({ url: running.url, rpcUrl: chain.rpcUrl, dataDir: folder.folder, log: () => {} });
    expect([await count("acts"), await count("receipts"), await count("seals"), await count("vaults")]).toEqual(before);
  }, 120_000);

  it("are put into no service that is no demonstration", async () => {
    const other = await makeFolder();
    const plain = await startTestService(chain, other.folder, funded);
    await expect(
      seed({ url: plain.url, rpcUrl: chain.rpcUrl, dataDir: other.folder, log: () => {} }),
    ).rejects.toMatchObject({ code: "refused" });
    await plain.stop();
    await other.remove();
  });

  it("are the same again, row for row, when everything that the chain and IPFS know is made anew", async () => {
    await running.service.sync.waitFor(Number(await chain.client.getBlockNumber()), 20_000);
    await running.stop();
    const config = readConfig(environment(chain, folder.folder, { ...funded, PLACET_DEMO: "1" }));
    const options = { log: createLog(() => undefined), replace: false, tell: () => undefined };
    const { tables, differences } = await reindex(config, options);
    expect(differences).toEqual([]);
    const rows = new Map(tables.map((table) => [table.table, table.rows]));
    for (const table of ["acts", "consents", "documents", "openings", "cards", "appointments", "credentials"])
      expect([table, rows.get(table)]).not.toEqual([table, 0]);
  }, 120_000);
});
