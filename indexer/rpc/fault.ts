// What can go wrong between this service and a node, read out of the many shapes in which providers say it. Rule: an
// answer that is not understood is the node's answer and is passed on; it is never taken for a kind that it is not.

import { Failure, isFailure } from "#protocol/failure.ts";

/** A JSON-RPC error as the node gave it. */
export type RpcError = { code: number; message: string; data?: unknown };

/** Kinds of trouble that have a remedy of their own. */
export type RpcTrouble =
  /** No answer in time, no connection, or bytes that are no JSON-RPC. */
  | "node-unreachable"
  /** Too many calls: HTTP 429 or its JSON-RPC twins. */
  | "node-busy"
  /** The range, the number of results or the answer's bytes are more than this node gives at once. */
  | "range-too-large"
  /** The node no longer has the state of that block (a pruned full node). */
  | "state-gone"
  /** Two answers of the node do not fit together, or an answer is malformed. */
  | "inconsistent-node";

/** A failure that names its trouble; `retryAfterMs` and `span` are set where the node said them. */
export type RpcFailure = Failure & { retryAfterMs?: number; span?: number };

const sentences: Record<RpcTrouble, string> = {
  "node-unreachable": "does not answer",
  "node-busy": "asks for fewer calls",
  "range-too-large": "gives less at once",
  "state-gone": "no longer has the state of that block",
  "inconsistent-node": "contradicts itself",
};

/** Makes the failure of a trouble. Its message never holds more of a URL than its origin. */
export function rpcFailure(
  trouble: RpcTrouble,
  detail: string,
  more: { retryAfterMs?: number; span?: number; cause?: unknown } = {},
): RpcFailure {
  const { cause, ...said } = more;
  const message = `The node ${sentences[trouble]}: ${detail}. Nothing was stored; it is asked again.`;
  return Object.assign(new Failure("unavailable", message, { reason: trouble, cause }), said);
}

/** True for a failure of the given trouble (of any, if none is given). */
export function isTrouble(error: unknown, trouble?: RpcTrouble): error is RpcFailure {
  return (
    isFailure(error, "unavailable") &&
    error.reason !== undefined &&
    (trouble === undefined ? error.reason in sentences : error.reason === trouble)
  );
}

// What providers write, as far as their documentation and threads of people who met it tell: geth, erigon, nethermind,
// besu, reth, anvil, Hardhat, Alchemy, Infura, QuickNode, Ankr, Chainstack, Cloudflare, dRPC, Blast, BSC and Base nodes.
const busy =
  /rate.?limit|rate exceeded|too many requests|requests? (limit|count|rate)|per second|\brps\b|throughput|capacity exceeded|compute units|daily (request|limit)|exceeded.*(quota|credits)|over.?capacity|try again in/i;
const tooLarge =
  /query returned more than|ranges? over \d+|narrow your filter|more than \d+ (results|logs)|block range|range (is )?too (large|wide|big)|exceed.*(range|max(imum)? (block|result|log))|max(imum)? (block )?range|limited to (a |0 - )?[\d,]+|response size|response is too (big|large)|too many (logs|results|blocks)|logs? matched|query timeout|timed? ?out|context deadline|eth_getLogs.*limit|limit exceeded/i;
const gone =
  /missing trie node|state (is )?(not available|unavailable|pruned|already pruned)|historical state|state .*not (available|found)|header not found|pruned|old data not available|proof window|archive|no state (available|found)|block .*state.*(does not exist|not exist)|distance to target block exceeds|world ?state|block height is \d+ but requested was \d+/i;

/** The trouble that a JSON-RPC error tells of; null when it is an answer like any other (a revert, an unknown method). */
export function troubleOf({ code, message }: RpcError): RpcTrouble | null {
  if (code === 3 || /revert/i.test(message)) return null;
  if (gone.test(message)) return "state-gone";
  if (code === 429 || code === -32029 || (busy.test(message) && !/block range|results/i.test(message)))
    return "node-busy";
  if (tooLarge.test(message) || code === -32005 || code === -32062) return "range-too-large";
  if (code === -32016 || code === -32097) return "node-busy";
  return null;
}

/** How many blocks the node says that it gives at once; undefined when it does not say. */
export function spanSaid({ message }: Pick<RpcError, "message">): number | undefined {
  const stated = /\[\s*(0x[0-9a-f]+)\s*,\s*(0x[0-9a-f]+)\s*\]/i.exec(message);
  if (stated?.[1] !== undefined && stated[2] !== undefined) {
    const span = Number(stated[2]) - Number(stated[1]) + 1;
    return span > 0 ? span : undefined;
  }
  const limit =
    /(?:limited to(?: a)?(?: 0 -)?|max(?:imum)?(?: allowed)?(?: block)?(?: range)?(?: is)?:?|up to(?: a)?|exceeds?(?: the)?(?: max(?:imum)?)?(?: block)?(?: range)?(?: limit)?(?: of)?:?)\s*([\d,]+)\s*(k)?/i.exec(
      message,
    );
  if (limit?.[1] === undefined || /results|logs/i.test(message.slice(limit.index, limit.index + 60))) return undefined;
  const span = Number(limit[1].replaceAll(",", "")) * (limit[2] === undefined ? 1 : 1_000);
  return Number.isSafeInteger(span) && span > 0 ? span : undefined;
}

/** Milliseconds that a `Retry-After` header asks for (RFC 9110: seconds, or a date); undefined when there is none. */
export function readRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Math.ceil(Number(header) * 1_000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
