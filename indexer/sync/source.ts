// What is read from one node. Rule: a look, the stretch that it leads to and the contracts' word about that stretch are
// asked of the same node, and by block hash wherever a node may be several behind one address.

import type { Address, Hex } from "viem";
import { isFailure } from "#protocol/failure.ts";
import type { Deployment } from "../chain.ts";
import { isTrouble, rpcFailure, spanSaid, troubleOf } from "../rpc/index.ts";
import type { Endpoint, RpcAnswer, RpcCall, RpcError } from "../rpc/index.ts";
import type { RawLog } from "#protocol/history/index.ts";
import type { Doubt } from "./doubts.ts";
import { readHeadsAtOnce } from "./heads.ts";
import { createLogSpan } from "./log-span.ts";
import { createValidator, inconsistent } from "./validate.ts";
import type { Header, RawStretch, Stretch } from "./validate.ts";

export type { Header, RawStretch, Stretch } from "./validate.ts";

/** A node's newest block, and the newest that it calls final (null when it does not say). */
export type Look = { head: Header; finalized: Header | null; rawHead: unknown };

/** A block by number and hash: the hash names the branch too. */
export type BlockName = { number: number; hash: Hex };

/** A way to read the chain from one node. Everything throws a trouble (rpc/fault.ts) when the answers do not fit. */
export type Source = {
  readonly node: Endpoint;
  /** Looks at the newest block, or at block `until` where the chain is longer than that. */
  look(until?: number): Promise<Look>;
  readHeaders(numbers: readonly number[]): Promise<(Header | null)[]>;
  /** Asks for blocks `from` to `to` with our logs; nothing is checked yet. `look` saves asking for its head again. */
  fetchStretch(range: { from: number; to: number; look?: Look }): Promise<RawStretch>;
  /** Checks all that the answers themselves can show. */
  validateStretch(raw: RawStretch): Stretch;
  /**
   * Asks again, block by block, where a block's bloom speaks of logs that did not come; throws when there are some. Gives
   * what stays in doubt, as a bloom may speak of more than there is: blocks without logs, and with `strict` also those
   * whose logs do not explain their bloom.
   */
  findDoubts(stretch: Stretch, options: { strict: boolean }): Promise<Doubt[]>;
  /** Our logs of a range with the headers of just the blocks that have any. */
  readLogs(range: { from: number; to: number }): Promise<RawLog[]>;
  /** What a contract says at a block: the heads of accounts, and the roll. Throws `state-gone` where the node forgot. */
  readHeads(at: { contract: Address; accounts: readonly Address[]; block: BlockName }): Promise<Hex[]>;
  readRoll(at: { contract: Address; block: BlockName }): Promise<Hex>;
};

const ROLL = "0xcd5e3c5d";

