import { createCipheriv } from "node:crypto";
import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import { concat, equalBytes, fromBase64Url, sha256, toHex } from "#protocol/bytes.ts";
import { decryptChunks, encryptChunks, layoutOf, paddedSize, padme } from "#protocol/documents/index.ts";
import { failureOf, filled, flip } from "../keys/samples.ts";
import vectors from "../../vectors/documents-body.json" with { type: "json" };
import { sampleBytes, streamOf } from "./samples.ts";

const bodyKey = filled(7);
const chunkSize = 65_536;
const plainChunk = chunkSize - 16;

async function gather(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return concat(...all);
}
const encrypt = (plain: Uint8Array, options: { piece?: number; key?: Uint8Array; size?: number } = {}) => {
  const { piece, key = bodyKey, size = plain.length } = options;
  const source = piece === undefined ? new Blob([Uint8Array.from(plain)]) : streamOf(plain, piece);
  return gather(encryptChunks({ bodyKey: key, size, chunkSize, source, finish: (chunk) => chunk }));
};
const readFrom = (cipher: Uint8Array) => async (from: number, to: number) => cipher.slice(from, to);
const decrypt = (cipher: Uint8Array, size: number, key = bodyKey) =>
  gather(decryptChunks({ bodyKey: key, size, chunkSize, read: readFrom(cipher) }));

/** What comes out before the body fails, and how it fails. */
async function readUntilFailure(cipher: Uint8Array, size: number): Promise<{ shown: number; failure: string }> {
  let shown = 0;
  const failure = await failureOf(async () => {
    for await (const part of decryptChunks({ bodyKey, size, chunkSize, read: readFrom(cipher) })) shown += part.length;
  });
  return { shown, failure };
}

describe("The size of a document on IPFS", () => {
  it("is Padme's: at most 12 % more, with all but a few top bits zero", () => {
    // Worked by hand from the formula of Nikitin et al. 2019.
    expect([9, 10, 100, 1000, 1_000_000, 1_000_001].map(padme)).toEqual([10, 10, 104, 1024, 1_015_808, 1_015_808]);
    fc.assert(
      fc.property(fc.integer({ min: 4097, max: 2 ** 40 }), (size) => {
        const padded = paddedSize(size);
        expect(padded).toBeGreaterThanOrEqual(size);
        expect(padded % 4096).toBe(0);
        expect(padded).toBeLessThanOrEqual((size + 4096) * 1.12);
        expect(paddedSize(padded)).toBe(padded);
      }),
    );
    expect(paddedSize(0)).toBe(4096);
  });
});

describe("A patient who encrypts a document", () => {
  it("gets it back whole, whatever its size and however it arrives", async () => {
    const sizes = fc.oneof(
      fc.integer({ min: 0, max: 5000 }),
      fc.constantFrom(plainChunk - 1, plainChunk, plainChunk + 1, 2 * plainChunk, 3 * plainChunk + 7),
    );
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.option(fc.integer({ min: 1000, max: 200_000 }), { nil: undefined }),
        async (size, piece) => {
          const plain = sampleBytes(size);
          const cipher = await encrypt(plain, piece === undefined ? {} : { piece });
          expect(cipher.length).toBe(layoutOf(size, chunkSize).bodySize);
          expect(await decrypt(cipher, size)).toEqual(plain);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("gets the frozen bytes, which another implementation of AES-GCM makes too", async () => {
    const plain = sampleBytes(vectors.size);
    const cipher = await encrypt(plain);
    expect(toHex(sha256(cipher))).toBe(vectors.sha256);
    expect(cipher.slice(0, 64)).toEqual(fromBase64Url(vectors.first64));
    const { padded, chunks } = layoutOf(plain.length, chunkSize);
    const whole = concat(plain, new Uint8Array(padded - plain.length));
    const parts: Uint8Array[] = [];
    for (let index = 0; index < chunks; index++) {
      const nonce = Buffer.alloc(12);
      nonce.writeUInt32BE(index, 7);
      nonce[11] = index === chunks - 1 ? 1 : 0;
      const aes = createCipheriv("aes-256-gcm", bodyKey, nonce);
      parts.push(
        aes.update(whole.subarray(index * plainChunk, (index + 1) * plainChunk)),
        aes.final(),
        aes.getAuthTag(),
      );
    }
    expect(concat(...parts)).toEqual(cipher);
  });

  it("is told when the file changed while it was read", async () => {
    for (const piece of [undefined, 1000]) {
      for (const size of [4999, 5001, 100_000]) {
        const reading = () => encrypt(sampleBytes(5000), { size, ...(piece === undefined ? {} : { piece }) });
        expect(await failureOf(reading)).toBe("conflict/file-changed");
      }
    }
  });

  it("may read a part without the rest", async () => {
    const size = 3 * plainChunk + 77;
    const plain = sampleBytes(size);
    const cipher = await encrypt(plain);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: size }), fc.integer({ min: 0, max: size }), async (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        let asked = 0;
        const read = async (from: number, to: number) => {
          asked += to - from;
          return cipher.slice(from, to);
        };
        const part = await gather(decryptChunks({ bodyKey, size, chunkSize, start, end, read }));
        expect(equalBytes(part, plain.slice(start, end))).toBe(true);
        expect(asked).toBeLessThanOrEqual(end - start + 2 * chunkSize);
      }),
      { numRuns: 30 },
    );
    const read = async (from: number, to: number) => flip(cipher.slice(from, to), 3);
    const part = (start: number, end: number) =>
      failureOf(() => gather(decryptChunks({ bodyKey, size, chunkSize, start, end, read })));
    expect(await part(1, 2)).toBe("tampered");
    expect(await part(1, size + 1)).toBe("bad-input");
    expect(await part(-1, 1)).toBe("bad-input");
  });
});

