// A node over a generated chain: real JSON-RPC over real HTTP, honest or not. What it lies about, it lies about in its
// answers alone; the chain behind it stays what it is, so that one can say what is true.

import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getAddress, keccak256, toHex } from "viem";
import type { Hex } from "viem";
import { ZERO_WORD } from "#protocol/history/index.ts";
import { branchOf, place } from "./generated-chain.ts";
import type { Block, JsonLog } from "./generated-chain.ts";

/** A JSON-RPC call as it comes in. */
export type Call = { jsonrpc: "2.0"; id: unknown; method: string; params: unknown[] };

/** What one node shows and how it behaves; tests change it while it runs. */
export type NodeView = {
  /** The newest block that it shows. */
  tip: Block;
  /** The block that it calls final: null where it does not say. */
  finalized: Block | null;
  chainId: number;
  /** Answers eth_call only so many blocks back; null: always. */
  keepsState: number | null;
  /** The most blocks of one eth_getLogs; null: no limit. */
  mostBlocks: number | null;
  /** Whether eth_call may name a block by hash (EIP-1898). */
  takesHashes: boolean;
  /** Called before each POST; what it gives is answered instead. */
  onPost: (calls: Call[]) => Fault | null | Promise<Fault | null>;
  /** What becomes of a result before it leaves. */
  onResult: (call: Call, result: unknown) => unknown;
};

/** How a POST can go wrong as a whole. */
export type Fault =
  | { kind: "status"; status: number; headers?: Record<string, string>; body?: string }
  | { kind: "hang-up" }
  | { kind: "half" }
  | { kind: "silence" };

/** The code that every generated chain has at both addresses. */
export const CODE: Hex = "0x6001600101";
export const codeHash = keccak256(CODE);

/** Fake nodes behind one port: node 0 at /0, node 1 at /1 ... */
export type FakeNodes = {
  url(node: number): string;
  /** Sets what is behind the paths. */
  show(views: NodeView[]): void;
  /** Calls answered so far. */
  answered(): number;
  close(): Promise<void>;
};

/** A view that shows a chain up to a block, and tells the truth. */
export function honest(tip: Block, more: Partial<NodeView> = {}): NodeView {
  return {
    tip,
    finalized: null,
    chainId: 31_337,
    keepsState: null,
    mostBlocks: null,
    takesHashes: true,
    onPost: () => null,
    onResult: (_, result) => result,
    ...more,
  };
}

/** Starts the server; it shows nothing before `show`. */
export async function startFakeNodes(): Promise<FakeNodes> {
  let views: NodeView[] = [];
  let answered = 0;
  const server: Server = createServer(
    (request, response) => void serve(request, response).catch(() => response.destroy()),
  );
  server.keepAliveTimeout = 60_000;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const view = views[Number((request.url ?? "/0").slice(1))];
    if (view === undefined) return void response.writeHead(404).end();
    const body: unknown = JSON.parse(Buffer.concat(parts).toString("utf8"));
    const calls = (Array.isArray(body) ? body : [body]) as Call[];
    const fault = await view.onPost(calls);
    if (fault?.kind === "hang-up") return void response.destroy();
    if (fault?.kind === "silence") return;
    if (fault?.kind === "status") return void response.writeHead(fault.status, fault.headers).end(fault.body ?? "");
    const answers = calls.map((call) => answer(view, call));
    answered += calls.length;
    const text = JSON.stringify(Array.isArray(body) ? answers : answers[0]);
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(fault?.kind === "half" ? text.slice(0, Math.floor(text.length / 2)) : text);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (node) => `http://127.0.0.1:${port}/${node}`,
    show(next) {
      views = next;
    },
    answered: () => answered,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

class RpcError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

function answer(view: NodeView, call: Call): object {
  try {
    return { jsonrpc: "2.0", id: call.id, result: view.onResult(call, resultOf(view, call)) };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return { jsonrpc: "2.0", id: call.id, error: { code: error.code, message: error.message } };
  }
}

/** Ends a call with a JSON-RPC error, from `onResult`. */
export function refuse(code: number, message: string): never {
  throw new RpcError(code, message);
}

const branches = new WeakMap<Block, Block[]>();

/** The blocks that a view shows, by number. */
function blocksOf(view: NodeView): Block[] {
  const known = branches.get(view.tip) ?? branchOf(view.tip);
  branches.set(view.tip, known);
  return known;
}

function blockNamed(view: NodeView, name: unknown): Block | null {
  if (name === "latest") return view.tip;
  if (name === "finalized") return view.finalized;
  if (typeof name === "object" && name !== null)
    return blocksOf(view).find((block) => block.hash === (name as { blockHash: Hex }).blockHash) ?? null;
  return blocksOf(view)[Number(name)] ?? null;
}

function resultOf(view: NodeView, { method, params }: Call): unknown {
  if (method === "eth_chainId") return toHex(view.chainId);
  if (method === "eth_getCode") return CODE;
  if (method === "eth_getBlockByNumber") return blockNamed(view, params[0])?.json ?? null;
  if (method === "eth_getLogs") return logsOf(view, params[0] as Filter);
  if (method === "eth_call") return callAt(view, params[0] as { to?: Hex; data: Hex }, params[1]);
  throw new RpcError(-32_601, `the method ${method} does not exist`);
}

type Filter = { address: Hex[]; fromBlock?: Hex; toBlock?: Hex; blockHash?: Hex };

function logsOf(view: NodeView, { address, fromBlock, toBlock, blockHash }: Filter): JsonLog[] {
  const wanted = new Set(address.map((each) => each.toLowerCase()));
  const take = (blocks: Block[]) => blocks.flatMap((block) => block.logs.filter((log) => wanted.has(log.address)));
  if (blockHash !== undefined) {
    const block = blockNamed(view, { blockHash });
    if (block === null) throw new RpcError(-32_000, "unknown block");
    return take([block]);
  }
  const [from, to] = [Number(fromBlock), Number(toBlock)];
  if (view.mostBlocks !== null && to - from + 1 > view.mostBlocks)
    throw new RpcError(-32_602, `eth_getLogs is limited to a ${view.mostBlocks} range`);
  // As nodes do: what is beyond the newest block is silently nothing.
  return take(blocksOf(view).slice(from, to + 1));
}

/** The program that asks for many heads at once begins with these bytes' length of code; then come contract and accounts. */
const PROGRAM_BYTES = 0x43;

function callAt(view: NodeView, { to, data }: { to?: Hex; data: Hex }, name: unknown): Hex {
  if (typeof name === "object" && name !== null && !view.takesHashes)
    throw new RpcError(-32_602, "invalid argument 1: hex string without 0x prefix");
  const block = blockNamed(view, name);
  if (block === null) throw new RpcError(-32_000, "header not found");
  if (view.keepsState !== null && block.number < view.tip.number - view.keepsState)
    throw new RpcError(-32_000, `missing trie node ${block.hash.slice(2)} (path )`);
  if (to !== undefined) return stateOf(block, to).roll;
  const [contract, ...accounts] = (data.slice(2 + 2 * PROGRAM_BYTES).match(/.{64}/g) ?? []).map(
    (word): Hex => `0x${word.slice(24)}`,
  );
  if (contract === undefined) throw new RpcError(-32_602, "no such program");
  const { heads } = stateOf(block, contract);
  const answers = accounts.map((account) => (heads.get(getAddress(account)) ?? ZERO_WORD).slice(2));
  return `0x${"00".repeat(32)}${answers.join("")}`;
}

function stateOf(block: Block, contract: Hex) {
  return getAddress(contract) === place.ledger ? block.state.ledger : block.state.providerRegistry;
}
