import { describe, expect, it } from "vitest";
import { safeFileName } from "#app/documents/save-file.ts";

describe("A person who saves a document whose name was made to deceive", () => {
  it.each([
    ["photo\u202Egpj.exe", "photo_gpj.exe"],
    ["report\u2066fdp\u2069.scr", "report_fdp_.scr"],
    ["../../.bashrc", "_.._.bashrc"],
    ["C:\\Windows\\notepad.exe", "C__Windows_notepad.exe"],
    [".hidden", "hidden"],
    ["con.pdf", "_con.pdf"],
    ["a\u0000b\nc.pdf", "a_b_c.pdf"],
    ["trailing. . .", "trailing"],
    ["\u200b", "_"],
    ["", "document"],
    ["Blutbild März 2026.pdf", "Blutbild März 2026.pdf"],
  ])("gets %j as a name that reads as what it is", (name, safe) => {
    expect(safeFileName(name)).toBe(safe);
  });
});
