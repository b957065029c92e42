// Content identifiers (CIDv1, SHA-256, base32): raw blocks and UnixFS files. Rule: a CID is computed where bytes are made
// and compared where they are read, whoever delivered them.

import { CID } from "multiformats/cid";
import * as Digest from "multiformats/hashes/digest";
import type { Hex } from "viem";
import { equalBytes, fromHex, toBytes, toHex, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";

const RAW = 0x55;
const DAG_PB = 0x70;
const SHA2_256 = 0x12;

/** What a CID of ours says: how the block is to be read, and its SHA-256. */
export type CidParts = { codec: "raw" | "dag-pb"; digest: Hex };

function cidOf(codec: number, digest: Uint8Array): string {
  return CID.createV1(codec, Digest.create(SHA2_256, digest)).toString();
}

/** The CID of the raw block with this SHA-256: manifests, envelopes, cards, single blocks. */
export function rawCid(digest: Hex): string {
  return cidOf(RAW, fromHex(digest, 32));
}

/** The CID of a manifest, from the digest that the ledger holds: a manifest is one raw block. */
export function manifestCid(digest: Hex): string {
  return rawCid(digest);
}

/** The CID of the dag-pb block with this SHA-256: a file's root. */
export function fileCid(digest: Hex): string {
  return cidOf(DAG_PB, fromHex(digest, 32));
}

/** Reads a CID. Throws Failure("bad-input") for anything but CIDv1, base32, raw or dag-pb, SHA-256. */
export function parseCid(text: string): CidParts {
  const refuse = (cause?: unknown) =>
    new Failure("bad-input", "This is no content identifier that Placet uses. Nothing was fetched.", { cause });
  let cid: CID;
  try {
    cid = CID.parse(text);
  } catch (cause) {
    throw refuse(cause);
  }
  const { code, digest } = cid.multihash;
  const known = cid.version === 1 && code === SHA2_256 && digest.length === 32 && cid.toString() === text;
  if (!known || (cid.code !== RAW && cid.code !== DAG_PB)) throw refuse();
  return { codec: cid.code === RAW ? "raw" : "dag-pb", digest: toHex(digest) };
}

/** The SHA-256 in a CID. Throws Failure("bad-input"). */
export function digestOfCid(cid: string): Hex {
  return parseCid(cid).digest;
}

/** SHA-256 by WebCrypto, some times faster than in JavaScript. */
export async function digestBlock(bytes: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", toBytes(bytes)));
}

/** The CID of these bytes as one raw block. */
export async function cidOfBlock(bytes: Uint8Array): Promise<string> {
  return cidOf(RAW, await digestBlock(bytes));
}

/** Throws Failure("tampered") where the bytes are not those that the CID names. */
export async function verifyBlock(cid: string, bytes: Uint8Array): Promise<void> {
  const { digest } = parseCid(cid);
  if (!equalBytes(await digestBlock(bytes), fromHex(digest, 32))) {
    throw new Failure(
      "tampered",
      "What was delivered is not what was asked for. It was not used. Fetch it from elsewhere.",
      {
        reason: "cid",
      },
    );
  }
}
