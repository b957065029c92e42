import { describe, expect, it, onTestFinished } from "vitest";
import {
  collect,
  createDigester,
  encryptDocument,
  openDocument,
  readBody,
  serveDigests,
  verifyBlock,
  type Digester,
} from "#protocol/documents/index.ts";
import { serveThread, type ThreadPort } from "#protocol/threads.ts";
import { ana, anaKey, failureOf, lena, place } from "../keys/samples.ts";
import { sampleBytes, sampleMetadata } from "./samples.ts";

/** A digester whose other end runs `serve`. */
function digestBy(serve: (port: ThreadPort) => void): Digester {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  for (const port of [port1, port2]) port.start();
  serve(port2);
  return createDigester(port1);
}

async function add(plain: Uint8Array<ArrayBuffer>, digester: Digester) {
  const blocks = new Map<string, Uint8Array>();
  const made = await encryptDocument({
    place,
    subject: ana,
    author: lena,
    subjectKey: anaKey.publicKey,
    source: new Blob([plain]),
    metadata: sampleMetadata(plain.length),
    chunkSize: 65_536,
    digester,
    async onBlock({ cid, bytes }) {
      await verifyBlock(cid, bytes);
      blocks.set(cid, bytes);
    },
  });
  const fetchBlock = async (cid: string) => blocks.get(cid) ?? new Uint8Array(0);
  return { ...made, fetchBlock };
}

describe("A patient whose blocks are hashed by another thread", () => {
  it("gets the same names for them, and the document back whole", async () => {
    // More than one of the stretches in which a file is read, and an end within a chunk.
    const plain = sampleBytes(4_500_001);
    const { manifest, dek, fetchBlock } = await add(plain, digestBy(serveDigests));
    const back = await collect(readBody(openDocument(manifest, dek), { fetchBlock, owned: true }));
    expect(Buffer.compare(back, plain)).toBe(0);
  });

  it("is told when that thread dies, instead of waiting", async () => {
    let asked = 0;
    const dying = digestBy((port) => serveThread(port, () => Promise.reject(new Error(`dead after ${(asked += 1)}`))));
    expect(await failureOf(() => add(sampleBytes(1_000_000), dying))).toBe("internal/thread");
    expect(asked).toBeGreaterThan(0);
  });
});
