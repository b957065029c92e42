// An operator stops the service, and it ends in time whatever its node does: with 0, and with nothing left behind that
// keeps the next one from starting.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { people, startChain } from "./support/chain.ts";
import type { TestChain } from "./support/chain.ts";
import { beginProcess, startProcess } from "./support/one-process.ts";
import { funded } from "./support/reading.ts";
import { createCaller, eventually, makeFolder, openStream, signIn } from "./support/service.ts";

/** As long as the process itself gives its parts before it ends without them, and with 1. */
const STOP_MS = 3_000;

/** A node in front of the chain's own, which at a word takes every call and answers none. */
async function startNode(rpcUrl: string) {
  const node = { url: "", silent: false, unanswered: 0, stop: () => Promise.resolve() };
  const server = createServer((request, response) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      if (node.silent) return void (node.unanswered += 1);
      const headers = { "Content-Type": "application/json" };
      const answer = await fetch(rpcUrl, { method: "POST", headers, body: Buffer.concat(parts) });
      response.writeHead(answer.status, headers).end(await answer.text());
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  node.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  node.stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return node;
}

describe("A service whose node takes calls and never answers", () => {
  let chain: TestChain;
  let node: Awaited<ReturnType<typeof startNode>>;
  let folder: Awaited<ReturnType<typeof makeFolder>>;

  beforeAll(async () => {
    chain = await startChain();
    node = await startNode(chain.rpcUrl);
    folder = await makeFolder();
  });
  afterAll(async () => {
    await node.stop();
    await chain.stop();
    await folder.remove();
  });

  const lockFile = () => join(folder.folder, "service.pid");

  async function expectCleanStop(begun: { stop(): Promise<number | null>; said(): string }): Promise<void> {
    expect(await readFile(lockFile(), "utf8")).toMatch(/^\d+\n$/);
    const began = Date.now();
    const code = await begun.stop();
    expect({ code, said: code === 0 ? "" : begun.said() }).toEqual({ code: 0, said: "" });
    expect(Date.now() - began).toBeLessThan(STOP_MS);
    await expect(stat(lockFile())).rejects.toThrow("ENOENT");
  }

  it("ends at once when it is stopped, with people connected and calls of theirs waiting, and starts again", async () => {
    node.silent = false;
    const begun = await startProcess({ ...chain, rpcUrl: node.url }, folder.folder, { more: funded });
    await eventually(async () => (await fetch(`${begun.url}/ready`)).ok);
    const ana = await signIn(begun.running, people.ana);
    const stream = openStream(begun.url, ana.cookie);
    await eventually(async () => stream.events.length > 0);
    node.silent = true;
    node.unanswered = 0;
    await eventually(async () => node.unanswered > 0);
    const before = node.unanswered;
    const asking = createCaller(begun.url)("POST", "/rpc", { jsonrpc: "2.0", id: 1, method: "eth_gasPrice" });
    const broken = asking.then(
      () => "answered",
      () => "broken off",
    );
    await eventually(async () => node.unanswered > before);
    const ended = stream.ended.catch(() => undefined);
    await expectCleanStop(begun);
    expect(await broken).toBe("broken off");
    await ended;

    const next = await startProcess(chain, folder.folder, { more: funded });
    await eventually(async () => (await fetch(`${next.url}/ready`)).ok);
    await expectCleanStop(next);
  }, 120_000);

  it("ends at once when it is stopped while it starts", async () => {
    node.silent = true;
    node.unanswered = 0;
    const begun = beginProcess({ ...chain, rpcUrl: node.url }, folder.folder, { more: funded });
    await eventually(async () => node.unanswered > 0);
    await expectCleanStop(begun);
  }, 120_000);
});
