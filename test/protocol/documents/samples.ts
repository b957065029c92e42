// Bodies and metadata that the tests of documents share.

import type { Metadata } from "#protocol/documents/index.ts";

/** `size` bytes that repeat nowhere within a chunk. */
export function sampleBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let state = 1;
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}

/** A stream of bytes in pieces of the given size. */
export function streamOf(bytes: Uint8Array, piece = 65_536): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(Uint8Array.from(bytes.subarray(at, at + piece)));
      at += piece;
    },
  });
}

/** A laboratory report's description. */
export function sampleMetadata(size: number): Metadata {
  return {
    category: "labs",
    title: "Blood count",
    fileName: "blood-count.pdf",
    mediaType: "application/pdf",
    size,
    recordedOn: "2026-11-03",
    addedAt: 1_794_300_000,
    tags: ["fasting"],
    fhir: '{"resourceType":"Observation","valueQuantity":{"value":1.50}}',
  };
}
