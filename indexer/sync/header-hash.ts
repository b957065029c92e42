// A block's hash, computed from the block's own fields as the node gave them (yellow paper, 4.4; later forks append
// theirs). Rule: what a node says about a block's time, parent or bloom counts only when it hashes to the block's name.
// protocol/history/header.ts says the same for auditors, with a schema; here it is done for millions of blocks.

import type { Hex } from "viem";
import { hashHex } from "#protocol/keccak.ts";

/** The fields in the order of their RLP; true for those that are whole numbers, which lose their leading zeros. */
const fields: readonly (readonly [name: string, isNumber: boolean])[] = [
  ["parentHash", false],
  ["sha3Uncles", false],
  ["miner", false],
  ["stateRoot", false],
  ["transactionsRoot", false],
  ["receiptsRoot", false],
  ["logsBloom", false],
  ["difficulty", true],
  ["number", true],
  ["gasLimit", true],
  ["gasUsed", true],
  ["timestamp", true],
  ["extraData", false],
  ["mixHash", false],
  ["nonce", false],
  ["baseFeePerGas", true], // London (EIP-1559)
  ["withdrawalsRoot", false], // Shanghai (EIP-4895)
  ["blobGasUsed", true], // Cancun (EIP-4844)
  ["excessBlobGas", true],
  ["parentBeaconBlockRoot", false], // Cancun (EIP-4788)
  ["requestsHash", false], // Prague (EIP-7685)
  ["blockAccessListHash", false], // Amsterdam (EIP-7928)
];
/** So many fields every block has had from the first on. */
const ALWAYS = 15;

/** keccak256 of the RLP of a block's fields, as far as its fork had them; null when one of them is missing or is none. */
export function hashBlock(block: Readonly<Record<string, unknown>>): Hex | null {
  const parts: string[] = [""];
  let bytes = 0;
  for (const [at, [name, isNumber]] of fields.entries()) {
    const value = block[name];
    if (value === undefined || value === null) {
      if (at < ALWAYS) return null;
      break;
    }
    if (typeof value !== "string" || !/^0x[0-9a-fA-F]*$/.test(value)) return null;
    const data = isNumber ? bytesOfNumber(value) : value;
    if (data.length % 2 === 1) return null;
    const size = data.length / 2 - 1;
    // A single byte below 128 stands for itself.
    if (size === 1 && Number(data) < 0x80) {
      parts.push(data);
      bytes += 1;
      continue;
    }
    const before = prefix(size, 0x80);
    parts.push(before, data);
    bytes += before.length / 2 - 1 + size;
  }
  parts[0] = prefix(bytes, 0xc0);
  return hashHex(parts);
}

/** A whole number as RLP has it: big-endian without leading zeros, nothing for zero. */
function bytesOfNumber(value: string): string {
  const digits = value.slice(2).replace(/^0+/, "");
  return digits.length % 2 === 0 ? `0x${digits}` : `0x0${digits}`;
}

function prefix(size: number, base: number): string {
  if (size < 56) return `0x${(base + size).toString(16)}`;
  const length = bytesOfNumber(`0x${size.toString(16)}`);
  return `0x${(base + 55 + length.length / 2 - 1).toString(16)}${length.slice(2)}`;
}
