// What a file is, by its bytes. Rule: its name and what the sender says about it count for nothing.

import { fromUtf8, utf8 } from "../bytes.ts";
import { isFailure } from "../failure.ts";

/** A kind of file that may be added. */
export type FileType = { mediaType: string; extension: string; label: string };

const types = {
  pdf: { mediaType: "application/pdf", extension: "pdf", label: "PDF" },
  jpg: { mediaType: "image/jpeg", extension: "jpg", label: "JPEG photo" },
  png: { mediaType: "image/png", extension: "png", label: "PNG image" },
  txt: { mediaType: "text/plain", extension: "txt", label: "Text" },
  doc: { mediaType: "application/msword", extension: "doc", label: "Word document (97-2003)" },
  docx: {
    mediaType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    extension: "docx",
    label: "Word document",
  },
  fhir: { mediaType: "application/fhir+json", extension: "json", label: "FHIR resource" },
} satisfies Record<string, FileType>;

/** All kinds of files that may be added. */
export const fileTypes: readonly FileType[] = Object.values(types);

/** How many first bytes are enough for `detectType`. */
export const HEAD_BYTES = 65_536;

const startsWith = (bytes: Uint8Array, ...start: number[]): boolean => start.every((byte, at) => bytes[at] === byte);

function contains(bytes: Uint8Array, wanted: Uint8Array): boolean {
  const first = wanted[0] ?? 0;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, offset) => bytes[at + offset] === byte)) return true;
  }
  return false;
}

const utf16 = (text: string): Uint8Array => Uint8Array.from([...text].flatMap((letter) => [letter.charCodeAt(0), 0]));

/** The text of whole or cut-off UTF-8 without control characters; null for anything else. */
function asText(bytes: Uint8Array, whole: boolean): string | null {
  // A character that the end cut in two is no reason to refuse: up to three bytes of it may be there.
  for (let cut = 0; cut <= (whole ? 0 : 3); cut++) {
    try {
      const text = fromUtf8(bytes.subarray(0, bytes.length - cut));
      // C0 controls but tab, line feed, form feed, carriage return; and delete.
      return /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/.test(text) ? null : text;
    } catch (error) {
      if (!isFailure(error, "bad-input")) throw error;
    }
  }
  return null;
}

function isFhir(text: string): boolean {
  if (!/^\s*\{/.test(text)) return false;
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ""));
    return (
      typeof value === "object" &&
      value !== null &&
      "resourceType" in value &&
      typeof value.resourceType === "string" &&
      /^[A-Z][A-Za-z]+$/.test(value.resourceType)
    );
  } catch {
    return false; // JSON that does not parse is text
  }
}

/**
 * What the file is, or null for a kind that may not be added. `head` holds its first bytes (`HEAD_BYTES`, or all that
 * there are); `whole` the whole file where it is at hand: FHIR and old Word files are told from it.
 */
export function detectType(head: Uint8Array, whole?: Uint8Array): FileType | null {
  const all = whole ?? head;
  if (all.length === 0) return null;
  if (startsWith(head, 0x25, 0x50, 0x44, 0x46, 0x2d)) return types.pdf; // %PDF-
  if (startsWith(head, 0xff, 0xd8, 0xff)) return types.jpg;
  if (startsWith(head, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return types.png;
  // An OLE compound file is Word's where it has a stream of this name ([MS-CFB], [MS-DOC] 2.1).
  if (startsWith(head, 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)) {
    return contains(all, utf16("WordDocument")) ? types.doc : null;
  }
  // A ZIP is a Word document where it has this part (ECMA-376); one with macros is not.
  if (startsWith(head, 0x50, 0x4b, 0x03, 0x04)) {
    const isWord = contains(all, utf8("word/")) && contains(all, utf8("[Content_Types].xml"));
    return isWord && !contains(all, utf8("vbaProject.bin")) ? types.docx : null;
  }
  const text = asText(all, whole !== undefined || head.length < HEAD_BYTES);
  if (text === null) return null;
  return isFhir(text) ? types.fhir : types.txt;
}
