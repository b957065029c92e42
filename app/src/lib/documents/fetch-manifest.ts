// A document's manifest by what the ledger holds of it: fetched once, and checked against that digest by its CID.
import { manifestCid } from "#protocol/documents/index.ts";
import { toBytes, type Bytes } from "#protocol/bytes.ts";
import { fetchBlock } from "#app/service/index.ts";
import type { Hex } from "viem";

const kept = new Map<Hex, Promise<Bytes>>();

/** The bytes of the manifest with this SHA-256. Throws Failure when nobody gives them, or gives others. */
export function fetchManifest(digest: Hex): Promise<Bytes> {
  const before = kept.get(digest);
  if (before) return before;
  const asked = fetchBlock(manifestCid(digest)).then(toBytes);
  kept.set(digest, asked);
  asked.catch(() => kept.delete(digest));
  return asked;
}

/** Forgets a manifest that was destroyed where it was kept. */
export function forgetManifest(digest: Hex): void {
  kept.delete(digest);
}

/** Fetches many, a few at a time; what could not be had is undefined at its place. */
export async function fetchManifests(digests: readonly Hex[], atOnce = 6): Promise<(Bytes | undefined)[]> {
  const found: (Bytes | undefined)[] = new Array(digests.length).fill(undefined);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < digests.length; at = next++) {
      const digest = digests[at];
      if (digest) found[at] = await fetchManifest(digest).catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, digests.length) }, work));
  return found;
}
