// Several nodes of one chain. Whoever asks gets one that is well; one that fails rests and another takes over. Rule: a
// node is only asked about anything once it has shown that it serves this chain, and again after it was away.

import { setTimeout as sleep } from "node:timers/promises";
import { Failure, isFailure } from "#protocol/failure.ts";
import { backOff } from "./backoff.ts";
import { createEndpoint } from "./endpoint.ts";
import type { Endpoint, RpcAnswer, RpcCall } from "./endpoint.ts";
import { isTrouble } from "./fault.ts";

/** Which chain the nodes must serve. */
export type ChainIdentity = { chainId: number; genesisHash: string };

/** How one node is. */
export type NodeState = { name: string; state: "unknown" | "well" | "resting" | "wrong-chain" };

/** The nodes of a chain. */
export type Nodes = {
  /** The node to ask next: waits for the first to end its rest when all rest. Throws what is wrong when none is well. */
  choose(signal?: AbortSignal): Promise<Endpoint>;
  /** Says that a node failed: it rests, longer each time, or as long as it asked for. */
  blame(node: Endpoint, error: unknown): void;
  /** Says that a node's answers held. */
  praise(node: Endpoint): void;
  /** Sends calls to one node, and to the others in turn when it cannot be reached. */
  send(calls: readonly RpcCall[], options?: { signal?: AbortSignal }): Promise<RpcAnswer[]>;
  states(): NodeState[];
};

const LONGEST_REST_MS = 15_000;
/** However long a node asks to be left alone, it is looked at again after this. */
const LONGEST_ASKED_REST_MS = 3_600_000;
const LONGEST_PATIENCE_MS = 5_000;
const WRONG_CHAIN_REST_MS = 60_000;

type Held = {
  node: Endpoint;
  failures: number;
  restsUntil: number;
  known: boolean;
  wrong: boolean;
  /** Why it rests. */
  error: unknown;
};

/**
 * Makes the nodes behind `urls`, the first one preferred. `leastRestMs` is the shortest rest after a failure;
 * `onTrouble` hears of each call that a node failed, once.
 */
export function createNodes(options: {
  urls: readonly string[];
  timeoutMs: number;
  identity: ChainIdentity;
  leastRestMs: number;
  onTrouble?: () => void;
}): Nodes {
  const { urls, timeoutMs, identity, leastRestMs, onTrouble } = options;
  const all: Held[] = urls.map((url) => ({
    node: createEndpoint({ url, timeoutMs }),
    failures: 0,
    restsUntil: 0,
    known: false,
    wrong: false,
    error: null,
  }));
  const counted = new WeakSet<object>();
  const heldOf = (node: Endpoint) => all.find((each) => each.node === node);

  async function identify(held: Held, signal: AbortSignal | undefined): Promise<void> {
    if (held.known) return;
    const calls = [
      { method: "eth_chainId", params: [] },
      { method: "eth_getBlockByNumber", params: ["0x0", false] },
    ];
    const [chainId, genesis] = await held.node.send(calls, signal === undefined ? {} : { signal });
    const told = {
      chainId: chainId?.ok === true ? Number(chainId.result) : null,
      genesisHash: genesis?.ok === true ? (genesis.result as { hash?: unknown } | null)?.hash : null,
    };
    held.wrong = told.chainId !== identity.chainId || told.genesisHash !== identity.genesisHash;
    if (held.wrong) {
      throw new Failure(
        "wrong-chain",
        `The node at ${held.node.name} serves chain ${told.chainId} with genesis ${told.genesisHash}, but the deployment is ` +
          `on chain ${identity.chainId} with genesis ${identity.genesisHash}. Nothing was changed. Point PLACET_RPC_URL and ` +
          "PLACET_DEPLOYMENT at the same chain.",
      );
    }
    held.known = true;
  }

  function blame(held: Held, error: unknown): void {
    held.failures += 1;
    held.error = error;
    // Calls that went out together fail together, with one error.
    if (isTrouble(error) && !counted.has(error)) {
      counted.add(error);
      onTrouble?.();
    }
    const wish = isTrouble(error) ? error.retryAfterMs : undefined;
    const asked = wish === undefined ? undefined : Math.min(wish, LONGEST_ASKED_REST_MS);
    const rest = isFailure(error, "wrong-chain")
      ? WRONG_CHAIN_REST_MS
      : (asked ?? backOff({ failures: held.failures, leastMs: leastRestMs, mostMs: LONGEST_REST_MS }));
    held.restsUntil = Date.now() + rest;
    // Behind the same address may be another chain when it comes back.
    if (isTrouble(error, "node-unreachable")) held.known = false;
  }

  /** The best nodes first: those that do not rest, in the operator's order, then those whose rest ends first. */
  const ranked = () => {
    const now = Date.now();
    return all.toSorted((a, b) => Math.max(a.restsUntil - now, 0) - Math.max(b.restsUntil - now, 0));
  };

  const nodes: Nodes = {
    async choose(signal) {
      let last: unknown = new Failure("unavailable", "No node is configured.");
      for (let tries = 0; tries < all.length; tries += 1) {
        const [held] = ranked();
        if (held === undefined) break;
        const rest = held.restsUntil - Date.now();
        if (rest > 0) await sleep(rest, undefined, signal === undefined ? {} : { signal });
        try {
          await identify(held, signal);
          return held.node;
        } catch (error) {
          signal?.throwIfAborted();
          last = error;
          blame(held, error);
        }
      }
      throw last;
    },
    blame(node, error) {
      const held = heldOf(node);
      if (held !== undefined) blame(held, error);
    },
    praise(node) {
      const held = heldOf(node);
      if (held !== undefined) held.failures = 0;
    },
    async send(calls, { signal } = {}) {
      let last: unknown = new Failure("unavailable", "No node is configured.");
      // One node alone is asked twice: a connection that the other side had closed shows only when it is used.
      for (let tries = 0; tries < Math.max(2, all.length); tries += 1) {
        const [held] = ranked();
        if (held === undefined) break;
        // Somebody waits for this answer: a node that asked for patience is given a little, not more.
        const rest = held.failures === 0 ? 0 : held.restsUntil - Date.now();
        if (rest > LONGEST_PATIENCE_MS) throw held.error;
        if (rest > 0) await sleep(rest, undefined, signal === undefined ? {} : { signal });
        try {
          await identify(held, signal);
          const answers = await held.node.send(calls, signal === undefined ? {} : { signal });
          held.failures = 0;
          return answers;
        } catch (error) {
          signal?.throwIfAborted();
          last = error;
          blame(held, error);
        }
      }
      throw last;
    },
    states: () =>
      all.map(({ node, wrong, known, restsUntil }) => ({
        name: node.name,
        state: wrong ? "wrong-chain" : restsUntil > Date.now() ? "resting" : known ? "well" : "unknown",
      })),
  };
  return nodes;
}
