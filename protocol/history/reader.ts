// All that verification needs from a node, over plain JSON-RPC: the same for a command, a browser behind /rpc and a
// test. Rule: answers are checked for shape here and for truth by whoever uses them.

import type { Address, Hex } from "viem";
import { numberToHex } from "viem/utils";
import { z } from "zod";
import { Failure, isFailure } from "../failure.ts";
import { parseHeader, type Header } from "./header.ts";
import { compareLogs, parseLog, type RawLog } from "./log.ts";

/** A proof by eth_getProof (EIP-1186), not yet checked. */
export type RawProof = {
  readonly accountProof: readonly Hex[];
  readonly storageProof: readonly { readonly key: Hex; readonly proof: readonly Hex[] }[];
};

/** What verification asks a node. Blocks by hash, number or the latest; heights are numbers. */
export type ChainReader = {
  readonly getChainId: () => Promise<number>;
  readonly getLogs: (range: { address: Address; fromBlock: number; toBlock: number }) => Promise<RawLog[]>;
  /** Null when the node does not have the block. The header's fields were checked against its hash. */
  readonly getBlock: (which: Hex | number | "latest") => Promise<Header | null>;
  readonly getProof: (address: Address, slots: readonly Hex[], block: number) => Promise<RawProof>;
  readonly getCode: (address: Address, block: number) => Promise<Hex>;
  readonly call: (call: { to: Address; data: Hex }, block: number) => Promise<Hex>;
};

/** How a request reaches the node: an EIP-1193 provider's, viem's client.request, or a fetch. */
export type RpcRequest = (method: string, params: readonly unknown[]) => Promise<unknown>;

const hex = z
  .string()
  .regex(/^0x([0-9a-fA-F]{2})*$/)
  .transform((text) => text.toLowerCase() as Hex);
const proofSchema = z.object({
  accountProof: z.array(hex),
  storageProof: z.array(z.object({ key: z.string(), proof: z.array(hex) })),
});

function shape<S extends z.ZodType>(schema: S, answer: unknown): z.output<S> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new Failure("bad-input", "The node gave an answer that is not in the form it must have. Ask another node.", {
    cause: parsed.error,
  });
}

/** Makes a reader over JSON-RPC. Its functions throw Failure("unavailable") when the node does not answer. */
export function createChainReader(request: RpcRequest): ChainReader {
  const ask = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    try {
      return await request(method, params);
    } catch (cause) {
      if (isFailure(cause)) throw cause;
      throw new Failure(
        "unavailable",
        `The node did not answer ${method}. Nothing was concluded. Try again, or ask another node.`,
        {
          cause,
          reason: method,
        },
      );
    }
  };

  /** One range, halved for as long as the node finds it too much. */
  const getLogs: ChainReader["getLogs"] = async ({ address, fromBlock, toBlock }) => {
    try {
      const range = { address, fromBlock: numberToHex(fromBlock), toBlock: numberToHex(toBlock) };
      const logs = shape(z.array(z.unknown()), await ask("eth_getLogs", [range])).map(parseLog);
      const stray = logs.some(
        (log) =>
          log.address.toLowerCase() !== address.toLowerCase() ||
          log.blockNumber < BigInt(fromBlock) ||
          log.blockNumber > BigInt(toBlock),
      );
      if (stray)
        throw new Failure("bad-input", "The node answered with logs that were not asked for. Ask another node.");
      return logs.sort(compareLogs);
    } catch (error) {
      if (!isFailure(error, "unavailable") || toBlock <= fromBlock) throw error;
      const middle = Math.floor((fromBlock + toBlock) / 2);
      const first = await getLogs({ address, fromBlock, toBlock: middle });
      return [...first, ...(await getLogs({ address, fromBlock: middle + 1, toBlock }))];
    }
  };

  return {
    getLogs,
    getChainId: async () => Number(shape(z.string().regex(/^0x[0-9a-fA-F]{1,13}$/), await ask("eth_chainId", []))),
    getBlock: async (which) => {
      const isHash = typeof which === "string" && which !== "latest";
      const block = typeof which === "number" ? numberToHex(which) : which;
      const answer = await ask(isHash ? "eth_getBlockByHash" : "eth_getBlockByNumber", [block, false]);
      return answer === null || answer === undefined ? null : parseHeader(answer);
    },
    getProof: async (address, slots, block) => {
      const answer = shape(proofSchema, await ask("eth_getProof", [address, slots, numberToHex(block)]));
      if (answer.storageProof.length !== slots.length) {
        throw new Failure("bad-input", "The node proved other slots than were asked for. Ask another node.");
      }
      // Proofs come in the order asked; nodes spell the keys differently, and the proof itself binds the slot.
      const storageProof = slots.map((key, at) => ({ key, proof: answer.storageProof[at]?.proof ?? [] }));
      return { accountProof: answer.accountProof, storageProof };
    },
    getCode: async (address, block) => shape(hex, await ask("eth_getCode", [address, numberToHex(block)])),
    call: async (call, block) => shape(hex, await ask("eth_call", [call, numberToHex(block)])),
  };
}
