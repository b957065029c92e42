// `npm start` as a person meets it: one process to start, one address, one way to stop.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { projectRoot } from "#scripts/build/project-root.ts";
import { identifyChain } from "#scripts/stack/identify-chain.ts";
import { isAlive } from "#scripts/stack/lock.ts";
import { pickAnyPort } from "#scripts/stack/ports.ts";

type Started = { process: ChildProcess; said: () => string; ended: Promise<number | null>; url: Promise<string> };

function start(args: string[]): Started {
  const child = spawn(process.execPath, [join(projectRoot, "scripts/start.mjs"), ...args], { cwd: projectRoot });
  let said = "";
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  const url = new Promise<string>((resolve, reject) => {
    const hear = (bytes: Buffer): void => {
      said += bytes.toString();
      const found = /Placet is ready: {2}(\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    void ended.then(() => reject(new Error(`It ended:\n${said}`)));
  });
  url.catch(() => {});
  return { process: child, said: () => said, ended, url };
}

const chainMemory = z.object({ pid: z.number(), rpcUrl: z.string() });
const readChain = async (dataRoot: string) =>
  chainMemory.parse(JSON.parse(await readFile(join(dataRoot, "chain.json"), "utf8")));

let dataRoot: string;
let port: number;
let first: Started;
beforeAll(async () => {
  dataRoot = await mkdtemp(join(tmpdir(), "placet-start-"));
  port = await pickAnyPort();
  first = start(["--data", dataRoot, "--port", String(port)]);
  await first.url;
});
afterAll(async () => {
  first.process.kill("SIGTERM");
  await first.ended;
  await rm(dataRoot, { recursive: true, force: true });
});

test("A newcomer is told one address, who the demo people are and how to unlock them", async () => {
  const url = await first.url;
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("<title>Placet</title>");
  expect(first.said()).toMatch(/Ana Silva/);
  expect(first.said()).toMatch(/unlock with the passphrase: {2}\S+/);
  expect(first.said().match(/http:\/\/localhost:\d+/g)).toHaveLength(1);
});

test("A newcomer who starts a second one in the same data folder is told so, and the first is unharmed", async () => {
  const second = start(["--data", dataRoot]);
  expect(await second.ended).toBe(1);
  expect(second.said()).toMatch(/already in use by another Placet \(process \d+\)/);
  expect((await fetch(await first.url)).status).toBe(200);
});

test("A newcomer who mistypes an option is told which there are", async () => {
  const mistaken = start(["--prot", "1"]);
  expect(await mistaken.ended).toBe(1);
  expect(mistaken.said()).toMatch(/--port NUMBER/);
});

test("An operator whose node does not answer is told so before anything is made", async () => {
  const folder = await mkdtemp(join(tmpdir(), "placet-start-"));
  const lost = start(["--data", folder, "--rpc", `http://127.0.0.1:${await pickAnyPort()}`]);
  expect(await lost.ended).toBe(1);
  expect(lost.said()).toMatch(/No Ethereum node answers at/);
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

test(
  "A newcomer whose service is killed keeps the ledger, and the service comes back at the same address",
  { timeout: 300_000 },
  async () => {
    await expect.poll(() => first.said(), { timeout: 170_000 }).toMatch(/records are there/);
    const before = await readChain(dataRoot);
    const [name] = (await readdir(dataRoot)).filter((entry) => entry.startsWith("31337-"));
    const pid = Number(await readFile(join(dataRoot, name ?? "", "service.pid"), "utf8"));
    process.kill(pid, "SIGKILL");
    await expect.poll(() => first.said(), { timeout: 90_000 }).toMatch(/The service is back: http:\/\/localhost:\d+/);
    expect((await fetch(await first.url)).status).toBe(200);
    const after = await readChain(dataRoot);
    expect(after.pid).toBe(before.pid);
  },
);

test("A newcomer whose port is busy gets the next one, and an existing chain is used by its address", async () => {
  const { rpcUrl } = await readChain(dataRoot);
  const folder = await mkdtemp(join(tmpdir(), "placet-start-"));
  const stranger = createServer();
  const busy = await new Promise<number>((resolve) =>
    stranger.listen(0, "127.0.0.1", () => resolve((stranger.address() as AddressInfo).port)),
  );
  const second = start(["--data", folder, "--rpc", rpcUrl, "--port", String(busy), "--no-demo"]);
  expect(await second.url).not.toBe(`http://localhost:${busy}`);
  expect(second.said()).toContain(`Port ${busy} is busy`);
  const deployment = await fetch(`${await second.url}/deployment.json`);
  const { genesisHash } = await identifyChain(rpcUrl);
  expect(z.object({ genesisHash: z.string() }).parse(await deployment.json()).genesisHash).toBe(genesisHash);
  second.process.kill("SIGTERM");
  expect(await second.ended).toBe(0);
  // It was not this one's chain to stop.
  expect((await identifyChain(rpcUrl)).genesisHash).toBe(genesisHash);
  stranger.close();
  await rm(folder, { recursive: true });
});

test("A newcomer who stops it leaves nothing running", async () => {
  const { pid, rpcUrl } = await readChain(dataRoot);
  const began = Date.now();
  first.process.kill("SIGINT");
  expect(await first.ended).toBe(0);
  expect(Date.now() - began).toBeLessThan(10_000);
  expect(isAlive(pid)).toBe(false);
  await expect(fetch(rpcUrl)).rejects.toThrow();
  await expect(fetch(`http://localhost:${port}`)).rejects.toThrow();
  const left = await readdir(dataRoot);
  expect(left).not.toContain("placet.lock");
  expect(left).not.toContain("chain.json");
});
