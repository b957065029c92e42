// IPFS blocks through the service. Rule: whoever serves them, a block is used only when it hashes to its CID.
import { verifyBlock } from "#protocol/documents/index.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import { z } from "zod";
import { readWhole, request, send } from "./request.ts";

const MAX_BLOCK = 2 * 1024 * 1024;

/** One verified block. Throws Failure("not-found" | "tampered" | "too-large" | "unavailable"). */
export async function fetchBlock(cid: string, options: { signal?: AbortSignal | undefined } = {}): Promise<Uint8Array> {
  const response = await send(`/api/blocks/${encodeURIComponent(cid)}`, { signal: options.signal });
  const bytes = new Uint8Array(await readWhole(response.arrayBuffer()));
  if (bytes.length > MAX_BLOCK) throw new Failure("too-large", "A block is larger than allowed. It was not used.");
  await verifyBlock(cid, bytes);
  return bytes;
}

const missingShape = z.object({ missing: z.array(z.string()) });

/**
 * Which of these blocks (at most 256) the service does not hold. With `check` it reads and hashes each one again: what does
 * not hash to its CID is missing, too.
 */
export async function missingBlocks(
  cids: readonly string[],
  options: { check?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<Set<string>> {
  const { check = false, signal } = options;
  const { missing } = await request("/api/blocks/missing", {
    method: "POST",
    body: { cids, check },
    schema: missingShape,
    signal,
  });
  return new Set(missing);
}

/** Stores one block under its CID; the service checks it too. Blobs travel some times faster than arrays. */
export async function putBlock(
  cid: string,
  bytes: Uint8Array<ArrayBuffer>,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<void> {
  await send(`/api/blocks/${encodeURIComponent(cid)}`, {
    method: "PUT",
    body: new Blob([bytes]),
    signal: options.signal,
  });
}

/** Runs `put` again a few times when the service is away or asks to slow down. */
export async function putBlockPatiently(
  cid: string,
  bytes: Uint8Array<ArrayBuffer>,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await putBlock(cid, bytes, options);
    } catch (error) {
      if (attempt >= 4 || !(isFailure(error, "unavailable") || isFailure(error, "too-many-requests"))) throw error;
      await new Promise((resume) => setTimeout(resume, 500 * 2 ** attempt));
    }
  }
}