/** Makes a source over a node. `signal` ends every call at once; `trustsHeaders` takes headers without hashing them. */
export function createSource(options: {
  node: Endpoint;
  deployment: Deployment;
  trustsHeaders: boolean;
  signal?: AbortSignal;
}): Source {
  const { node, deployment, trustsHeaders, signal } = options;
  const contracts: [Address, Address] = [deployment.ledger, deployment.providerRegistry];
  const validator = createValidator(contracts, { trustsHeaders });
  const { readHeader } = validator;
  const span = createLogSpan();
  const sending = signal === undefined ? {} : { signal };

  const send = (calls: readonly RpcCall[]) => node.send(calls, sending);
  async function ask(call: RpcCall): Promise<unknown> {
    const [answer] = await send([call]);
    return resultOf(answer);
  }

  /** Logs of a range, in as many questions as the node wants. */
  async function askLogs({ from, to }: { from: number; to: number }): Promise<unknown[]> {
    const logs: unknown[] = [];
    let low = from;
    while (low <= to) {
      const tried = Math.min(span.blocks(), to - low + 1);
      const filter = { address: contracts, fromBlock: hexOf(low), toBlock: hexOf(low + tried - 1) };
      try {
        logs.push(...listOf(await ask({ method: "eth_getLogs", params: [filter] })));
        span.answered(tried);
        low += tried;
      } catch (error) {
        signal?.throwIfAborted();
        const slow = isTrouble(error, "node-unreachable") && tried > 1;
        if (tried === 1 || !(isTrouble(error, "range-too-large") || slow)) throw error;
        span.refused(tried, isTrouble(error) ? error.span : undefined);
        // A range that timed out is not asked for again at once: the node may still be at it.
        if (slow) throw error;
      }
    }
    return logs;
  }

  async function askLogsOf(hashes: readonly Hex[]): Promise<unknown[][]> {
    const answers = await send(
      hashes.map((blockHash) => ({ method: "eth_getLogs", params: [{ address: contracts, blockHash }] })),
    );
    return answers.map((answer) => listOf(resultOf(answer)));
  }

  let namesByHash = true;

  /**
   * Runs an eth_call whose last parameter names a block by hash (EIP-1898). A node that does not know that way is asked
   * by number, and in the same breath for that number's block: on another branch the answer would be another branch's.
   */
  async function askAt(call: RpcCall, { number, hash }: BlockName): Promise<unknown> {
    if (namesByHash) {
      const [answer] = await send([call]);
      if (answer === undefined || answer.ok || !isHashUnknown(answer.error)) return resultOf(answer);
      namesByHash = false;
    }
    const byNumber = { ...call, params: [...call.params.slice(0, -1), hexOf(number)] };
    const [answer, block] = await send([byNumber, blockCall(number)]);
    const result = resultOf(answer);
    const json = resultOf(block);
    if (json === null || readHeader(json).hash !== hash)
      throw inconsistent(`its block ${number} is another one by now`);
    return result;
  }

  const source: Source = {
    node,
    async look(until) {
      const [latest, final] = await send([
        { method: "eth_getBlockByNumber", params: ["latest", false] },
        { method: "eth_getBlockByNumber", params: ["finalized", false] },
      ]);
      const rawHead = resultOf(latest);
      if (rawHead === null) throw inconsistent("it gave no newest block");
      const head = readHeader(rawHead);
      if (until !== undefined && head.number > until) {
        const json = await ask(blockCall(until));
        if (json === null) throw inconsistent(`it has no block ${until}`);
        return { head: readHeader(json), rawHead: json, finalized: null };
      }
      const finalized = final?.ok === true && final.result !== null ? readHeader(final.result) : null;
      // A node that calls its newest block final says nothing by it (development chains do).
      return { head, rawHead, finalized: finalized !== null && finalized.number < head.number ? finalized : null };
    },
    async readHeaders(numbers) {
      const answers = await send(numbers.map(blockCall));
      return answers.map((answer, at) => {
        const json = resultOf(answer);
        const header = json === null ? null : readHeader(json);
        if (header !== null && header.number !== numbers[at])
          throw inconsistent("it gave another block than was asked for");
        return header;
      });
    },
    async fetchStretch({ from, to, look }) {
      const known = look?.head.number === to ? look : null;
      const numbers = Array.from({ length: to - from + 1 - (known === null ? 0 : 1) }, (_, index) => from + index);
      const byHash = known !== null && from === to;
      const [answers, logs] = await Promise.all([
        send(numbers.map(blockCall)),
        byHash ? askLogsOf([known.head.hash]).then((lists) => lists.flat()) : askLogs({ from, to }),
      ]);
      const blocks = answers.map(resultOf);
      if (known !== null) blocks.push(known.rawHead);
      return { from, to, blocks, logs };
    },
    validateStretch(raw) {
      const headers = validator.readHeaders(raw);
      return { headers, logs: validator.readLogs(raw.logs, headers) };
    },
    async findDoubts(stretch, { strict }) {
      const silent = validator.findSilent(stretch);
      const headers = [...new Set(silent.map(({ header }) => header))];
      const lists = await askLogsOf(headers.map((header) => header.hash));
      headers.forEach((header, at) => {
        const logs = validator.readLogs(lists[at] ?? [], [header]);
        const had = stretch.logs.filter((log) => log.blockHash === header.hash).length;
        if (logs.length !== had)
          throw inconsistent(`it left out logs of block ${header.number} that the block's own bloom speaks of`);
      });
      return (strict ? validator.findUnexplained(stretch) : silent).map(({ header, contract }) => ({
        contract: contract === deployment.ledger ? "ledger" : "providerRegistry",
        bloom: header.bloom,
      }));
    },
    async readLogs({ from, to }) {
      const logs = await askLogs({ from, to });
      const numbers = new Set(logs.map((log) => Number((log as { blockNumber?: unknown } | null)?.blockNumber)));
      const headers = await source.readHeaders([...numbers].filter((number) => number >= from && number <= to));
      const byNumber: Header[] = [];
      for (const header of headers) if (header !== null) byNumber[header.number - from] = header;
      return readSparse(logs, byNumber, from);
    },
    async readHeads({ contract, accounts, block }) {
      if (accounts.length === 0) return [];
      try {
        return await readHeadsAtOnce((call) => askAt(call, block), {
          contract,
          accounts,
          block: { blockHash: block.hash },
        });
      } catch (error) {
        if (isTrouble(error) || !isFailure(error)) throw error;
        throw inconsistent("it gave heads that are none");
      }
    },
    async readRoll({ contract, block }) {
      const call = { method: "eth_call", params: [{ to: contract, data: ROLL }, { blockHash: block.hash }] };
      const word = await askAt(call, block);
      if (typeof word !== "string" || !/^0x[0-9a-f]{64}$/i.test(word))
        throw inconsistent("it gave a roll that is none");
      return word.toLowerCase() as Hex;
    },
  };
  return source;

  /** The checks of `readLogs`, where only the blocks that have logs were asked for. */
  function readSparse(logs: readonly unknown[], headers: readonly (Header | undefined)[], from: number): RawLog[] {
    const filled = Array.from(
      { length: headers.length },
      (_, at): Header => headers[at] ?? { number: from + at, hash: "0x", parentHash: "0x", time: 0, bloom: "0x" },
    );
    return validator.readLogs(logs, filled);
  }
}

function blockCall(number: number): RpcCall {
  return { method: "eth_getBlockByNumber", params: [hexOf(number), false] };
}

function hexOf(number: number): Hex {
  return `0x${number.toString(16)}`;
}

/** True when a node does not take a block by its hash. */
function isHashUnknown({ code, message }: RpcError): boolean {
  return (
    code === -32_602 || /invalid (argument|param|block|type)|cannot unmarshal|hex string|invalid input/i.test(message)
  );
}

function listOf(json: unknown): unknown[] {
  if (!Array.isArray(json)) throw inconsistent("it gave no list of logs");
  return json as unknown[];
}

/** The result of an answer; throws the trouble that an error tells of. */
function resultOf(answer: RpcAnswer | undefined): unknown {
  if (answer === undefined) throw inconsistent("it left a call without an answer");
  if (answer.ok) return answer.result;
  const { error } = answer;
  const trouble = troubleOf(error) ?? "inconsistent-node";
  const said = spanSaid(error);
  const detail = `${error.message.slice(0, 200)} (${error.code})`;
  throw rpcFailure(trouble, detail, said === undefined ? {} : { span: said });
}
