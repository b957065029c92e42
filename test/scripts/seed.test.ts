// The demonstration, filled in on a real chain through the real service, twice.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoPeople, DEMO_PASSPHRASE } from "#scripts/demo-people.ts";
import { seed } from "#scripts/seed.ts";
import type { Hex } from "viem";
import { fromBase64Url } from "#protocol/bytes.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import {
  currentRoot,
  decodeVault,
  deriveEncryptionKey,
  listShared,
  openMemberKey,
  openVault,
} from "#protocol/keys/index.ts";
import { readConfig } from "#indexer/index.ts";
import type { RunningService } from "#indexer/index.ts";
import { createLog } from "#indexer/log.ts";
import { reindex } from "#indexer/rebuild/index.ts";
import { people, startChain } from "../indexer/support/chain.ts";
import type { Person, TestChain } from "../indexer/support/chain.ts";
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

  async function shown() {
    const { body } = await createCaller(running.url)("GET", "/api/demo/people");
    return (body as unknown as { people: { index: number; kit?: string }[] }).people;
  }

  /** Somebody's copy at the service, opened with what the service shows. */
  async function openDemoVault(person: Person, of: number) {
    const held = await (await signInToRead(running, person)).call("GET", "/api/vault");
    const blob = decodeVault(new TextEncoder().encode(JSON.stringify(held.body)));
    const code = (await shown()).find(({ index }) => index === of)?.kit ?? "";
    return openVault(blob, { type: "passphrase+kit", passphrase: DEMO_PASSPHRASE, code });
  }

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
    const vault = await openDemoVault(people.ana, 2);
    expect(vault.account).toBe(people.ana.address);
    expect((await shown()).map(({ index }) => index)).toEqual(
      demoPeople.filter(({ role }) => role !== "gateway").map(({ index }) => index),
    );
  });

  it("read for their clinic: its member opens its key with her own vault, and the clinic's vault knows that she has it", async () => {
    const [clinic, lena] = [await openDemoVault(people.clinic, 7), await openDemoVault(people.lena, 4)];
    const own = deriveEncryptionKey(currentRoot(clinic));
    expect(listShared(clinic.settings, clinic.roots.length)).toEqual([
      { member: people.lena.address.toLowerCase(), current: true },
    ]);
    const asLena = await signInToRead(running, people.lena);
    const { body } = await asLena.call("GET", `/api/memberships/${people.clinic.address}/key`);
    const name = { place: chain.place, organisation: people.clinic.address, member: people.lena.address };
    const pairs = openMemberKey(
      { ...name, key: body["key"] as Hex },
      { secretKey: deriveEncryptionKey(currentRoot(lena)).secretKey, box: fromBase64Url(String(body["box"])) },
    );
    expect(pairs).toEqual([own]);
    const published = await chain.client.readContract({
      ...{ address: chain.deployment.ledger, abi: ledgerAbi },
      ...{ functionName: "encryptionKeyOf", args: [people.clinic.address] },
    });
    expect(published).toBe(body["key"]);
  });

  it("are filled in once: a second run changes nothing, even where the first did not come to its end", async () => {
    const counts = async () => Promise.all(["acts", "receipts", "seals", "vaults"].map((table) => count(table)));
    const { database } = running.service;
    const kept = async () => [
      await database.query("select organisation, member, public_key, box, at from member_keys"),
      await database.query("select account, revision from vaults order by account"),
    ];
    const before = [await counts(), await kept()];
    expect(before[1]?.[0]).toHaveLength(1);
    const file = join(folder.folder, "demo-people.json");
    const written = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...written, complete: false }));
    await seed({ url: running.url, rpcUrl: chain.rpcUrl, dataDir: folder.folder, log: () => {} });
    expect([await counts(), await kept()]).toEqual(before);
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
