// The patient's own copy: a CAR file that any IPFS node reads, and that is refused when it is none or was damaged.

import fc from "fast-check";
import { CID } from "multiformats/cid";
import { describe, expect, it } from "vitest";
import { concat, fromHex, toHex } from "#protocol/bytes.ts";
import { carHeader, carPrefix, cidOfBlock, readCar, type Block } from "#protocol/documents/index.ts";
import { sampleBytes } from "./samples.ts";

const sourceOf = (bytes: Uint8Array) => ({
  size: bytes.length,
  read: async (start: number, end: number) => bytes.subarray(start, end),
});
async function readAll(bytes: Uint8Array): Promise<Block[]> {
  const found: Block[] = [];
  for await (const block of readCar(sourceOf(bytes))) found.push(block);
  return found;
}
async function blockOf(bytes: Uint8Array<ArrayBuffer>): Promise<Block> {
  return { cid: await cidOfBlock(bytes), bytes };
}
const fileOf = (blocks: readonly Block[]) =>
  concat(
    carHeader(blocks.slice(0, 1).map(({ cid }) => cid)),
    ...blocks.flatMap(({ cid, bytes }) => [carPrefix(cid, bytes.length), bytes]),
  );

describe("A patient's own copy", () => {
  it("begins with the header that the standard asks for, however many roots there are", async () => {
    const { cid } = await blockOf(sampleBytes(10));
    // CBOR as CARv1 has it: a map of "roots", each link tag 42 and 37 bytes, and of "version", 1.
    const link = `d82a582500${toHex(CID.parse(cid).bytes).slice(2)}`;
    const counts: Record<number, string> = { 1: "81", 23: "97", 24: "9818", 255: "98ff", 256: "990100" };
    for (const [count, array] of Object.entries(counts)) {
      const words = `a265726f6f7473${array}${link.repeat(Number(count))}6776657273696f6e01`;
      const header = toHex(carHeader(Array.from({ length: Number(count) }, () => cid)));
      expect(header.endsWith(words), count).toBe(true);
      expect(await readAll(fromHex(header))).toEqual([]);
    }
  });

  it("gives back every block as it was, in order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 8 }), async (sizes) => {
        const blocks = await Promise.all(sizes.map((size) => blockOf(sampleBytes(size))));
        expect(await readAll(fileOf(blocks))).toEqual(blocks);
      }),
      { numRuns: 20 },
    );
  });

  it("is refused where it was cut short, damaged or is something else, and no bad block comes out", async () => {
    const blocks = await Promise.all([300, 70_000, 50].map((size) => blockOf(sampleBytes(size))));
    const file = fileOf(blocks);
    for (const end of [0, 1, 20, 100, file.length - 1])
      await expect(readAll(file.subarray(0, end)), String(end)).rejects.toMatchObject({ code: "bad-input" });
    const damaged = file.slice();
    damaged[file.length - 5] = (damaged[file.length - 5] ?? 0) ^ 1;
    await expect(readAll(damaged)).rejects.toMatchObject({ code: "tampered" });
    await expect(readAll(sampleBytes(5_000))).rejects.toMatchObject({ code: "bad-input" });
  });
});
