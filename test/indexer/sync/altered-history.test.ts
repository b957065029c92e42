// Somebody with access to the database changes the past. The next start names each place, serves it marked, mends nothing.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningService } from "#indexer/index.ts";
import { people, startChain } from "../support/chain.ts";
import type { TestChain } from "../support/chain.ts";
import { openTestDatabase } from "../support/database.ts";
import { createCaller, eventually, makeFolder, signIn, startTestService } from "../support/service.ts";
import { word } from "../support/story.ts";

type Finding = {
  kind: string;
  table: string;
  account: string | null;
  block: number | null;
  logIndex: number | null;
  fields: string[];
  message: string;
};

describe("A history that was altered while the service was stopped", () => {
  let chain: TestChain;
  let running: RunningService;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  const documents = [word(), word(), word()];

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder);
    for (const document of documents) {
      await chain.act(people.ana, {
        name: "anchor",
        args: { subject: people.ana.address, document, manifest: word(), version: 1 },
      });
    }
    await chain.act(people.ben, {
      name: "mute",
      args: { subject: people.ben.address, grantee: people.lena.address, muted: true },
    });
    await running.service.sync.waitFor(Number(await chain.client.getBlockNumber()), 15_000);
  });
  afterAll(async () => {
    await running.stop();
    await chain.stop();
    await folder.remove();
  });

  /** Stops the service, runs SQL behind its back, and starts it again. */
  async function alter(...statements: string[]): Promise<Finding[]> {
    await running.stop();
    const database = await openTestDatabase(folder.folder);
    for (const statement of statements) await database.execute(statement);
    await database.close();
    running = await startTestService(chain, folder.folder);
    return (await createCaller(running.url)("GET", "/status")).body["findings"] as Finding[];
  }

  const rowOf = async (document: string | undefined) => {
    const [row] = await running.service.database.query<{ block: number; log_index: number }>(
      "select block, log_index from acts where args->>'document' = $1",
      [document],
    );
    if (row === undefined) throw new Error("The act is not stored.");
    return row;
  };

  it("is found to be whole when nobody touched it", async () => {
    expect(await alter()).toEqual([]);
  });

  it("names an act whose words were changed, shows it with a mark, and does not heal it", async () => {
    const row = await rowOf(documents[1]);
    const findings = await alter(
      `update acts set args = jsonb_set(args, '{document}', '"0x${"ab".repeat(32)}"') where block = ${row.block} and log_index = ${row.log_index}`,
    );
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      kind: "altered",
      table: "acts",
      account: people.ana.address,
      block: row.block,
      logIndex: row.log_index,
    });
    expect(findings[0]?.fields.join()).toContain("document");
    const ana = await signIn(running, people.ana);
    const shown = (await ana.call("GET", "/api/trail")).body.items;
    const marked = shown.filter((each) => each["mark"] !== null);
    expect(marked).toMatchObject([{ block: row.block, logIndex: row.log_index, mark: { kind: "altered" } }]);
    expect(marked[0]?.["args"]).toMatchObject({ document: `0x${"ab".repeat(32)}` });
    // Started once more, it is still there and still named.
    expect(await alter()).toEqual(findings);
  });

  it("names an act that was removed, by its block and log, and goes on with what happens next", async () => {
    const row = await rowOf(documents[2]);
    const findings = await alter(`delete from acts where block = ${row.block} and log_index = ${row.log_index}`);
    expect(findings.map(({ kind, block, logIndex }) => ({ kind, block, logIndex }))).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: "altered" }),
        { kind: "missing", block: row.block, logIndex: row.log_index },
      ]),
    );
    expect(findings).toHaveLength(2);
    const ready = await createCaller(running.url)("GET", "/ready");
    expect(ready.body).toMatchObject({ history: { ok: false, findings: 2 } });
    const next = word();
    await chain.act(people.ana, {
      name: "anchor",
      args: { subject: people.ana.address, document: next, manifest: word(), version: 1 },
    });
    const ana = await signIn(running, people.ana);
    await eventually(async () =>
      (await ana.call("GET", "/api/documents")).body.items.some((each) => each["document"] === next),
    );
    expect(running.service.sync.status()).toMatchObject({ mismatches: [] });
  });

  it("names a row of a projection that no act on the ledger made so", async () => {
    const findings = await alter(
      "update mutes set muted = false",
      `delete from documents where document = '${documents[0]}'`,
    );
    const other = findings.filter((finding) => finding.table !== "acts");
    expect(other.map(({ table, kind }) => ({ table, kind }))).toEqual([
      { table: "mutes", kind: "altered" },
      { table: "documents", kind: "missing" },
    ]);
    const ben = await running.service.database.query("select muted from mutes");
    expect(ben).toEqual([{ muted: false }]);
  });
});
