import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import { keccak256, toHex } from "viem";
import type { Hex } from "viem";
import { buildTree, proofOf, rootOf, verifyProof } from "#protocol/receipts/index.ts";
import { failureOf } from "../keys/samples.ts";

const leavesOf = (count: number): Hex[] => Array.from({ length: count }, (_, index) => keccak256(toHex(index)));

describe("A gateway that anchors a batch", () => {
  it("has the root and the proofs that OpenZeppelin's tree has", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), (count) => {
        const leaves = leavesOf(count);
        const tree = buildTree(leaves);
        const theirs = SimpleMerkleTree.of(leaves, { sortLeaves: false });
        expect(rootOf(tree)).toBe(theirs.root);
        leaves.forEach((leaf, index) => {
          const proof = proofOf(tree, index);
          expect(proof).toEqual(theirs.getProof(index));
          expect(verifyProof({ root: rootOf(tree), leaf, proof })).toBe(true);
          expect(SimpleMerkleTree.verify(rootOf(tree), leaf, proof)).toBe(true);
        });
      }),
    );
  });

  it("cannot anchor nothing, or prove what is not there", async () => {
    const tree = buildTree(leavesOf(5));
    expect(await failureOf(() => buildTree([]))).toBe("bad-input");
    for (const index of [-1, 5, 0.5]) expect(await failureOf(() => proofOf(tree, index))).toBe("bad-input");
  });
});

describe("Somebody with a receipt that was never anchored", () => {
  it("finds no proof for it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(), (count, at) => {
        const leaves = leavesOf(count);
        const tree = buildTree(leaves);
        const root = rootOf(tree);
        const index = at % count;
        const proof = proofOf(tree, index);
        const leaf = leaves[index] ?? "0x";
        expect(verifyProof({ root, leaf: keccak256("0x99"), proof })).toBe(false);
        expect(verifyProof({ root, leaf, proof: proof.slice(1) })).toBe(false);
        expect(verifyProof({ root, leaf, proof: [...proof, leaf] })).toBe(false);
        expect(verifyProof({ root: keccak256(root), leaf, proof })).toBe(false);
      }),
    );
  });
});
