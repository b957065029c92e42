import { describe, expect, it } from "vitest";
import { linkFor, readWhom } from "../../../app/src/lib/asking/whom.ts";

const ana = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const ben = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";

describe("A provider who pastes whom to ask", () => {
  it("may paste an address in any case, with anything around it", () => {
    for (const text of [ana, ana.toLowerCase(), `  ${ana}\n`, `Ana: ${ana}.`, `ethereum:${ana}`]) {
      expect(readWhom(text)).toBe(ana);
    }
  });

  it("may paste the patient's link", () => {
    expect(readWhom(linkFor("https://placet.example", ana))).toBe(ana);
  });

  it("is not understood when a letter of a checksummed address is wrong", () => {
    expect(readWhom(ana.replace("CdDd", "CdDD"))).toBeUndefined();
  });

  it("is not understood with two people at once, a hash, or none", () => {
    expect(readWhom(`${ana} ${ben}`)).toBeUndefined();
    expect(readWhom(`0x${"ab".repeat(32)}`)).toBeUndefined();
    expect(readWhom("Ana Silva")).toBeUndefined();
  });
});