describe("A host who alters a body", () => {
  const size = 3 * plainChunk + 100;
  const plain = sampleBytes(size);
  const chunk = (cipher: Uint8Array, index: number) => cipher.subarray(index * chunkSize, (index + 1) * chunkSize);

  it("is found out at the chunk that was touched, before a byte of it is shown", async () => {
    const cipher = await encrypt(plain);
    for (const [at, before] of [
      [0, 0],
      [plainChunk, 0], // in the first chunk's tag
      [chunkSize, 1],
      [2 * chunkSize + 500, 2],
      [cipher.length - 1, 3],
    ] as const) {
      expect(await readUntilFailure(flip(cipher, at), size)).toEqual({
        shown: before * plainChunk,
        failure: "tampered",
      });
    }
  });

  it("is found out cutting, at a chunk's border or anywhere", async () => {
    const cipher = await encrypt(plain);
    expect((await readUntilFailure(cipher.slice(0, 2 * chunkSize), size)).failure).toBe("tampered/truncated");
    expect((await readUntilFailure(cipher.slice(0, 2 * chunkSize + 40), size)).failure).toBe("tampered/truncated");
    expect((await readUntilFailure(cipher.slice(0, cipher.length - 1), size)).failure).toBe("tampered/truncated");
    expect((await readUntilFailure(new Uint8Array(0), size)).failure).toBe("tampered/truncated");
    // Even with a size that fits the cut: the last chunk of the cut does not say that it is last.
    const shorter = 2 * plainChunk - 8192;
    expect(layoutOf(shorter, chunkSize).chunks).toBe(2);
    expect((await readUntilFailure(cipher.slice(0, 2 * chunkSize), shorter)).failure).toBe("tampered");
  });

  it("is found out adding, moving, doubling or splicing chunks", async () => {
    const cipher = await encrypt(plain);
    const [a, b, c, d] = [chunk(cipher, 0), chunk(cipher, 1), chunk(cipher, 2), cipher.subarray(3 * chunkSize)];
    const other = await encrypt(sampleBytes(size).reverse());
    expect(await readUntilFailure(concat(b, a, c, d), size)).toEqual({ shown: 0, failure: "tampered" });
    expect(await readUntilFailure(concat(a, a, c, d), size)).toEqual({ shown: plainChunk, failure: "tampered" });
    expect(await readUntilFailure(concat(a, c, d), size)).toEqual({
      shown: plainChunk,
      failure: "tampered",
    });
    // The same place of another document under another key: what a splice really is.
    const foreign = await encrypt(plain, { key: filled(8) });
    expect(await readUntilFailure(concat(a, chunk(foreign, 1), c, d), size)).toEqual({
      shown: plainChunk,
      failure: "tampered",
    });
    expect(other.length).toBe(cipher.length);
  });

  it("has nothing shown with another key, or with another size than the true one", async () => {
    const cipher = await encrypt(plain);
    expect(await failureOf(() => decrypt(cipher, size, filled(8)))).toBe("tampered");
    expect(await failureOf(() => decrypt(cipher, size - 1))).toBe("tampered/padding");
    expect(await decrypt(cipher, size)).toEqual(plain);
  });

  it("cannot ask for chunks of a size that would fill the memory", async () => {
    expect(await failureOf(() => layoutOf(1, 1024))).toBe("bad-input");
    expect(await failureOf(() => layoutOf(1, 2 ** 30))).toBe("bad-input");
    expect(await failureOf(() => paddedSize(-1))).toBe("bad-input");
  });
});
