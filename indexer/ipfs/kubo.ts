// A Kubo node by its RPC API (IPFS_API_URL). What it says is checked like what a stranger says.

import { create } from "kubo-rpc-client";
import { Failure } from "#protocol/failure.ts";
import { checkBlock, readCid } from "./verify.ts";
import type { Ipfs } from "./ipfs.ts";

const CALL_MS = 15_000;
/** Kubo's own switch for answering from its blocks alone; the client passes it on without knowing it. */
const onlyHeld = { timeout: 2_000, searchParams: new URLSearchParams({ offline: "true" }) };

/** Connects to the Kubo node whose RPC API is at `url`; throws `unavailable` when it does not answer. */
export async function openKubo(url: string): Promise<Ipfs> {
  const kubo = create({ url: new URL("/api/v0", url), timeout: CALL_MS });
  const ipfs: Ipfs = {
    kind: "kubo",
    async put(text, bytes) {
      const cid = readCid(text);
      checkBlock(cid, bytes);
      const stored = await ask(() =>
        kubo.block.put(bytes, {
          version: 1,
          format: cid.code === 0x70 ? "dag-pb" : "raw",
          mhtype: "sha2-256",
          pin: true,
        }),
      );
      if (stored.toString() !== text)
        throw new Failure("tampered", "The IPFS node stored other bytes than it was given.");
    },
    async get(text, { timeoutMs = 0 } = {}) {
      const cid = readCid(text);
      const bytes = await kubo.block
        .get(cid, timeoutMs === 0 ? onlyHeld : { timeout: timeoutMs })
        .catch((cause: unknown) => {
          throw new Failure(
            "not-found",
            "Nobody gave this block. Nothing was changed. Upload it again, or ask its other holder.",
            { cause },
          );
        });
      checkBlock(cid, bytes);
      return bytes;
    },
    async has(text) {
      const cid = readCid(text);
      return kubo.block.stat(cid, onlyHeld).then(
        () => true,
        () => false,
      );
    },
    pin: async (text) => void (await ask(() => kubo.pin.add(readCid(text), { recursive: false }))),
    async unpin(text) {
      const cid = readCid(text);
      // Not pinned is what was asked for; the block itself goes with the node's next collection, or here at once.
      await kubo.pin.rm(cid, { recursive: false }).catch(() => undefined);
      for await (const _ of kubo.block.rm(cid, { force: true }));
    },
    async info() {
      const { id, addresses } = await ask(() => kubo.id());
      return { peerId: id.toString(), addresses: addresses.map((address) => address.toString()) };
    },
    stop: async () => undefined,
  };
  await ipfs.info();
  return ipfs;
}

async function ask<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new Failure("unavailable", "The IPFS node does not answer. Nothing was stored. Try again in a moment.", {
      cause,
    });
  }
}
