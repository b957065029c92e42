// The operator's commands (reindex, backup, restore), run as `npm run` runs them, on the data folder of a real service.

import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settingNames } from "#indexer/config.ts";
import { listKeptTables, rebuiltTables } from "#indexer/rebuild/tables.ts";
import { projectRoot } from "#scripts/build/project-root.ts";
import { readPassphrase } from "#scripts/upkeep/run-command.ts";
import { people, startChain } from "../indexer/support/chain.ts";
import type { TestChain } from "../indexer/support/chain.ts";
import { giveDatabase, openTestDatabase } from "../indexer/support/database.ts";
import { addSealed, giveConsent, read, signInToRead } from "../indexer/support/reading.ts";
import { eventually, startTestService } from "../indexer/support/service.ts";
import { enrol } from "../indexer/support/story.ts";

const PASSPHRASE = "correct horse battery staple";

type Ended = { code: number; out: string; err: string };

/** Neither this computer's settings nor those of a file: set and empty, they are not set. */
const unset = Object.fromEntries([...settingNames, "PLACET_BACKUP_PASSPHRASE"].map((name) => [name, ""]));

/** Runs a command in a process of its own. */
function run(command: string, args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(projectRoot, "scripts/start.mjs"), command, ...args],
      { cwd: projectRoot, env: { ...process.env, ...unset, ...env }, maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

/** Expects that a command could not be run, and said why in words. */
function expectRefused(ended: Ended | undefined, words: string): void {
  const { code, out, err } = ended ?? { code: -1, out: "", err: "It was not run." };
  expect(err).toContain(words);
  expect(err).not.toMatch(/^ {4}at /m);
  expect(out).toBe("");
  expect(code).toBe(2);
}

describe("An operator at the command line", () => {
  let root: string;
  let chain: TestChain;
  /** The old service's, and the one that it is restored into. */
  let data: string;
  let fresh: string;
  let running: Awaited<ReturnType<typeof startTestService>> | null = null;
  let sealed: string;
  let passphraseFile: string;

  beforeAll(async () => {
    chain = await startChain();
    root = await mkdtemp(join(tmpdir(), "placet-upkeep-"));
    [data, fresh] = [join(root, "31337-0123456789"), join(root, "31337-new")];
    [sealed, passphraseFile] = [join(root, "one.placet"), join(root, "passphrase")];
    await writeFile(passphraseFile, `${PASSPHRASE}\r\nand nothing of this\n`);
    await mkdir(data);
    await giveDatabase(data);
    await copyFile(chain.deploymentFile, join(data, "deployment.json"));
    // The node that commands ask which are told of no other, as `npm start` writes it down.
    await writeFile(join(root, "chain.json"), JSON.stringify({ rpcUrl: chain.rpcUrl }));
    running = await startTestService(chain, data);
    const [ana, lena] = await Promise.all([enrol(chain, people.ana), enrol(chain, people.lena)]);
    const as = await signInToRead(running, people.ana);
    const blood = await addSealed({ running, chain }, { subject: ana, as });
    const consent = await giveConsent({ running, chain }, { subject: ana, grantee: lena, as });
    const reader = await signInToRead(running, people.lena);
    const answer = await read({ running, chain }, { reader, consent, documents: [blood.document] });
    expect(answer.results[0]?.status).toBe("released");
    await running.service.sync.waitFor(Number(await chain.client.getBlockNumber()), 20_000);
  });
  afterAll(async () => {
    await running?.stop();
    await chain.stop();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  });

  const busy = (folder: string) =>
    `Another service (process ${process.pid}) uses the data folder ${folder}. Nothing was changed.`;
  const reports = async (folder: string) => (await readdir(folder)).filter((name) => name.startsWith("reindex-"));

  /** Every row of the tables that a backup and the chain bring back, without when something is looked for next. */
  async function dump(folder: string): Promise<Record<string, string[]>> {
    const database = await openTestDatabase(folder);
    try {
      const all: Record<string, string[]> = {};
      for (const table of [...rebuiltTables, ...(await listKeptTables(database))]) {
        // These say how far the following of the chain has come, which goes on.
        if (["sync_state", "blocks", "undo"].includes(table)) continue;
        const rows = await database.query<{ row: string }>(
          `select (to_jsonb(t) - '{tries,next_try}'::text[])::text as row from ${table} t`,
        );
        all[table] = rows.map(({ row }) => row).sort();
      }
      return all;
    } finally {
      await database.close();
    }
  }

  describe("beside a running service", () => {
    it("is told by each command that the service runs, with its process, and nothing is written", async () => {
      const [reindexed, backedUp] = await Promise.all([
        run("reindex", ["--data", data]),
        run("backup", ["--data", data, "--out", sealed]),
      ]);
      expectRefused(reindexed, busy(data));
      expectRefused(backedUp, busy(data));
      expect(await reports(data)).toEqual([]);
      await expect(stat(sealed)).rejects.toThrow("ENOENT");
    });
  });

  describe("after the service was stopped", () => {
    beforeAll(async () => {
      await running?.stop();
      running = null;
    });

    it("is told with 2, in words, what cannot be done with what was typed", async () => {
      const empty = join(root, "empty");
      await writeFile(empty, "\n");
      const nowhere = join(root, "31337-typo");
      const cases: [string, string[], string][] = [
        ["reindex", ["--data", data, "--nonsense"], "--nonsense"],
        ["reindex", ["--data", nowhere, "--rpc", chain.rpcUrl], `No service ran with the data folder ${nowhere}`],
        ["reindex", ["--data", data, "--rpc", "http://127.0.0.1:1"], "No chain answers at http://127.0.0.1:1"],
        ["backup", ["--data", nowhere], `No service ran with the data folder ${nowhere}`],
        ["backup", ["--data", data, "--passphrase-file", empty], `The first line of ${empty} is empty`],
        ["restore", [sealed], "npm run restore -- FILE --data FOLDER"],
        ["restore", [passphraseFile, "--data", fresh], `${passphraseFile} is no backup`],
      ];
      const ended = await Promise.all(cases.map(([command, args]) => run(command, args)));
      for (const [place, [, , words]] of cases.entries()) expectRefused(ended[place], words);
      // A folder that was mistyped is not made.
      for (const folder of [nowhere, fresh]) await expect(stat(folder)).rejects.toThrow("ENOENT");
      await expect(readPassphrase(nowhere)).rejects.toMatchObject({ code: "bad-input" });
      expect(await readPassphrase(passphraseFile)).toBe(PASSPHRASE);
    });

    it("is told how each command is used, with 0", async () => {
      const commands = ["reindex", "backup", "restore"];
      const ended = await Promise.all(commands.map((command) => run(command, ["--help"])));
      for (const [place, { code, out }] of ended.entries()) {
        expect(out).toContain(`npm run ${commands[place]} -- `);
        expect(out).toContain("--data FOLDER");
        expect(code).toBe(0);
      }
    });

    it("gets a backup that only they may read, encrypted where there is a passphrase, and told of where not", async () => {
      const written = await run("backup", ["--data", data, "--out", sealed, "--passphrase-file", passphraseFile]);
      expect(written).toMatchObject({ code: 0, err: "" });
      expect(written.out).toContain(`Written: ${sealed}`);
      expect(written.out).not.toContain("It is not encrypted");
      expect(written.out).toMatch(/^receipts +1 rows$/m);
      expect(written.out).toMatch(/^blocks +[1-9]\d*$/m);
      expect((await stat(sealed)).mode & 0o777).toBe(0o600);
      expect((await readFile(sealed)).subarray(0, 23).toString()).toBe("placet-backup 1 sealed\n");

      const plain = await run("backup", ["--no-blocks"], { PLACET_DATA: data });
      expect(plain.code).toBe(0);
      expect(plain.out).toContain("It is not encrypted, and holds the gateway's key");
      expect(plain.out).toMatch(/^blocks +0$/m);
      const [name, ...others] = await readdir(join(root, "backups"));
      expect(others).toEqual([]);
      expect(name).toMatch(/^31337-0123456789-\d{4}-\d\d-\d\dT[\d-]+\.placet$/);
      expect(plain.out).toContain(`Written: ${join(root, "backups", name ?? "")}`);
    });

    it("who restores into an empty folder has the service again, with the index that the old one had", async () => {
      const into = (folder: string) => ["--data", folder, "--passphrase-file", passphraseFile];
      const [unlike, used] = await Promise.all([
        run("restore", [sealed, "--data", fresh], { PLACET_BACKUP_PASSPHRASE: "another one" }),
        run("restore", [sealed, ...into(data)]),
      ]);
      expectRefused(unlike, "The passphrase is another one");
      expectRefused(used, "This database is in use");
      const restored = await run("restore", [sealed, ...into(fresh)]);
      expect(restored).toMatchObject({ code: 0, err: "" });
      expect(restored.out).toMatch(/^receipts +1 rows$/m);
      expect(restored.out).toContain(`Restored into ${fresh}: gateway 0x`);
      for (const file of ["gateway.json", "deployment.json"])
        expect(await readFile(join(fresh, file), "utf8")).toBe(await readFile(join(data, file), "utf8"));

      const again = await startTestService(chain, fresh);
      try {
        const { database } = again.service;
        await eventually(
          async () => (await database.query("select 1 from openings where state = 'held'")).length === 1,
        );
        expectRefused(await run("restore", [sealed, ...into(fresh)]), busy(fresh));
      } finally {
        await again.stop();
      }
      const [before, after] = [await dump(data), await dump(fresh)];
      expect(before["acts"]?.length).toBeGreaterThan(3);
      expect(before["seals"]).toHaveLength(1);
      expect(after).toEqual(before);
    });

    it("is told with 1 which rows differ from the chain, keeps them in a file, and has them put right", async () => {
      const database = await openTestDatabase(data);
      await database.query("insert into mutes (key, subject, grantee, muted) values ('x|y', 'x', 'y', true)");
      await database.close();

      const checked = await run("reindex", ["--data", data, "--check", "--rpc", chain.rpcUrl]);
      expect(checked.out).toMatch(/^mutes +0 rows {2}1 differ$/m);
      expect(checked.out).toContain("Nothing was changed (--check).");
      expect(checked.code).toBe(1);
      const [name = "", ...others] = await reports(data);
      expect(others).toEqual([]);
      expect(name).toMatch(/^reindex-\d{4}-\d\d-\d\dT[\d.-]+Z\.jsonl$/);
      const file = join(data, basename(name));
      expect(checked.out).toContain(file);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      const lines = (await readFile(file, "utf8")).trim().split("\n");
      expect(lines.map((line) => JSON.parse(line))).toEqual([
        { table: "mutes", only: "old", row: { key: "x|y", subject: "x", grantee: "y", muted: true } },
      ]);

      // What was only looked at is there still; what was put right is gone, and the next one finds nothing.
      const replaced = await run("reindex", ["--data", data]);
      expect(replaced.out).toContain("The new rows are in their place.");
      expect(replaced.code).toBe(1);
      expect(await reports(data)).toHaveLength(2);
      const again = await run("reindex", [], { PLACET_DATA: data });
      expect(again.out).toMatch(/^acts +\d+ rows {2}the same$[^]*every row is the same as before\.$/m);
      expect(again.code).toBe(0);
      expect(await reports(data)).toHaveLength(2);
    });
  });
});
