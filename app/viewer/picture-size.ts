// How many pixels a picture says it has, from its first bytes: a few KiB can unpack to gigabytes, so that is asked before
// anything decodes them.

/** Width times height of a PNG (its IHDR) or a JPEG (its frame header); undefined where it says neither. */
export function countPixels(bytes: Uint8Array, mediaType: "image/jpeg" | "image/png"): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (mediaType === "image/png") return bytes.length < 24 ? undefined : view.getUint32(16) * view.getUint32(20);
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    // Start of frame: C0 to CF, but for the tables C4, C8 and CC (ITU-T T.81, table B.1).
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return view.getUint16(at + 5) * view.getUint16(at + 7);
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}
