// The auditor's command, run as an auditor runs it, against a real chain and a real service.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { toHex } from "viem";
import type { Hex } from "viem";
import { readConfig, startService, type RunningService } from "#indexer/index.ts";
import { createLog } from "#indexer/log.ts";
import { actRow, verifyHistory } from "#protocol/history/index.ts";
import { readService } from "#scripts/audit/service.ts";
import { demoAccount } from "#scripts/demo-people.ts";
import { giveDatabase } from "../indexer/support/database.ts";
import { startChain, who, type TestChain } from "../protocol/history/support/chain.ts";
import { ana, gateway, ines, lena, rosa, tellStory, tomas, type Told } from "../protocol/history/support/story.ts";

const noor = 6;

let chain: TestChain;
let told: Told;
let folder: string;
let blockHash: Hex;
let openingsFile: string;
let deploymentFile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "placet-audit-"));
  chain = await startChain();
  told = await tellStory(chain);
  const validUntil = (await chain.now()) + 86_400;
  await chain.send(rosa, { name: "appointAuditor", args: { registrar: who(rosa), auditor: who(ines), validUntil } });
  blockHash = (await chain.client.getBlock()).hash;
  openingsFile = join(folder, "openings.json");
  deploymentFile = join(folder, "deployment.json");
  await writeFile(openingsFile, JSON.stringify(told.openings));
  await writeFile(deploymentFile, JSON.stringify(chain.deployment));
});
afterAll(async () => {
  await chain?.stop();
  // The blocks' folder is written to for a moment after its node was stopped.
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** The private key of a demo account, which everybody knows. */
const demoPrivateKey = (index: number): Hex => toHex(demoAccount(index).getHdKey().privateKey ?? new Uint8Array());

type Ended = { code: number; out: string; err: string };

/** Runs the command in a process of its own. */
function audit(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["scripts/audit.ts", "--rpc", chain.rpcUrl, "--deployment", deploymentFile, ...args],
      { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

describe("An auditor at the command line", () => {
  it("is told that all is genuine and complete, with 0, from a trusted block", async () => {
    const { code, out } = await audit(["--block", blockHash]);
    expect(out).toMatch(/^GENUINE AND COMPLETE/);
    expect(out).toContain("proven from the block that you trust");
    expect(out.match(/✓ .* is the published build/g)).toHaveLength(3);
    expect(out).not.toContain("✗");
    expect(code).toBe(0);
  });

  it("asks who could read what, at the second of the grant and at the second of the revocation", async () => {
    const question = `${who(lena)},${who(ana)},labs,COC`;
    const ask = async (at: number) => {
      const { code, out } = await audit([
        "--block",
        blockHash,
        "--at",
        String(at),
        "--openings",
        openingsFile,
        "--could",
        question,
        "--json",
      ]);
      expect(code).toBe(0);
      const report = JSON.parse(out) as { answers: { answer: string; by: { answer: string; scope: string }[] }[] };
      return report.answers[0];
    };
    expect(await ask(told.granted)).toMatchObject({ answer: "yes" });
    expect(await ask(told.revoked)).toMatchObject({ answer: "no" });
  });

  it("reads a subject's acts and consents as sentences", async () => {
    const { out } = await audit([
      "--block",
      blockHash,
      "--subject",
      who(ana),
      "--at",
      String(told.granted),
      "--openings",
      openingsFile,
    ]);
    expect(out).toContain("could read and add to your lab results and imaging, for treatment");
    expect(out).toContain("In force");
    expect(out).toMatch(/Acts of 0x/);
  });

  it("is told with 1 which opening was altered, and which belongs to no consent", async () => {
    const [first, second] = told.openings;
    const altered = { ...first, sentence: first?.sentence.replace("treatment", "research") };
    const stray = { ...second, salt: `0x${"77".repeat(32)}` };
    const file = join(folder, "altered.json");
    await writeFile(file, JSON.stringify({ openings: [altered, stray] }));
    const { code, out } = await audit(["--openings", file]);
    expect(code).toBe(1);
    expect(out).toContain("Opening 1 of");
    expect(out).toContain("the scope of no consent on the ledger");
  });

  it("is told with 1 which row of an exported history differs", async () => {
    const { acts } = await verifyHistory({ reader: chain.reader, deployment: chain.deployment, blockHash });
    const rows = acts.map((act) => actRow(act));
    const target = rows.find(({ act }) => act === "Filed");
    const file = join(folder, "history.json");
    await writeFile(file, JSON.stringify(rows));
    expect(await audit(["--block", blockHash, "--history", file])).toMatchObject({
      code: 1,
      out: expect.stringContaining("Out of order"),
    });
    const inOrder = rows.toSorted((a, b) => a.block - b.block || a.logIndex - b.logIndex);
    await writeFile(file, JSON.stringify(inOrder));
    expect(await audit(["--block", blockHash, "--history", file])).toMatchObject({ code: 0 });
    await writeFile(
      file,
      JSON.stringify(
        inOrder.map((row) => (row === target ? { ...row, args: { ...row.args, author: who(tomas) } } : row)),
      ),
    );
    const { code, out } = await audit(["--block", blockHash, "--history", file]);
    expect(code).toBe(1);
    expect(out).toContain(`Altered: Filed of ${who(ana)}`);
    expect(out).toContain(`transaction ${target?.tx}`);
    expect(out).toContain(
      `args.author is ${who(lena).toLowerCase()} on the ledger and ${who(tomas).toLowerCase()} here`,
    );
  });

  it("is told with 2 when the audit cannot be done: unknown option, no node, no such block, no build", async () => {
    expect(await audit(["--build", folder])).toMatchObject({ code: 2 });
    expect(await audit(["--nonsense"])).toMatchObject({ code: 2 });
    expect(await audit(["--block", `0x${"ab".repeat(32)}`])).toMatchObject({ code: 2 });
    expect(await audit(["--could", "me,you,labs,TREAT"])).toMatchObject({ code: 2 });
    expect(
      await audit(["--service", "http://127.0.0.1:1"], { PLACET_AUDITOR_KEY: demoPrivateKey(ines) }),
    ).toMatchObject({ code: 2 });
  });

  it("is told with 1 when the code is not that of the deployment file", async () => {
    const file = join(folder, "other.json");
    const buildHashes = { ...chain.deployment.buildHashes, ledger: blockHash };
    await writeFile(file, JSON.stringify({ ...chain.deployment, buildHashes }));
    const { code, out } = await audit(["--deployment", file]);
    expect(code).toBe(1);
    expect(out).toContain("does not have the code that was published");
  });
});

describe("An auditor of a service", () => {
  let running: RunningService;
  const key = { PLACET_AUDITOR_KEY: "" };
  beforeAll(async () => {
    key.PLACET_AUDITOR_KEY = demoPrivateKey(ines);
    await giveDatabase(join(folder, "service"));
    running = await startService(
      readConfig({
        PLACET_DATA: join(folder, "service"),
        PLACET_RPC_URL: chain.rpcUrl,
        PLACET_DEPLOYMENT: deploymentFile,
        PLACET_PORT: "0",
        // Not the gateway of the story, which anchored receipts that nobody has.
        PLACET_GATEWAY_KEY: demoPrivateKey(noor),
      }),
      { log: createLog(() => {}) },
    );
  });
  afterAll(() => running?.stop());

  it("finds that its trail, roll and receipts are the ledger's", async () => {
    const { code, out, err } = await audit(["--service", running.url], key);
    expect(err).toBe("");
    expect(out).toMatch(/^GENUINE AND COMPLETE/);
    expect(out).toMatch(/\d+ rows up to block \d+ compared with the ledger, field by field: no difference/);
    expect(code).toBe(0);
  });

  it("is told that receipts are missing which another gateway anchored and nobody shows", async () => {
    await giveDatabase(join(folder, "forgetful"));
    const other = await startService(
      readConfig({
        PLACET_DATA: join(folder, "forgetful"),
        PLACET_RPC_URL: chain.rpcUrl,
        PLACET_DEPLOYMENT: deploymentFile,
        PLACET_PORT: "0",
        PLACET_GATEWAY_KEY: demoPrivateKey(gateway),
      }),
      { log: createLog(() => {}) },
    );
    const { code, out } = await audit(["--service", other.url], key).finally(() => other.stop());
    expect(code).toBe(1);
    expect(out).toMatch(/^NOT IN ORDER: 4 findings/);
    for (const number of [1, 2, 3, 4]) expect(out).toContain(`Receipt ${number} is not shown, though there is one.`);
    // A second service starts and stops within this test.
  }, 180_000);

  it("reads on when its session's token ends meanwhile, by signing in again", async () => {
    const { fetch } = globalThis;
    let ended = 0;
    vi.stubEnv("PLACET_AUDITOR_KEY", key.PLACET_AUDITOR_KEY);
    // Everything is really asked; only time passes quicker, once, in the middle of it.
    vi.stubGlobal("fetch", async (...args: Parameters<typeof fetch>) => {
      if (String(args[0]).includes("/api/roll") && ended === 0) {
        ended = 1;
        await running.service.database.query("update session_tokens set expires_at = 0");
      }
      return fetch(...args);
    });
    try {
      const view = await readService(running.url, {
        block: 0,
        chainId: chain.deployment.chainId,
        cookieFile: undefined,
      });
      expect(ended).toBe(1);
      expect(view.roll.ledger.length).toBeGreaterThan(0);
      await expect(readService(running.url, { block: 0, chainId: 1, cookieFile: undefined })).rejects.toThrow("chain");
    } finally {
      vi.unstubAllGlobals();
      vi.unstubAllEnvs();
    }
  });

  it("is refused, with 2, without being an auditor", async () => {
    const { code, err } = await audit(["--service", running.url], { PLACET_AUDITOR_KEY: demoPrivateKey(tomas) });
    expect(code).toBe(2);
    expect(err).toContain("not an auditor");
    expect(err).not.toContain(demoPrivateKey(tomas).slice(2));
  });

  it("names exactly the row that was altered in the database, and the one that was removed", async () => {
    const { acts } = await verifyHistory({ reader: chain.reader, deployment: chain.deployment, blockHash });
    const altered = acts.find(({ event }) => event === "Revoked");
    const removed = acts.find(({ event }) => event === "Renounced");
    const { database } = running.service;
    await database.query("update acts set time = time - 3600 where tx = $1 and log_index = $2", [
      altered?.tx,
      altered?.logIndex,
    ]);
    await database.query("delete from acts where tx = $1 and log_index = $2", [removed?.tx, removed?.logIndex]);
    const { code, out } = await audit(["--service", running.url, "--json"], key);
    expect(code).toBe(1);
    const { comparisons } = JSON.parse(out) as {
      comparisons: { differences: { kind: string; where: object; fields: { field: string }[] }[] }[];
    };
    const differences = comparisons[0]?.differences ?? [];
    expect(
      differences.map(({ kind, where, fields }) => ({ kind, where, fields: fields.map(({ field }) => field) })),
    ).toEqual([
      {
        kind: "altered",
        where: expect.objectContaining({ tx: altered?.tx, logIndex: altered?.logIndex }),
        fields: ["time"],
      },
      { kind: "missing", where: expect.objectContaining({ tx: removed?.tx, logIndex: removed?.logIndex }), fields: [] },
    ]);
  });
});
