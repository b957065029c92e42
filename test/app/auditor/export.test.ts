import { describe, expect, it } from "vitest";
import { toCsv, toJson } from "#app/auditor/export.ts";

const row = {
  contract: "ledger" as const,
  block: 12,
  blockHash: "0xaa",
  time: 1_800_000_000,
  tx: "0xbb",
  logIndex: 3,
  account: "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
  act: "Granted",
  args: { subject: "0x01" },
  headBefore: "0x00",
  headAfter: "0x01",
};

describe("An auditor who takes the trail away", () => {
  it("gets one line a row, with the time as every program reads it", () => {
    const [header, line, end] = toCsv([row]).split("\r\n");
    expect(header).toBe("time,block,tx,logIndex,contract,account,act,args,headBefore,headAfter");
    expect(line).toContain("2027-01-15T08:00:00.000Z,12,0xbb,3,ledger,");
    expect(line).toContain('"{""subject"":""0x01""}"');
    expect(end).toBe("");
  });

  it("is not attacked by a cell that a spreadsheet would run", () => {
    for (const act of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]) {
      expect(toCsv([{ ...row, act }])).toMatch(/,"?'/);
    }
  });

  it("gets numbers of any size in JSON", () => {
    expect(JSON.parse(toJson({ head: 2n ** 200n }))).toEqual({ head: (2n ** 200n).toString() });
  });
});
