// Small ZIP archives and Word documents, made by hand so that they can be wrong on purpose.
import { deflateRawSync, crc32 } from "node:zlib";

/** A file in an archive. `claims` is how long the archive says that it is, where that is not the truth. */
export type Entry = { name: string; bytes: Uint8Array; claims?: number };

/** A ZIP archive of these entries. */
export function makeZip(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, bytes, claims = bytes.length } of entries) {
    const packed = deflateRawSync(bytes);
    const label = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4); // deflate
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(claims, 18);
    fields.writeUInt16LE(label.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, label, packed]);
    const entry = Buffer.alloc(46);
    entry.write("PK\x01\x02", "latin1");
    entry.writeUInt16LE(20, 4);
    fields.copy(entry, 6);
    entry.writeUInt32LE(at, 42);
    directory.push(entry, label);
    parts.push(local);
    at += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Uint8Array.from(Buffer.concat([...parts, list, end]));
}

const NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

/** A Word document with this body; `before` stands in front of it, `more` are further parts. */
export function makeDocx(options: { body: string; before?: string; more?: readonly Entry[] }): Uint8Array<ArrayBuffer> {
  const { body, before = "", more = [] } = options;
  const xml = `<?xml version="1.0"?>${before}<w:document xmlns:w="${NAMESPACE}"><w:body>${body}</w:body></w:document>`;
  const types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>';
  return makeZip([
    { name: "[Content_Types].xml", bytes: Buffer.from(types) },
    { name: "word/document.xml", bytes: Buffer.from(xml) },
    ...more,
  ]);
}
