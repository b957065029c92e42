// A Kubo node by its RPC API (IPFS_API_URL). What it says is checked like what a stranger says, and whatever it does, a
// call ends in time: that it does not hold a block, and that it does not answer, are told apart.

import { create, multiaddr } from "kubo-rpc-client";
import type { CID } from "multiformats/cid";
import { Failure } from "#protocol/failure.ts";
import { checkBlock, notHere, readCid } from "./verify.ts";
import type { Ipfs } from "./ipfs.ts";

const CALL_MS = 15_000;
/** How much longer than it was given Kubo may take to say that it found nothing. */
const GRACE_MS = 2_000;
const COLLECT_MS = 600_000;
/** Kubo answers from its own blocks alone. The client passes on what it does not know. */
const onlyHeld = { offline: true };

/** Connects to the Kubo node whose RPC API is at `url`; throws `unavailable` when it does not answer. */
export async function openKubo(url: string, { callMs = CALL_MS }: { callMs?: number } = {}): Promise<Ipfs> {
  const kubo = create({ url: new URL("/api/v0", url) });
  const inTime = () => ({ signal: AbortSignal.timeout(callMs) });

  async function holds(cid: CID): Promise<boolean> {
    return kubo.block.stat(cid, { ...onlyHeld, ...inTime() }).then(
      () => true,
      (cause: unknown) => {
        if (isMissing(cause)) return false;
        throw silent(cause);
      },
    );
  }

  async function store(cid: CID, bytes: Uint8Array): Promise<void> {
    // Not pinned by this call, which would pin what a dag-pb block links to as well: those are blocks of their own here.
    const format = cid.code === 0x70 ? "dag-pb" : "raw";
    const settings = { cidCodec: format, mhtype: "sha2-256", allowBigBlock: true, pin: false };
    const stored = await ask(() => kubo.block.put(bytes, { ...settings, ...inTime() }));
    if (!stored.equals(cid)) throw new Failure("tampered", "The IPFS node stored other bytes than it was given.");
  }

  async function pin(cid: CID): Promise<void> {
    await kubo.pin.add(cid, { recursive: false, ...onlyHeld, ...inTime() });
  }

  const ipfs: Ipfs = {
    kind: "kubo",
    async put(text, bytes) {
      const cid = readCid(text);
      checkBlock(cid, bytes);
      await store(cid, bytes);
      try {
        await pin(cid);
      } catch (cause) {
        // The node collected the block between the two calls: once more.
        if (!isMissing(cause)) throw silent(cause);
        await store(cid, bytes);
        await ask(() => pin(cid));
      }
    },
    async get(text, { timeoutMs = 0 } = {}) {
      const cid = readCid(text);
      const settings =
        timeoutMs === 0
          ? { ...onlyHeld, ...inTime() }
          : { timeout: timeoutMs, signal: AbortSignal.timeout(timeoutMs + GRACE_MS) };
      const bytes = await kubo.block.get(cid, settings).catch((cause: unknown) => {
        throw isMissing(cause) ? notHere(cause) : silent(cause);
      });
      checkBlock(cid, bytes);
      return bytes;
    },
    has: (text) => holds(readCid(text)),
    async pin(text) {
      await pin(readCid(text)).catch((cause: unknown) => {
        throw isMissing(cause) ? notHere(cause) : silent(cause);
      });
    },
    async unpin(text) {
      const cid = readCid(text);
      await kubo.pin.rm(cid, { recursive: true, ...inTime() }).catch((cause: unknown) => {
        // Not pinned is what was asked for.
        if (!says(cause, /not pinned/)) throw silent(cause);
      });
      await ask(async () => {
        for await (const { error } of kubo.block.rm(cid, { force: true, ...inTime() })) if (error) throw error;
      });
    },
    async collect() {
      await ask(async () => {
        for await (const { err } of kubo.repo.gc({ signal: AbortSignal.timeout(COLLECT_MS) })) if (err) throw err;
      });
    },
    connect: async (address) => void (await ask(() => kubo.swarm.connect(multiaddr(address), inTime()))),
    async info() {
      const { id, addresses } = await ask(() => kubo.id(inTime()));
      return { peerId: id.toString(), addresses: addresses.map((address) => address.toString()) };
    },
    stop: async () => undefined,
  };
  await ipfs.info();
  return ipfs;
}

/** Whether Kubo itself answered that nobody gave the block, in the time that it had. */
function isMissing(error: unknown): boolean {
  if (error instanceof DOMException) return false; // our own limit: it did not answer at all
  return (error instanceof Error && error.name === "TimeoutError") || says(error, /not found|could not find/);
}

/** Whether Kubo answered with these words. */
function says(error: unknown, words: RegExp): boolean {
  return error instanceof Error && error.name === "HTTPError" && words.test(error.message);
}

function silent(cause: unknown): Failure {
  return new Failure("unavailable", "The IPFS node does not answer. Nothing was stored. Try again in a moment.", {
    cause,
  });
}

async function ask<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw silent(cause);
  }
}
