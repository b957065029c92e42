import { describe, expect, it } from "vitest";
import { concat, utf8 } from "#protocol/bytes.ts";
import { detectType, HEAD_BYTES } from "#protocol/documents/index.ts";

const kind = (bytes: Uint8Array, whole?: Uint8Array) => detectType(bytes, whole)?.extension ?? null;
const zip = (...names: string[]) =>
  concat(Uint8Array.of(0x50, 0x4b, 3, 4), ...names.map((name) => utf8(`....${name}....`)));
const ole = Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1);

describe("A person who adds a file", () => {
  it("has it recognised by its content", () => {
    expect(kind(utf8("%PDF-1.7\n"))).toBe("pdf");
    expect(kind(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16))).toBe("jpg");
    expect(kind(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0))).toBe("png");
    expect(kind(utf8("Fièvre, 38,5 °C\r\n\tعربي"))).toBe("txt");
    expect(kind(concat(ole, new Uint8Array(504), Buffer.from("WordDocument", "utf16le")))).toBe("doc");
    expect(kind(zip("[Content_Types].xml", "_rels/.rels", "word/document.xml"))).toBe("docx");
    expect(kind(utf8('{"resourceType":"Patient"}'))).toBe("json");
  });

  it("is refused what is none of these, whatever it is called", () => {
    expect(kind(new Uint8Array(0))).toBeNull();
    expect(kind(concat(utf8("text"), Uint8Array.of(0), utf8("more")))).toBeNull();
    expect(kind(Uint8Array.of(0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0))).toBeNull();
    expect(kind(Uint8Array.of(0x4d, 0x5a, 0x90, 0x00))).toBeNull();
    expect(kind(utf8("\u001b[2Jterminal"))).toBeNull();
    expect(kind(concat(ole, new Uint8Array(504)))).toBeNull();
    expect(kind(zip("[Content_Types].xml", "xl/workbook.xml"))).toBeNull();
    expect(kind(zip("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"))).toBeNull();
    expect(kind(Uint8Array.of(0xff, 0xfe, 0x41, 0x00))).toBeNull();
  });

  it("has a page or a drawing with scripts in it treated as plain text", () => {
    expect(kind(utf8("<html><script>alert(1)</script>"))).toBe("txt");
    expect(kind(utf8('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'))).toBe("txt");
    expect(kind(utf8('{"resourceType":"Patient"'))).toBe("txt");
    expect(kind(utf8("x%PDF-1.7"))).toBe("txt");
  });

  it("may have a letter cut in two at the end of the first bytes", () => {
    const long = utf8("é".repeat(HEAD_BYTES));
    expect(kind(long.subarray(1, 1 + HEAD_BYTES))).toBeNull(); // cut at the front: no text
    expect(kind(concat(utf8("a"), long).subarray(0, HEAD_BYTES))).toBe("txt");
    const whole = concat(utf8('{"resourceType":"Bundle","x":"'), new Uint8Array(HEAD_BYTES).fill(97), utf8('"}'));
    expect(kind(whole.subarray(0, HEAD_BYTES))).toBe("txt");
    expect(kind(whole.subarray(0, HEAD_BYTES), whole)).toBe("json");
  });
});
