// A chain made from chance: genuinely hashed headers with genuine blooms and receipt roots, over genuine logs of our two
// contracts, whose heads and rolls fold as the contracts' own do. Any block can have several children.

import { encodeAbiParameters, getAddress, keccak256, pad, toEventSelector, toHex, toRlp } from "viem";
import type { AbiEvent, AbiParameter, Address, Hex } from "viem";
import { ledgerAbi, providerRegistryAbi } from "#protocol/contracts/index.ts";
import { ZERO_WORD, foldHead, foldRoll, hashHeader } from "#protocol/history/index.ts";
import type { Random } from "./random.ts";
import { orderedTrieRoot } from "./trie.ts";

/** A log as JSON-RPC gives it. */
export type JsonLog = {
  address: Hex;
  topics: Hex[];
  data: Hex;
  blockNumber: Hex;
  blockHash: Hex;
  transactionHash: Hex;
  transactionIndex: Hex;
  logIndex: Hex;
  removed: boolean;
};

/** What a contract stores after a block. */
export type ContractState = { heads: ReadonlyMap<Address, Hex>; roll: Hex };

/** A block, and what the contracts store after it. */
export type Block = {
  number: number;
  hash: Hex;
  time: number;
  parent: Block | null;
  /** As eth_getBlockByNumber gives it. */
  json: Record<string, unknown>;
  logs: JsonLog[];
  state: { ledger: ContractState; providerRegistry: ContractState };
};

/** Where our contracts are in every generated chain. */
export const place = {
  ledger: getAddress("0x1000000000000000000000000000000000000001"),
  providerRegistry: getAddress("0x2000000000000000000000000000000000000002"),
};
const stranger = getAddress("0x3000000000000000000000000000000000000003");

/** The first block that has logs. */
export const DEPLOYED_AT = 2;

const accounts = Array.from({ length: 9 }, (_, at) => getAddress(pad(toHex(0xa000 + at), { size: 20 })));
const words = Array.from({ length: 6 }, (_, at) => keccak256(toHex(at)));
const events = (abi: readonly unknown[]) =>
  (abi as AbiEvent[]).filter(
    (item) => item.type === "event" && item.inputs.some((input) => input.name === "head") && item.inputs[0]?.indexed,
  );
const actsOf = { ledger: events(ledgerAbi), providerRegistry: events(providerRegistryAbi) };

type Names = "ledger" | "providerRegistry";

/** The first block of every generated chain. */
export function makeGenesis(): Block {
  const empty = { heads: new Map(), roll: ZERO_WORD };
  return seal({
    number: 0,
    time: 1_700_000_000,
    parent: null,
    drafts: [],
    state: { ledger: empty, providerRegistry: empty },
  });
}

/** A child of `parent` with acts, logs of strangers, and now and then something that this version cannot know. */
export function makeBlock(parent: Block, random: Random): Block {
  const number = parent.number + 1;
  const time = parent.time + random.whole(1, 3);
  const stamp = (BigInt(time) << 64n) | BigInt(number);
  const state = {
    ledger: { heads: new Map(parent.state.ledger.heads), roll: parent.state.ledger.roll },
    providerRegistry: { heads: new Map(parent.state.providerRegistry.heads), roll: parent.state.providerRegistry.roll },
  };
  const drafts: Draft[] = [];
  const busy = random.chance(0.45) ? 0 : random.whole(1, 4);
  for (let n = 0; n < busy && number >= DEPLOYED_AT; n += 1) {
    const kind = random.next();
    if (kind < 0.08) drafts.push({ address: stranger, topics: [random.word()], data: random.word() });
    // OpenZeppelin's own event: a log of ours that is no act.
    else if (kind < 0.14)
      drafts.push({
        address: place.providerRegistry,
        topics: [words[0] ?? ZERO_WORD, pad(random.pick(accounts))],
        data: "0x",
      });
    else
      drafts.push(
        makeAct(random, random.chance(0.75) ? "ledger" : "providerRegistry", { stamp, state, unknown: kind < 0.18 }),
      );
  }
  return seal({ number, time, parent, drafts, state });
}

type Draft = { address: Address; topics: Hex[]; data: Hex };
type Writable = Record<Names, { heads: Map<Address, Hex>; roll: Hex }>;

