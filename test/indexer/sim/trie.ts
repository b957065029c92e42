// The root of an ordered Merkle-Patricia trie, as a block commits to its receipts (Yellow Paper, appendix D): enough of it
// to make headers whose hashes are genuine.

import { keccak256, toRlp } from "viem";
import type { Hex } from "viem";

type Rlp = Hex | Rlp[];
type Entry = { path: number[]; value: Hex };

/** The root over items keyed by the RLP of their index. */
export function orderedTrieRoot(items: readonly Hex[]): Hex {
  if (items.length === 0) return keccak256("0x80");
  const entries = items.map((value, index) => ({
    path: nibbles(toRlp(index === 0 ? "0x" : `0x${index.toString(16).padStart(index > 255 ? 4 : 2, "0")}`)),
    value,
  }));
  return keccak256(toRlp(nodeOf(entries)));
}

function nodeOf(entries: readonly Entry[]): Rlp {
  const [first, ...others] = entries;
  if (first === undefined) return "0x";
  if (others.length === 0) return [packed(first.path, true), first.value];
  let shared = 0;
  while (entries.every(({ path }) => path.length > shared && path[shared] === first.path[shared])) shared += 1;
  if (shared > 0) {
    const below = nodeOf(entries.map(({ path, value }) => ({ path: path.slice(shared), value })));
    return [packed(first.path.slice(0, shared), false), reference(below)];
  }
  const children = Array.from({ length: 16 }, (_, nibble): Rlp => {
    const below = entries.filter(({ path }) => path[0] === nibble);
    return below.length === 0
      ? "0x"
      : reference(nodeOf(below.map(({ path, value }) => ({ path: path.slice(1), value }))));
  });
  return [...children, entries.find(({ path }) => path.length === 0)?.value ?? "0x"];
}

/** A node shorter than 32 bytes stands inside its parent; any other is named by hash. */
function reference(node: Rlp): Rlp {
  const bytes = toRlp(node);
  return (bytes.length - 2) / 2 < 32 ? node : keccak256(bytes);
}

function nibbles(hex: Hex): number[] {
  return [...hex.slice(2)].map((digit) => Number.parseInt(digit, 16));
}

function packed(path: readonly number[], leaf: boolean): Hex {
  const flag = (leaf ? 2 : 0) + (path.length % 2);
  const all = path.length % 2 === 1 ? [flag, ...path] : [flag, 0, ...path];
  return `0x${all.map((nibble) => nibble.toString(16)).join("")}`;
}
