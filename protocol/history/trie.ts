// Merkle-Patricia proofs as Ethereum uses them (Yellow Paper, appendix D; EIP-1186). Rule: a node's bytes are believed
// only when they hash to what the node above, or the trusted root, names; a value is present, absent, or the proof fails.

import type { Hex } from "viem";
import { fromRlp, hexToBytes, keccak256, pad, size } from "viem/utils";
import { Failure } from "../failure.ts";

type Rlp = Hex | readonly Rlp[];

const emptyRoot = keccak256("0x80");

function fail(why: string): Failure {
  return new Failure(
    "tampered",
    `The node’s proof does not hold: ${why}. Nothing that it says can be relied on. Ask another node.`,
    {
      reason: "bad-proof",
    },
  );
}

function nibblesOf(hex: Hex): number[] {
  return [...hexToBytes(hex)].flatMap((byte) => [byte >> 4, byte & 15]);
}

/** Hex-prefix decoding (appendix C): the path of a leaf or extension, and which of the two it is. */
function readPath(encoded: Rlp | undefined): { path: number[]; leaf: boolean } {
  if (typeof encoded !== "string") throw fail("a node has no path");
  const [flag, ...rest] = nibblesOf(encoded);
  if (flag === undefined || flag > 3) throw fail("a path is malformed");
  return { path: flag % 2 === 1 ? rest : rest.slice(1), leaf: flag >= 2 };
}

function decode(node: Hex): Rlp {
  try {
    return fromRlp(node) as Rlp;
  } catch (cause) {
    throw new Failure("tampered", "The node’s proof cannot be read. Ask another node.", { cause, reason: "bad-proof" });
  }
}

/**
 * The RLP value under keccak256(key) in the trie of this root, or null when the proof shows that there is none. Throws
 * Failure("tampered", reason "bad-proof") when the proof does not hold.
 */
export function readTrie(trie: { readonly root: Hex; readonly key: Hex; readonly proof: readonly Hex[] }): Hex | null {
  const path = nibblesOf(keccak256(trie.key));
  if (trie.root.toLowerCase() === emptyRoot) return null;
  let taken = 0;
  const take = (hash: Rlp | undefined): Rlp => {
    // A node shorter than 32 bytes stands inside its parent instead of being named by hash.
    if (hash !== undefined && typeof hash !== "string") return hash;
    const bytes = trie.proof[taken++];
    if (bytes === undefined || hash === undefined || keccak256(bytes) !== hash)
      throw fail("a node is missing or altered");
    return decode(bytes);
  };
  let node = take(trie.root.toLowerCase() as Hex);
  let at = 0;
  // Each turn but embedded ones takes a node of the proof, and each goes down, so this ends.
  for (;;) {
    if (typeof node === "string") throw fail("a node is malformed");
    if (node.length === 17) {
      const nibble = path[at];
      const next: Rlp | undefined = nibble === undefined ? undefined : node[nibble];
      if (next === undefined) throw fail("a path is too long");
      if (next === "0x") return null;
      at += 1;
      node = take(next);
    } else if (node.length === 2) {
      const { path: part, leaf } = readPath(node[0]);
      const rest = path.slice(at);
      if (part.some((nibble, index) => rest[index] !== nibble)) return null;
      if (leaf) {
        if (part.length !== rest.length) throw fail("a path is too short");
        const value = node[1];
        if (typeof value !== "string") throw fail("a value is malformed");
        return value;
      }
      at += part.length;
      node = take(node[1]);
    } else {
      throw fail("a node is malformed");
    }
  }
}

/** What a state trie says about an account. */
export type ProvenAccount = { readonly storageRoot: Hex; readonly codeHash: Hex };

/** An account of the state with this root; null when it does not exist. Throws Failure("tampered"). */
export function proveAccount(state: {
  readonly stateRoot: Hex;
  readonly address: Hex;
  readonly proof: readonly Hex[];
}): ProvenAccount | null {
  const value = readTrie({ root: state.stateRoot, key: state.address, proof: state.proof });
  if (value === null) return null;
  const fields = decode(value);
  if (typeof fields === "string" || fields.length !== 4) throw fail("an account is malformed");
  const [, , storageRoot, codeHash] = fields;
  if (typeof storageRoot !== "string" || typeof codeHash !== "string") throw fail("an account is malformed");
  return { storageRoot, codeHash };
}

/** The word in a storage slot of a proven account; zero when the slot is empty. Throws Failure("tampered"). */
export function proveSlot(storage: {
  readonly storageRoot: Hex;
  readonly slot: Hex;
  readonly proof: readonly Hex[];
}): Hex {
  const value = readTrie({ root: storage.storageRoot, key: storage.slot, proof: storage.proof });
  if (value === null) return pad("0x", { size: 32 });
  const word = decode(value);
  if (typeof word !== "string" || size(word) > 32) throw fail("a stored word is malformed");
  return pad(word, { size: 32 });
}