function makeAct(
  random: Random,
  contract: Names,
  { stamp, state, unknown }: { stamp: bigint; state: Writable; unknown: boolean },
): Draft {
  const event = random.pick(actsOf[contract]);
  const account = random.pick(accounts);
  const indexed = event.inputs.filter((input) => input.indexed);
  const topics: Hex[] = [
    unknown ? random.word() : toEventSelector(event),
    ...indexed.map((input, at) =>
      at === 0 ? (pad(account).toLowerCase() as Hex) : encodeOne(input, valueOf(input, random)),
    ),
  ];
  const body = event.inputs
    .filter((input) => !input.indexed && input.name !== "head")
    .map((input) => encodeOne(input, input.name === "stamp" ? stamp : valueOf(input, random)).slice(2))
    .join("");
  const draft = { address: place[contract], topics, data: `0x${body}${"00".repeat(32)}` as Hex };
  const held = state[contract];
  if (!held.heads.has(account)) held.roll = foldRoll(held.roll, account);
  const head = foldHead(held.heads.get(account) ?? ZERO_WORD, draft);
  held.heads.set(account, head);
  return { ...draft, data: `0x${body}${head.slice(2)}` };
}

function encodeOne(input: AbiParameter, value: unknown): Hex {
  return encodeAbiParameters([{ type: input.type }], [value]);
}

/** A value that the projections can meet: few accounts and few words, so that acts touch each other's rows. */
function valueOf(input: AbiParameter, random: Random): unknown {
  if (input.type === "address") return random.pick(accounts);
  if (input.type === "bytes32") return random.pick(words);
  if (input.type === "bool") return random.chance(0.5);
  // Packed words of the ledger: sometimes such as no ledger would write, which must stop nothing.
  if (input.name === "record") return BigInt(random.word()) >> BigInt(random.pick([0, 120, 122, 200]));
  if (input.type.startsWith("bytes")) return `0x${random.word().slice(2, 2 + 2 * Number(input.type.slice(5)))}`;
  return input.type === "uint8" || input.type === "uint16" || input.type === "uint32"
    ? random.whole(0, 6)
    : BigInt(random.whole(0, 9));
}

/** Turns drafts into a block: transactions, receipts, bloom, roots, hash. */
function seal(made: {
  number: number;
  time: number;
  parent: Block | null;
  drafts: Draft[];
  state: Block["state"];
}): Block {
  const { number, time, parent, drafts, state } = made;
  const bloom = bloomOf(drafts);
  const receipts = drafts.map((draft, at) =>
    toRlp(["0x01", toRlpNumber(21_000 * (at + 1)), bloomOf([draft]), [[draft.address, draft.topics, draft.data]]]),
  );
  const fields = {
    parentHash: parent?.hash ?? ZERO_WORD,
    sha3Uncles: keccak256(toRlp([])),
    miner: pad("0x", { size: 20 }),
    stateRoot: keccak256(toHex(`${state.ledger.roll}${state.providerRegistry.roll}`)),
    transactionsRoot: orderedTrieRoot(drafts.map((_, at) => toHex(at + 1))),
    receiptsRoot: orderedTrieRoot(receipts),
    logsBloom: bloom,
    difficulty: 0n,
    number: BigInt(number),
    gasLimit: 30_000_000n,
    gasUsed: BigInt(21_000 * drafts.length),
    timestamp: BigInt(time),
    extraData: "0x" as Hex,
    mixHash: ZERO_WORD,
    nonce: "0x0000000000000000" as Hex,
    baseFeePerGas: 7n,
  };
  const hash = hashHeader(fields);
  const logs = drafts.map((draft, at): JsonLog => ({
    address: draft.address.toLowerCase() as Hex,
    topics: draft.topics,
    data: draft.data,
    blockNumber: toHex(number),
    blockHash: hash,
    transactionHash: keccak256(toRlp([hash, toHex(at + 1)])),
    transactionIndex: toHex(at),
    logIndex: toHex(at),
    removed: false,
  }));
  const json = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === "bigint" ? toHex(value) : value]),
  );
  return {
    number,
    hash,
    time,
    parent,
    json: { ...json, hash, size: "0x1", transactions: [], uncles: [] },
    logs,
    state,
  };
}

function toRlpNumber(value: number): Hex {
  const hex = value.toString(16);
  return `0x${hex.length % 2 === 0 ? hex : `0${hex}`}`;
}

/** The bloom filter of logs (Yellow Paper, 4.3.1), made here without the code that it is to test. */
function bloomOf(drafts: readonly Draft[]): Hex {
  const bytes = new Uint8Array(256);
  for (const { address, topics } of drafts) {
    for (const value of [address, ...topics]) {
      const hash = Buffer.from(keccak256(value.toLowerCase() as Hex).slice(2), "hex");
      for (const at of [0, 2, 4]) {
        const bit = hash.readUInt16BE(at) & 2047;
        const index = 255 - (bit >> 3);
        bytes[index] = (bytes[index] ?? 0) | (1 << (bit & 7));
      }
    }
  }
  return toHex(bytes);
}

/** The blocks from the first to this one. */
export function branchOf(tip: Block): Block[] {
  const blocks: Block[] = [];
  for (let block: Block | null = tip; block !== null; block = block.parent) blocks.push(block);
  return blocks.reverse();
}
