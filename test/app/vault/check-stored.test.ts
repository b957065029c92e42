// The check between storing and the ledger, against services that lost something or gave something else.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { randomBytes, type Bytes } from "#protocol/bytes.ts";
import { encryptDocument, type EncryptedDocument } from "#protocol/documents/index.ts";
import { deriveEncryptionKey } from "#protocol/keys/index.ts";
import { checkStored } from "#app/vault/worker/check-stored.ts";
import { ana, place } from "../../protocol/keys/samples.ts";
import { sampleBytes, sampleMetadata, streamOf } from "../../protocol/documents/samples.ts";

const SIZE = 150_000;

describe("A document that was stored", () => {
  const file = new Blob([sampleBytes(SIZE)]);
  const blocks = new Map<string, Bytes>();
  /** The CIDs in the order in which they were stored: leaves, root, manifest. */
  let stored: string[];
  let made: EncryptedDocument;
  /** What the service has. */
  let held: Map<string, Bytes>;
  let progress: number[];

  beforeAll(async () => {
    made = await encryptDocument({
      place,
      subject: ana,
      author: ana,
      subjectKey: deriveEncryptionKey(randomBytes(32)).publicKey,
      source: streamOf(sampleBytes(SIZE)),
      metadata: sampleMetadata(SIZE),
      chunkSize: 65_536,
      onBlock: async ({ cid, bytes }) => void blocks.set(cid, bytes.slice()),
    });
    stored = [...blocks.keys()];
  });
  beforeEach(() => {
    held = new Map(blocks);
    progress = [];
    vi.stubGlobal("fetch", async (path: string, init?: RequestInit) => {
      if (!path.endsWith("/missing")) {
        const bytes = held.get(decodeURIComponent(path.split("/").at(-1) ?? ""));
        return bytes ? new Response(bytes.slice()) : Response.json({ code: "not-found" }, { status: 404 });
      }
      const { cids } = JSON.parse(String(init?.body)) as { cids: string[] };
      return Response.json({ missing: cids.filter((cid) => !held.has(cid)) });
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  const check = (sent: Blob = file) =>
    checkStored(made, {
      file: sent,
      onChecked: (done, total) => progress.push(done / total),
      signal: new AbortController().signal,
    });

  it("passes when all of it is there and is the file, and says how far it is", async () => {
    await check();
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  });

  it("is not anchored while any of its blocks is not there", async () => {
    expect(stored.length).toBeGreaterThan(4);
    for (const cid of stored) {
      held = new Map(blocks);
      held.delete(cid);
      await expect(check(), cid).rejects.toMatchObject({ name: "Failure" });
    }
    held = new Map(blocks);
    held.delete(stored[1] ?? "");
    await expect(check()).rejects.toMatchObject({ code: "unavailable", reason: "not-stored" });
  });

  it("is not anchored where the service gives other bytes under a block's name", async () => {
    const [first = "", second = ""] = stored;
    held.set(first, blocks.get(second) ?? new Uint8Array(0));
    await expect(check()).rejects.toMatchObject({ code: "tampered" });
  });

  it("is not anchored where it is not the file that was chosen, be it by one byte of the last chunk", async () => {
    const bytes = sampleBytes(SIZE);
    bytes[SIZE - 1] = (bytes[SIZE - 1] ?? 0) ^ 1;
    await expect(check(new Blob([bytes]))).rejects.toMatchObject({ code: "tampered", reason: "differs" });
  });
});
