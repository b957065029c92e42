// What a service shows to an auditor: signing in and reading everything, page by page. Rule: nothing of it is believed;
// the key that signs in is read from the environment and never written anywhere.

import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { getAddress } from "viem";
import type { Address, Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";

/** Everything that an audit compares. */
export type ServiceView = {
  /** The last block that the service says it has read. */
  readonly block: number;
  readonly rows: readonly unknown[];
  readonly roll: Readonly<Record<"ledger" | "providerRegistry", readonly { account: string; head: string }[]>>;
  readonly gateway: Address;
  readonly receipts: readonly unknown[];
  /** What the service itself says is wrong with what it stored. */
  readonly admits: readonly string[];
};

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

function connect(url: string, cookie: () => string | undefined): Ask {
  return async (path, init = {}) => {
    const given = cookie();
    const headers = { "x-placet": "1", "content-type": "application/json", ...(given && { cookie: given }) };
    try {
      return await fetch(`${url}${path}`, { ...init, headers, signal: AbortSignal.timeout(60_000) });
    } catch (cause) {
      throw new Failure(
        "unavailable",
        `The service at ${url} does not answer. The ledger can be audited without it: leave --service out.`,
        { cause },
      );
    }
  };
}

async function readBody<S extends z.ZodType>(response: Response, schema: S, what: string): Promise<z.output<S>> {
  const text = await response.text();
  const parse = (): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  };
  const body = parse();
  if (!response.ok) {
    const problem = z.object({ detail: z.string() }).safeParse(body);
    const said = problem.success ? problem.data.detail : `status ${response.status}`;
    throw new Failure(
      response.status === 401 || response.status === 403 ? "forbidden" : "unavailable",
      `The service did not give ${what}: ${said}`,
    );
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success)
    throw new Failure("bad-input", `The service gave ${what} in a form that is not understood.`, {
      cause: parsed.error,
    });
  return parsed.data;
}

/** The cookie of an auditor's session: out of a file, or by signing in with PLACET_AUDITOR_KEY. */
async function signIn(
  url: string,
  options: { readonly cookieFile: string | undefined; readonly chainId: number },
): Promise<string> {
  if (options.cookieFile !== undefined) {
    const text = (
      await readFile(options.cookieFile, "utf8").catch((cause: unknown) => {
        throw new Failure("bad-input", `The cookie file ${options.cookieFile} cannot be read.`, { cause });
      })
    ).trim();
    return text.includes("=") ? text : `placet_session=${text}`;
  }
  const key = process.env["PLACET_AUDITOR_KEY"];
  if (key === undefined || !/^0x[0-9a-fA-F]{64}$/.test(key)) {
    throw new Failure(
      "bad-input",
      "--service needs an auditor's session: put the auditor's private key (0x and 64 digits) into PLACET_AUDITOR_KEY, or name a --cookie-file.",
    );
  }
  const ask = connect(url, () => undefined);
  const { nonce } = await readBody(await ask("/api/session/nonce"), z.object({ nonce: z.string() }), "a nonce");
  const account = privateKeyToAccount(key as Hex);
  const now = new Date();
  // No resources: this session can look, and cannot read a single record.
  const message = createSiweMessage({
    address: account.address,
    chainId: options.chainId,
    domain: new URL(url).host,
    uri: url,
    version: "1",
    nonce,
    statement: "Sign in to audit. This session can read no records.",
    issuedAt: now,
    expirationTime: new Date(now.getTime() + 30 * 60_000),
  });
  const signature = await account.signMessage({ message });
  const response = await ask("/api/session", { method: "POST", body: JSON.stringify({ message, signature }) });
  const cookie = response.headers.getSetCookie().find((entry) => entry.startsWith("placet_session="));
  await readBody(response, z.unknown(), "a session");
  if (cookie === undefined) throw new Failure("unavailable", "The service signed the auditor in, and gave no session.");
  return cookie.split(";")[0] ?? "";
}

const page = z.object({ items: z.array(z.unknown()), next: z.string().nullable() });
const rollRow = z.object({ account: z.string(), head: z.string() });
const statusSchema = z.object({
  cursor: z.object({ number: z.number().int() }).nullable(),
  findings: z.array(z.object({ message: z.string() })).default([]),
  mismatches: z.array(z.object({ message: z.string() })).default([]),
});

async function readAll(ask: Ask, path: string, what: string): Promise<unknown[]> {
  const items: unknown[] = [];
  let cursor: string | null = null;
  do {
    const next: string = `${path}${path.includes("?") ? "&" : "?"}limit=200${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
    let response = await ask(next);
    for (let waited = 0; response.status === 429 && waited < 90; waited += 3) {
      await sleep(3000);
      response = await ask(next);
    }
    const found: z.output<typeof page> = await readBody(response, page, what);
    items.push(...found.items);
    // A service that never ends its list must not hold an audit for ever.
    if (found.next !== null && found.items.length === 0)
      throw new Failure("bad-input", `The service gave an endless list of ${what}.`);
    cursor = found.next;
  } while (cursor !== null);
  return items;
}

/** Reads what a service shows, once it has come as far as `block` (or 20 seconds have passed). */
export async function readService(
  url: string,
  options: { readonly block: number; readonly chainId: number; readonly cookieFile: string | undefined },
): Promise<ServiceView> {
  let cookie = await signIn(url, options);
  const askOnce = connect(url, () => cookie);
  // A token is good for some minutes, and reading everything may take longer: then the key signs in again.
  const ask: Ask = async (path, init) => {
    const response = await askOnce(path, init);
    if (response.status !== 401 || options.cookieFile !== undefined) return response;
    cookie = await signIn(url, options);
    return askOnce(path, init);
  };
  const who = await readBody(await ask("/api/session"), z.object({ roles: z.array(z.string()) }), "the session");
  if (!who.roles.includes("auditor")) {
    throw new Failure(
      "forbidden",
      "The account that signed in is not an auditor here: a registrar must appoint it first.",
    );
  }
  const readStatus = async () => readBody(await ask("/status"), statusSchema, "its status");
  let status = await readStatus();
  for (let tries = 0; (status.cursor?.number ?? -1) < options.block && tries < 20; tries++) {
    await sleep(1000);
    status = await readStatus();
  }
  const { address } = await readBody(await ask("/api/gateway"), z.object({ address: z.string() }), "its gateway");
  const rows = await readAll(ask, "/api/trail?order=oldest", "the trail");
  const roll = async (contract: string) =>
    z.array(rollRow).parse(await readAll(ask, `/api/roll?contract=${contract}`, "the roll"));
  const receiptItem = z.object({ receipt: z.unknown() });
  const receipts = (await readAll(ask, "/api/receipts?as=gateway", "the receipts")).map(
    (item) => receiptItem.parse(item).receipt,
  );
  return {
    block: status.cursor?.number ?? 0,
    rows,
    roll: { ledger: await roll("ledger"), providerRegistry: await roll("providerRegistry") },
    gateway: getAddress(address),
    receipts,
    admits: [...status.findings, ...status.mismatches].map(({ message }) => message),
  };
}
