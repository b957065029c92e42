// How the demonstration's people speak to the service: the same HTTP API that the app uses, with a cookie each.

import { z } from "zod";
import type { Address } from "viem";
import { utf8 } from "#protocol/bytes.ts";
import { Failure, type FailureCode } from "#protocol/failure.ts";
import { signCall, type SessionKey } from "#protocol/keys/index.ts";

/** Calls of one person; the cookie of their session stays in it. */
export type Caller = {
  get<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>>;
  send<S extends z.ZodType>(method: "POST" | "PUT", path: string, body: unknown, schema: S): Promise<z.output<S>>;
  /** The same, signed by the session's key: what replaces something that was entrusted to the service. */
  sendSigned<S extends z.ZodType>(
    method: "POST" | "PUT",
    path: string,
    signed: { body: unknown; key: SessionKey; account: Address; gateway: Address },
    schema: S,
  ): Promise<z.output<S>>;
  /** The bytes of an IPFS block. */
  getBlock(cid: string): Promise<Uint8Array>;
  putBlock(block: { cid: string; bytes: Uint8Array }): Promise<void>;
};

const problemSchema = z.object({ code: z.string(), detail: z.string(), reason: z.string().optional() });
const MOST_TRIES = 5;

/** Makes the calls of one person to the service at `url`. */
export function createCaller(url: string): Caller {
  let cookie = "";

  async function request(
    path: string,
    init: RequestInit & { headers?: Record<string, string> },
    attempt = 1,
  ): Promise<Response> {
    const headers = { "X-Placet": "1", ...(cookie === "" ? {} : { Cookie: cookie }), ...init.headers };
    const response = await fetch(new URL(path, url), { ...init, headers });
    cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? cookie;
    if (response.ok) return response;
    // As the app does: what came too fast waits as long as it is told to, and tries again.
    const wait = Number(response.headers.get("Retry-After"));
    if (response.status === 429 && wait > 0 && attempt < MOST_TRIES) {
      await new Promise((resolve) => setTimeout(resolve, wait * 1_000));
      return request(path, init, attempt + 1);
    }
    const problem = problemSchema.safeParse(await response.json().catch(() => null));
    if (!problem.success)
      throw new Failure(
        "unavailable",
        `${path} answered with status ${response.status} and no words. Nothing more was filled in.`,
      );
    const { code, detail, reason } = problem.data;
    throw new Failure(code as FailureCode, detail, reason === undefined ? {} : { reason });
  }

  return {
    async get(path, schema) {
      return schema.parse(await (await request(path, {})).json());
    },
    async send(method, path, body, schema) {
      const response = await request(path, {
        method,
        body: JSON.stringify(body),
        headers: { "Content-Type": "application/json" },
      });
      return schema.parse(response.status === 204 ? undefined : await response.json());
    },
    async sendSigned(method, path, { body, key, account, gateway }, schema) {
      const text = JSON.stringify(body);
      const call = { method, path, body: utf8(text), account, gateway };
      const signature = await signCall(key, call, { now: Math.floor(Date.now() / 1_000) });
      const headers = { "Content-Type": "application/json", ...signature };
      return schema.parse(await (await request(path, { method, body: text, headers })).json());
    },
    async getBlock(cid) {
      return new Uint8Array(await (await request(`/api/blocks/${cid}`, {})).arrayBuffer());
    },
    async putBlock({ cid, bytes }) {
      await request(`/api/blocks/${cid}`, {
        method: "PUT",
        body: new Blob([new Uint8Array(bytes)]),
        headers: { "Content-Type": "application/octet-stream" },
      });
    },
  };
}
