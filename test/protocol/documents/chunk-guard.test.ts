import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import { toHex, type Bytes } from "#protocol/bytes.ts";
import { createChunkGuard, encryptDocument, layoutOf, newDek, type NewDocument } from "#protocol/documents/index.ts";
import { ana, anaKey, document, failureOf, lena, place } from "../keys/samples.ts";
import { sampleBytes, sampleMetadata, streamOf } from "./samples.ts";

const chunkSize = 65_536;

/** What a device keeps of an upload: the DEK, and the fingerprints as they were recorded. */
function createRecord() {
  const dek = newDek();
  let known: Bytes = new Uint8Array(0);
  const record = async (index: number, fingerprint: Bytes) => {
    const longer = new Uint8Array(Math.max(known.length, (index + 1) * 32));
    longer.set(known);
    longer.set(fingerprint, index * 32);
    known = longer;
  };
  return { dek, known: () => known, guard: () => createChunkGuard({ dek, known, record }) };
}

function begin(
  plain: Uint8Array<ArrayBuffer>,
  record: ReturnType<typeof createRecord>,
  wish: Partial<NewDocument> = {},
) {
  const left: string[] = [];
  const done = encryptDocument({
    place,
    subject: ana,
    author: lena,
    subjectKey: anaKey.publicKey,
    source: new Blob([plain]),
    metadata: sampleMetadata(plain.length),
    document,
    resumable: { dek: record.dek, guard: record.guard() },
    chunkSize,
    onBlock: async ({ cid }) => void left.push(cid),
    ...wish,
  });
  return { left, done };
}

/** Begins an upload whose line dies after so many blocks. */
async function breakOff(plain: Uint8Array<ArrayBuffer>, record: ReturnType<typeof createRecord>, after: number) {
  const left: string[] = [];
  const { done } = begin(plain, record, {
    async onBlock({ cid }) {
      if (left.length >= after) throw new Error("the line is dead");
      left.push(cid);
    },
  });
  await expect(done).rejects.toThrow("the line is dead");
  return left;
}

describe("A person whose upload broke off", () => {
  it("goes on with the same file and gets the same blocks, also those that had left before", async () => {
    const plain = sampleBytes(700_000);
    const whole = createRecord();
    const sent = await breakOff(plain, whole, 4);
    const again = begin(plain, whole, { source: streamOf(plain, 7777) });
    const made = await again.done;
    expect(again.left.slice(0, 4)).toEqual(sent);
    expect(again.left).toContain(made.manifest.body.cid);
    const { chunks } = layoutOf(plain.length, chunkSize);
    expect(whole.known().length).toBe(chunks * 32);
  });

  it("is told when the file is another one, before anything of it is encrypted", async () => {
    const plain = sampleBytes(700_000);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 4 * (chunkSize - 16) - 1 }), async (at) => {
        const record = createRecord();
        const sent = await breakOff(plain, record, 4);
        const other = Uint8Array.from(plain);
        other[at] = (other[at] ?? 0) ^ 1;
        const again = begin(other, record);
        expect(await failureOf(() => again.done)).toBe("conflict/file-changed");
        // What left is what had left before: no chunk is out under this DEK with two contents.
        const outside = again.left.filter((cid) => !sent.includes(cid));
        expect(outside).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  it("never has a chunk encrypted twice with other content under one DEK, wherever it broke off and whatever comes back", async () => {
    // Every call of AES-GCM is watched: one key and one nonce must never meet two texts.
    const seen = new Map<string, string>();
    const { subtle } = crypto;
    const real = subtle.encrypt.bind(subtle);
    subtle.encrypt = async (algorithm, key, data) => {
      const plain = new Uint8Array(data as Bytes);
      const nonce = toHex((algorithm as AesGcmParams).iv as Bytes);
      const digest = toHex(new Uint8Array(await subtle.digest("SHA-256", plain)));
      if ((seen.get(nonce) ?? digest) !== digest) throw new Error("one nonce for two texts");
      seen.set(nonce, digest);
      return real(algorithm, key, data);
    };
    try {
      const size = fc.integer({ min: 1, max: 500_000 });
      const change = fc.option(fc.integer({ min: 0, max: 499_999 }), { nil: undefined });
      await fc.assert(
        fc.asyncProperty(size, fc.integer({ min: 0, max: 9 }), change, async (length, after, at) => {
          seen.clear();
          const record = createRecord();
          const plain = sampleBytes(length);
          await begin(plain, record, {
            onBlock: ((left) => async () => {
              if (left++ >= after) throw new Error("the line is dead");
            })(0),
          }).done.catch(() => undefined);
          const other = Uint8Array.from(plain);
          if (at !== undefined) other[at % length] = (other[at % length] ?? 0) ^ 1;
          const outcome = await begin(other, record).done.then(
            () => "done",
            (error: Error & { code?: string }) => error.code ?? error.message,
          );
          expect(["done", "conflict"]).toContain(outcome);
          if (at === undefined) expect(outcome).toBe("done");
        }),
        { numRuns: 40 },
      );
    } finally {
      subtle.encrypt = real;
    }
  });

  it("keeps nothing by which a guess of the content could be confirmed", async () => {
    const plain = sampleBytes(100_000);
    const [one, two] = [createRecord(), createRecord()];
    await begin(plain, one).done;
    await begin(plain, two).done;
    expect(toHex(one.known())).not.toBe(toHex(two.known()));
    const layout = layoutOf(plain.length, chunkSize);
    const first = new Uint8Array(await crypto.subtle.digest("SHA-256", plain.subarray(0, layout.plainChunk)));
    expect(toHex(one.known())).not.toContain(toHex(first).slice(2));
  });

  it("has each fingerprint on record before the chunk's ciphertext leaves", async () => {
    const order: string[] = [];
    const plain = sampleBytes(300_000);
    const dek = newDek();
    const guard = createChunkGuard({
      dek,
      async record(index) {
        await new Promise((resume) => setTimeout(resume, 5));
        order.push(`recorded ${index}`);
      },
    });
    let chunk = 0;
    await begin(plain, createRecord(), {
      resumable: { dek, guard },
      onBlock: async () => void order.push(`left ${chunk++}`),
    }).done;
    const { chunks } = layoutOf(plain.length, chunkSize);
    for (let index = 0; index < chunks; index++) {
      expect(order.indexOf(`recorded ${index}`)).toBeLessThan(order.indexOf(`left ${index}`));
    }
  });
});
