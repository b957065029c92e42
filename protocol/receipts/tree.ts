// The Merkle tree over a batch of receipts, as OpenZeppelin lays it out (SimpleMerkleTree, MerkleProof.sol): a node is the
// Keccak-256 of its two children, the smaller first. Rule: a leaf is the hash of 32 bytes and a node of 64, so neither
// can pass for the other.

import { concat as concatHex, keccak256 } from "viem";
import type { Hex } from "viem";
import { Failure } from "../failure.ts";

/** A tree as one array: the root first, the leaves last, in reverse. */
export type Tree = { nodes: Hex[]; leaves: number };

const hashPair = (a: Hex, b: Hex): Hex => keccak256(concatHex(a < b ? [a, b] : [b, a]));

function nodeAt(nodes: readonly Hex[], index: number): Hex {
  const node = nodes[index];
  if (node === undefined) throw new Failure("bad-input", "This receipt is not in this batch. Nothing was proven.");
  return node;
}

/** Builds the tree of these leaves, in order (32 bytes each, lower-case hex). Throws Failure("bad-input") for none. */
export function buildTree(leaves: readonly Hex[]): Tree {
  if (leaves.length === 0) throw new Failure("bad-input", "There are no receipts to anchor. Nothing was changed.");
  const nodes: Hex[] = new Array<Hex>(leaves.length - 1).fill("0x").concat([...leaves].reverse());
  for (let at = leaves.length - 2; at >= 0; at--)
    nodes[at] = hashPair(nodeAt(nodes, 2 * at + 1), nodeAt(nodes, 2 * at + 2));
  return { nodes, leaves: leaves.length };
}

/** The tree's root: what is anchored. */
export function rootOf(tree: Tree): Hex {
  return nodeAt(tree.nodes, 0);
}

/** The siblings from the leaf with this index up to the root. Throws Failure("bad-input") for no such leaf. */
export function proofOf(tree: Tree, index: number): Hex[] {
  if (!Number.isInteger(index) || index < 0 || index >= tree.leaves) nodeAt([], 0);
  const proof: Hex[] = [];
  for (let at = tree.nodes.length - 1 - index; at > 0; at = Math.floor((at - 1) / 2)) {
    proof.push(nodeAt(tree.nodes, at % 2 === 1 ? at + 1 : at - 1));
  }
  return proof;
}

/** True where the leaf is in the tree with this root. */
export function verifyProof(options: { root: Hex; leaf: Hex; proof: readonly Hex[] }): boolean {
  return options.proof.reduce(hashPair, options.leaf) === options.root;
}
