// What is read from the node, and the checks that need nothing but the answers themselves: numbers in order, hashes that
// link, logs that belong to the blocks that were asked for. A node that contradicts itself is asked again, never believed.

import { getAddress } from "viem";
import type { Address, Hex } from "viem";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { Failure } from "#protocol/failure.ts";
import type { RawLog } from "#protocol/history/index.ts";
import type { Chain } from "../chain.ts";

/** What is kept of a block. */
export type Header = { number: number; hash: Hex; parentHash: Hex; time: number };

/** A stretch of the chain: its headers without a gap, and the logs of our contracts in them, in order. */
export type Stretch = { headers: Header[]; logs: RawLog[] };

/** A way to read the chain. */
export type Source = {
  readHead(): Promise<Header>;
  /** The newest block that the node calls final; null when it does not say (a node that calls its head final does not). */
  readFinalized(head: Header): Promise<number | null>;
  readHeaders(numbers: readonly number[]): Promise<(Header | null)[]>;
  /** Blocks `from` to `to` with our logs; throws `unavailable` when the answers do not fit together. */
  readStretch(range: { from: number; to: number }): Promise<Stretch>;
  /** Our logs of a range that nobody needs headers for: no check but order and origin. */
  readLogs(range: { from: number; to: number }): Promise<RawLog[]>;
  /** What a contract says at a block: the heads of accounts, and the roll. */
  readHeads(at: { contract: Address; accounts: readonly Address[]; block: number }): Promise<Hex[]>;
  readRoll(at: { contract: Address; block: number }): Promise<Hex>;
};

/** Makes a source over the chain's client. */
export function createSource({ client, deployment }: Chain): Source {
  const contracts: [Address, Address] = [deployment.ledger, deployment.providerRegistry];

  async function readHeader(number: number): Promise<Header | null> {
    const block = await client.request({ method: "eth_getBlockByNumber", params: [`0x${number.toString(16)}`, false] });
    return block === null ? null : toHeader(block);
  }

  const source: Source = {
    async readHead() {
      const block = await client.request({ method: "eth_getBlockByNumber", params: ["latest", false] });
      if (block === null) throw inconsistent("gave no newest block");
      return toHeader(block);
    },
    async readFinalized(head) {
      const block = await client
        .request({ method: "eth_getBlockByNumber", params: ["finalized", false] })
        .catch(() => null);
      const number = block === null ? head.number : toHeader(block).number;
      return number < head.number ? number : null;
    },
    readHeaders: (numbers) => Promise.all(numbers.map(readHeader)),
    async readStretch({ from, to }) {
      const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
      const [found, logs] = await Promise.all([
        source.readHeaders(numbers),
        client.getLogs({ address: contracts, fromBlock: BigInt(from), toBlock: BigInt(to) }),
      ]);
      const headers = found.map((header, index) => {
        const before = found[index - 1];
        if (header === null || header.number !== numbers[index]) throw inconsistent(`has no block ${numbers[index]}`);
        if (before && header.parentHash !== before.hash)
          throw inconsistent(`gave block ${header.number} with another parent`);
        return header;
      });
      return { headers, logs: checkLogs(logs, headers) };
    },
    async readLogs({ from, to }) {
      const logs = await client.getLogs({ address: contracts, fromBlock: BigInt(from), toBlock: BigInt(to) });
      return checkLogs(logs, null);
    },
    readHeads: ({ contract, accounts, block }) =>
      Promise.all(
        accounts.map((account) =>
          client.readContract({
            address: contract,
            abi: ledgerAbi,
            functionName: "headOf",
            args: [account],
            blockNumber: BigInt(block),
          }),
        ),
      ),
    readRoll: ({ contract, block }) =>
      client.readContract({ address: contract, abi: ledgerAbi, functionName: "roll", blockNumber: BigInt(block) }),
  };
  return source;

  /** Our logs in order, each inside a block that was asked for, none twice. */
  function checkLogs(logs: Awaited<ReturnType<typeof client.getLogs>>, headers: readonly Header[] | null): RawLog[] {
    const hashes = new Map(headers?.map((header) => [header.number, header.hash]));
    let last = -1;
    let lastBlock = -1;
    return logs.map((log) => {
      const { blockNumber, blockHash, transactionHash, logIndex } = log;
      if (blockNumber === null || blockHash === null || transactionHash === null || logIndex === null || log.removed) {
        throw inconsistent("gave a log that is not in the chain");
      }
      const number = Number(blockNumber);
      if (headers !== null && hashes.get(number) !== blockHash)
        throw inconsistent(`gave a log of another block ${number}`);
      if (!contracts.includes(getAddress(log.address))) throw inconsistent("gave a log of another contract");
      if (number < lastBlock || (number === lastBlock && logIndex <= last))
        throw inconsistent("gave logs out of order");
      [lastBlock, last] = [number, logIndex];
      return {
        address: getAddress(log.address),
        topics: log.topics,
        data: log.data,
        blockNumber,
        blockHash,
        transactionHash,
        logIndex,
      };
    });
  }
}

function toHeader(block: { number: Hex | null; hash: Hex | null; parentHash: Hex; timestamp: Hex }): Header {
  if (block.number === null || block.hash === null) throw inconsistent("gave a block that is not mined");
  return {
    number: Number(block.number),
    hash: block.hash,
    parentHash: block.parentHash,
    time: Number(block.timestamp),
  };
}

function inconsistent(what: string): Failure {
  return new Failure("unavailable", `The node ${what}. Nothing was stored; it is asked again.`, {
    reason: "inconsistent-node",
  });
}
