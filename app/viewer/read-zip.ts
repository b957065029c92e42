// One entry out of a ZIP archive (APPNOTE 6.3), unpacked by the browser. Rule: how much comes out is bounded whatever the
// archive says of itself: a bomb is stopped when it has grown too large, not when it is over.

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const MOST_ENTRIES = 5_000;

/** The bytes of the entry with this name; undefined where there is none. Throws for a damaged archive or a bomb. */
export async function readZipEntry(
  archive: Uint8Array<ArrayBuffer>,
  options: { name: string; mostBytes: number },
): Promise<Uint8Array | undefined> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  if (count > MOST_ENTRIES) throw new Error("Too many entries.");
  let at = view.getUint32(end + 16, true);
  for (let entry = 0; entry < count; entry++) {
    if (view.getUint32(at, true) !== CENTRAL) throw new Error("Not a ZIP archive.");
    const [method, packed] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true)];
    const [nameLength, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as Triple;
    const name = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameLength));
    const local = view.getUint32(at + 42, true);
    at += 46 + nameLength + extra + comment;
    if (name !== options.name) continue;
    if (view.getUint32(local, true) !== LOCAL) throw new Error("Not a ZIP archive.");
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const bytes = archive.subarray(start, start + packed);
    if (method === 0) return bytes.length <= options.mostBytes ? bytes : tooMuch();
    if (method === 8) return inflate(bytes, options.mostBytes);
    throw new Error("Packed in an unknown way.");
  }
  return undefined;
}

type Triple = [number, number, number];

function tooMuch(): never {
  throw new Error("More comes out of this archive than a document holds.");
}

function findEnd(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 65_557); at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new Error("Not a ZIP archive.");
}

async function inflate(packed: Uint8Array<ArrayBuffer>, mostBytes: number): Promise<Uint8Array> {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    length += step.value.length;
    if (length > mostBytes) {
      await reader.cancel();
      return tooMuch();
    }
    parts.push(step.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
