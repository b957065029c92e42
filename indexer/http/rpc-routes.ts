// The node, for pages that may connect to nothing but this service. Only methods that read, and the sending of a signed
// transaction, are passed on; the answer is the node's own.

import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import type { Service } from "../service.ts";
import { reply, route } from "./route.ts";
import type { Route } from "./route.ts";

const allowed = new Set([
  "eth_blockNumber",
  "eth_call",
  "eth_chainId",
  "eth_estimateGas",
  "eth_feeHistory",
  "eth_gasPrice",
  "eth_getBalance",
  "eth_getBlockByHash",
  "eth_getBlockByNumber",
  "eth_getCode",
  "eth_getLogs",
  "eth_getProof",
  "eth_getStorageAt",
  "eth_getTransactionByHash",
  "eth_getTransactionCount",
  "eth_getTransactionReceipt",
  "eth_maxPriorityFeePerGas",
  "eth_sendRawTransaction",
  "net_version",
  "web3_clientVersion",
]);

const CALL_MS = 20_000;
const MOST_CALLS = 100;
/** So many calls in one batch are as much work as one batch sent alone. */
const CALLS_A_TURN = 10;
/** Largest answer that is passed on, in bytes: a filter over the whole chain must not fill this service's memory. */
const MOST_ANSWER = 32 * 1024 * 1024;

const call = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.number(), z.string(), z.null()]).optional(),
  method: z.string().max(60),
  params: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).optional(),
});

type Call = z.output<typeof call>;

/** The proxy to the node. */
export const rpcRoutes: Route[] = [
  route({
    method: "post",
    path: "/rpc",
    summary: "JSON-RPC to the chain's node: reading methods and eth_sendRawTransaction only; batches of at most 100.",
    tag: "chain",
    access: "public",
    limit: "rpc",
    body: z.union([call, z.array(call).min(1).max(MOST_CALLS)]),
    weigh: (body) => (Array.isArray(body) ? body.length / CALLS_A_TURN : 0),
    maxBody: 512 * 1024,
    response: z.unknown(),
    problems: ["unavailable", "too-large"],
    async handle({ service, body }) {
      const calls = Array.isArray(body) ? body : [body];
      const passed = calls.filter((each) => allowed.has(each.method));
      const answers = passed.length === 0 ? [] : await pass(service, passed);
      const refused = calls.filter((each) => !allowed.has(each.method)).map(refuse);
      const all = [...answers, ...refused];
      return reply(200, Array.isArray(body) ? all : (all[0] ?? null));
    },
  }),
];

function refuse({ id, method }: Call): unknown {
  return {
    jsonrpc: "2.0",
    id: id ?? null,
    error: { code: -32601, message: `The method ${method} is not passed on by this service.` },
  };
}

async function pass({ config, metrics }: Service, calls: Call[]): Promise<unknown[]> {
  try {
    const response = await fetch(config.rpcUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(calls),
      signal: AbortSignal.timeout(CALL_MS),
    });
    const answer: unknown = JSON.parse(await readAnswer(response));
    if (response.status === 429 || response.status >= 500) metrics.count("rpc_errors");
    return Array.isArray(answer) ? answer : [answer];
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    metrics.count("rpc_errors");
    throw new Failure("unavailable", "The chain's node does not answer. Nothing was sent. Try again in a moment.", {
      cause,
    });
  }
}

/** The answer's text. Throws Failure("too-large") as soon as it is longer than `MOST_ANSWER`, without reading on. */
async function readAnswer(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > MOST_ANSWER) {
      throw new Failure("too-large", "The chain's node answers with more than is passed on. Ask for less at once.");
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
