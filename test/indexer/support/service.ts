// The real service over a real chain, in this process, on a free port and a folder of its own; and people who sign in.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSiweMessage } from "viem/siwe";
import { createSessionKey, sessionResources, signCall } from "#protocol/keys/index.ts";
import type { SessionKey } from "#protocol/keys/index.ts";
import { readConfig, startService } from "#indexer/index.ts";
import type { RunningService } from "#indexer/index.ts";
import { createLog } from "#indexer/log.ts";
import type { Person, TestChain } from "./chain.ts";
import { databaseUrlOf, giveDatabase } from "./database.ts";

/** Makes a folder for a service, with an empty database that belongs to it, and what takes both away again. */
export async function makeFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "placet-service-"));
  const drop = await giveDatabase(folder);
  return {
    folder,
    async remove() {
      await drop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The environment that a service of this chain and folder is started with. */
export function environment(
  chain: Pick<TestChain, "rpcUrl" | "deploymentFile">,
  folder: string,
  more: Record<string, string> = {},
): Record<string, string> {
  const url = databaseUrlOf(folder);
  return {
    ...(url === null ? {} : { DATABASE_URL: url }),
    PLACET_DATA: folder,
    PLACET_RPC_URL: chain.rpcUrl,
    PLACET_DEPLOYMENT: chain.deploymentFile,
    PLACET_PORT: "0",
    PLACET_POLL_MS: "100",
    PLACET_CHECK_RESPONSES: "1",
    PLACET_RECEIPT_INTERVAL: "3600",
    PLACET_RATE_SIGN_IN: "100000",
    PLACET_RATE_RECORDS: "100000",
    PLACET_RATE_BLOCKS: "100000",
    PLACET_RATE_SEARCH: "100000",
    PLACET_RATE_WRITE: "100000",
    ...more,
  };
}

/** Starts the service and waits until it has caught up; lines of its log are kept for tests that look at them. */
export async function startTestService(
  chain: Pick<TestChain, "rpcUrl" | "deploymentFile">,
  folder: string,
  more: Record<string, string> = {},
): Promise<RunningService & { lines: string[] }> {
  const lines: string[] = [];
  const running = await startService(readConfig(environment(chain, folder, more)), {
    log: createLog((line) => lines.push(line)),
  });
  const { sync, chain: connected } = running.service;
  try {
    await sync.waitFor(Number(await connected.client.getBlockNumber()), 20_000);
  } catch (error) {
    await running.stop();
    throw new Error(`The service did not catch up: ${JSON.stringify(sync.status())}\n${lines.slice(-10).join("\n")}`, {
      cause: error,
    });
  }
  return { ...running, lines };
}

/** An answer: its status, its headers, and its JSON where it has some. */
export type Answer = {
  status: number;
  headers: Headers;
  body: Record<string, unknown> & { items: Record<string, unknown>[] };
};

/** The cookies that came with an answer, as a browser sends them back. */
export function cookiesOf({ headers }: { headers: Headers }): string {
  return headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
}

const SIGNED = /^(PUT|POST|DELETE) \/api\/(vault|guardians|guardianships|member-keys|recovery|seals|erasures)/;

/** Whose key signs the calls that want it. */
export type CallSigner = { key: SessionKey; account: Person["address"]; gateway: Person["address"] };

/** Calls as a page of the service would: those that its session's key signs are signed, where it is named. */
export function createCaller(url: string, cookie: string | null = null, signer: CallSigner | null = null) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const raw = body instanceof Uint8Array;
    const sent = body === undefined ? undefined : raw ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
    const signed =
      signer === null || !SIGNED.test(`${method} ${path}`)
        ? {}
        : await signCall(
            signer.key,
            { method, path, body: sent ?? new Uint8Array(), account: signer.account, gateway: signer.gateway },
            { now: Math.floor(Date.now() / 1000) },
          );
    const response = await fetch(url + path, {
      method,
      headers: {
        ...signed,
        ...(cookie === null ? {} : { Cookie: cookie }),
        ...(method === "GET" ? {} : { "X-Placet": "1", Origin: url }),
        ...(body === undefined ? {} : { "Content-Type": raw ? "application/octet-stream" : "application/json" }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await response.text();
    const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== "" ? JSON.parse(text) : { text },
    };
  };
}

/** A sign-in message of this person, as the app makes it. */
export async function makeMessage(
  running: RunningService,
  address: Person["address"],
  changes: Partial<Parameters<typeof createSiweMessage>[0]> = {},
) {
  const call = createCaller(running.url);
  const { nonce } = (await call("GET", "/api/session/nonce")).body as unknown as { nonce: string };
  const key = await createSessionKey();
  const now = Date.now();
  return createSiweMessage({
    address,
    chainId: running.service.chain.deployment.chainId,
    domain: new URL(running.url).host,
    uri: running.url,
    version: "1",
    nonce,
    issuedAt: new Date(now),
    expirationTime: new Date(now + 3_600_000),
    resources: sessionResources({ publicKey: key.publicKey, gateway: running.service.gateway.address }),
    ...changes,
  });
}

/** Signs a person in and gives their caller and cookie. */
export async function signIn(
  running: RunningService,
  person: Person,
  agent = "test",
  headers: Record<string, string> = {},
) {
  const message = await makeMessage(running, person.address);
  const body = { message, signature: await person.signMessage({ message }) };
  const answer = await createCaller(running.url)("POST", "/api/session", body, { "User-Agent": agent, ...headers });
  if (answer.status !== 200) throw new Error(`Sign-in failed: ${JSON.stringify(answer.body)}`);
  const cookie = cookiesOf(answer);
  return { call: createCaller(running.url, cookie), cookie, session: answer.body, answer };
}

/** Waits until `look` gives something; fails after `ms`. */
export async function eventually<T>(look: () => Promise<T | null | undefined | false>, ms = 15_000): Promise<T> {
  const until = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > until) throw new Error("It did not happen in time.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Reads a stream of server-sent events into a list, until closed. */
export function openStream(url: string, cookie: string, lastEventId?: number) {
  const events: { id: number | null; event: string; data: Record<string, unknown> }[] = [];
  const controller = new AbortController();
  const done = (async () => {
    const response = await fetch(`${url}/api/stream`, {
      headers: { Cookie: cookie, ...(lastEventId === undefined ? {} : { "Last-Event-ID": String(lastEventId) }) },
      signal: controller.signal,
    });
    if (!response.ok || response.body === null) throw new Error(`The stream answered ${response.status}.`);
    let text = "";
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      text += part;
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const fields = new Map(
          block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
        );
        const data = fields.get("data");
        if (data === undefined) continue;
        events.push({
          id: fields.has("id") ? Number(fields.get("id")) : null,
          event: fields.get("event") ?? "message",
          data: JSON.parse(data),
        });
      }
    }
  })().catch((error: unknown) => {
    if (!controller.signal.aborted) throw error;
  });
  return {
    events,
    /** Resolves when the service ended the stream. */
    ended: done,
    async close() {
      controller.abort();
      await done;
    },
  };
}
