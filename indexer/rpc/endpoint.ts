// One node behind one URL, spoken to in plain JSON-RPC over HTTP. Every call has a time-out, every answer a largest size,
// and batches shrink to what the node takes. What comes back is the node's word and nothing more: callers check it.

import { isFailure } from "#protocol/failure.ts";
import { isTrouble, readRetryAfter, rpcFailure, troubleOf } from "./fault.ts";
import type { RpcError } from "./fault.ts";

/** A method and its parameters. */
export type RpcCall = { method: string; params: readonly unknown[] };

/** What the node answered to one call. */
export type RpcAnswer = { ok: true; result: unknown } | { ok: false; error: RpcError };

/** A node behind one URL. */
export type Endpoint = {
  /** The URL's origin: a path may hold an API key and is never told. */
  readonly name: string;
  /** Answers in the order of the calls. Throws a trouble (see fault.ts) when there are none. */
  send(calls: readonly RpcCall[], options?: { signal?: AbortSignal }): Promise<RpcAnswer[]>;
  /** Bytes of answers so far. */
  received(): number;
};

/** How long the node asks to be left alone; empty when it does not say. */
type Wait = { retryAfterMs?: number };

const MOST_BATCH = 250;
const MOST_POSTS = 4;
const MOST_BYTES = 64 * 1024 * 1024;

/** Makes an endpoint; nothing is sent before `send`. */
export function createEndpoint(options: { url: string; timeoutMs: number }): Endpoint {
  const { url, timeoutMs } = options;
  const name = new URL(url).origin;
  let most = MOST_BATCH;
  let received = 0;
  let open = 0;
  const waiting: (() => void)[] = [];

  async function takeTurn<T>(work: () => Promise<T>): Promise<T> {
    if (open >= MOST_POSTS) await new Promise<void>((resolve) => waiting.push(resolve));
    else open += 1;
    try {
      return await work();
    } finally {
      // The turn is handed on, or given back.
      const next = waiting.shift();
      if (next === undefined) open -= 1;
      else next();
    }
  }

  async function post(calls: readonly RpcCall[], signal: AbortSignal | undefined): Promise<RpcAnswer[]> {
    const bodies = calls.map(({ method, params }, id) => ({ jsonrpc: "2.0", id, method, params }));
    const single = bodies.length === 1;
    const { status, wait, json } = await exchange(JSON.stringify(single ? bodies[0] : bodies), signal);
    if (!Array.isArray(json)) {
      if (single && status < 500 && status !== 429) return [readAnswer(json, wait)];
      const error = readError(json);
      if (status === 413 && !single) throw batchTooLarge();
      if (status === 429 || (error !== null && troubleOf(error) === "node-busy"))
        throw rpcFailure("node-busy", `HTTP ${status}`, wait);
      if (status >= 500 || json === undefined) throw rpcFailure("node-unreachable", `HTTP ${status}`, wait);
      if (!single && error !== null) throw batchTooLarge();
      throw rpcFailure("inconsistent-node", "it answered with something that is no JSON-RPC");
    }
    const answers = new Map<unknown, RpcAnswer>();
    for (const each of json) if (isObject(each)) answers.set(each["id"], readAnswer(each, wait));
    return calls.map((_, id) => {
      const answer = answers.get(id);
      if (answer === undefined) throw rpcFailure("inconsistent-node", "it left calls of a batch without an answer");
      return answer;
    });
  }

  async function exchange(body: string, signal: AbortSignal | undefined) {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body,
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      const text = await readText(response);
      const retryAfterMs = readRetryAfter(response.headers.get("Retry-After"), Date.now());
      const wait: Wait = retryAfterMs === undefined ? {} : { retryAfterMs };
      return { status: response.status, wait, json: parse(text) };
    } catch (cause) {
      if (isFailure(cause)) throw cause;
      const why = timeout.aborted ? `no answer within ${timeoutMs} ms` : "the connection failed";
      throw rpcFailure("node-unreachable", why, { cause });
    }
  }

  async function readText(response: Response): Promise<string> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of response.body ?? []) {
      length += part.length;
      received += part.length;
      if (length > MOST_BYTES) throw rpcFailure("range-too-large", `an answer of more than ${MOST_BYTES} bytes`);
      parts.push(part);
    }
    return Buffer.concat(parts).toString("utf8");
  }

  const endpoint: Endpoint = {
    name,
    received: () => received,
    async send(calls, { signal } = {}) {
      if (calls.length === 0) return [];
      const size = most;
      const parts = Array.from({ length: Math.ceil(calls.length / size) }, (_, at) =>
        calls.slice(at * size, (at + 1) * size),
      );
      try {
        return (await Promise.all(parts.map((part) => takeTurn(() => post(part, signal))))).flat();
      } catch (error) {
        // Providers differ in how many calls a batch may have; one that refuses is asked with fewer.
        if (!isTrouble(error, "range-too-large") || error.span !== 0 || size === 1) throw error;
        most = Math.min(most, Math.max(1, Math.floor(Math.min(size, calls.length) / 4)));
        return endpoint.send(calls, signal === undefined ? {} : { signal });
      }
    },
  };
  return endpoint;
}

/** A batch with more calls than the node takes: told apart by a span of zero blocks. */
function batchTooLarge() {
  return rpcFailure("range-too-large", "it takes fewer calls in one batch", { span: 0 });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readError(json: unknown): RpcError | null {
  const error = isObject(json) ? json["error"] : undefined;
  if (typeof error === "string") return { code: -32_000, message: error };
  if (!isObject(error)) return null;
  const { code, message, data } = error;
  return {
    code: typeof code === "number" ? code : -32_000,
    message: typeof message === "string" ? message : "The node gave no reason.",
    ...(data === undefined ? {} : { data }),
  };
}

function readAnswer(json: unknown, wait: Wait): RpcAnswer {
  const error = readError(json);
  if (error !== null) {
    if (troubleOf(error) === "node-busy") throw rpcFailure("node-busy", "it said so in its answer", wait);
    return { ok: false, error };
  }
  if (!isObject(json) || !("result" in json))
    throw rpcFailure("inconsistent-node", "it answered with something that is no JSON-RPC");
  return { ok: true, result: json["result"] };
}
