// IPFS blocks through the service. Rule: whoever serves them, a block is used only when it hashes to its CID.
import { verifyBlock } from "#protocol/documents/index.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import { send } from "./request.ts";

const MAX_BLOCK = 2 * 1024 * 1024;

/** One verified block. Throws Failure("not-found" | "tampered" | "too-large" | "unavailable"). */
export async function fetchBlock(cid: string, options: { signal?: AbortSignal | undefined } = {}): Promise<Uint8Array> {
  const response = await send(`/api/blocks/${encodeURIComponent(cid)}`, { signal: options.signal });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > MAX_BLOCK) throw new Failure("too-large", "A block is larger than allowed. It was not used.");
  await verifyBlock(cid, bytes);
  return bytes;
}

/** True when the service holds the block already. */
export async function hasBlock(cid: string, options: { signal?: AbortSignal | undefined } = {}): Promise<boolean> {
  // HEAD has no body; 404 is an answer here and no failure.
  const response = await fetch(`/api/blocks/${encodeURIComponent(cid)}`, {
    method: "HEAD",
    credentials: "same-origin",
    signal: options.signal ?? null,
  }).catch(() => undefined);
  return response?.ok ?? false;
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
