// The check that every block passes on its way in and out: CIDv1, raw or dag-pb, SHA-256, and the bytes hash to it.

import { createHash } from "node:crypto";
import { CID } from "multiformats/cid";
import { Failure } from "#protocol/failure.ts";

/** Largest block that is taken: what Bitswap peers exchange. */
export const MAX_BLOCK_BYTES = 2 * 1024 * 1024;

const RAW = 0x55;
const DAG_PB = 0x70;
const SHA_256 = 0x12;

/** Reads a CID that this service can hold; throws `bad-input` for text that is none, `unsupported-type` for one of another kind. */
export function readCid(text: string): CID {
  let cid: CID;
  try {
    cid = CID.parse(text);
  } catch (cause) {
    throw new Failure("bad-input", `"${text.slice(0, 80)}" is not a CID.`, { cause });
  }
  if (
    cid.version !== 1 ||
    (cid.code !== RAW && cid.code !== DAG_PB) ||
    cid.multihash.code !== SHA_256 ||
    cid.toString() !== text
  ) {
    throw new Failure(
      "unsupported-type",
      "Only CIDs of version 1, raw or dag-pb, with SHA-256, written in base32, are held here.",
    );
  }
  return cid;
}

/** Throws `too-large` or `tampered` unless `bytes` are the block that `cid` names. */
export function checkBlock(cid: CID, bytes: Uint8Array): void {
  if (bytes.length > MAX_BLOCK_BYTES) {
    throw new Failure(
      "too-large",
      `A block holds at most ${MAX_BLOCK_BYTES} bytes; this one has ${bytes.length}. Nothing was stored.`,
    );
  }
  const digest = createHash("sha256").update(bytes).digest();
  if (Buffer.compare(digest, cid.multihash.digest) !== 0) {
    throw new Failure(
      "tampered",
      "These bytes are not the block that the CID names. Nothing was stored. Send them again.",
    );
  }
}

/** What a node answers that neither holds a block nor was given it in time. */
export function notHere(cause?: unknown): Failure {
  return new Failure(
    "not-found",
    "Nobody gave this block. Nothing was changed. Upload it again, or ask its other holder.",
    { cause },
  );
}
