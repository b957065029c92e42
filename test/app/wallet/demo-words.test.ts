import { describe, expect, test } from "vitest";
import { describeTyped } from "../../../app/src/lib/wallet/demo/plain-words.ts";

const typed = {
  domain: {
    name: "Placet",
    version: "1",
    chainId: 31337,
    verifyingContract: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
  },
  primaryType: "Grant",
  message: {
    scope: {
      sentence: "This consent covers your lab results, for treatment.",
      categories: ["labs"],
      documents: [],
      salt: "0x01",
    },
    subject: "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    mayRead: true,
    mayAdd: false,
    until: "1798221600",
    version: 0,
  },
};

describe("A person before the demo wallet's window", () => {
  const view = describeTyped(typed, { showTime: (seconds) => `time ${seconds}` });

  test("reads the sentence first, and who asks", () => {
    expect(view.sentence).toBe("This consent covers your lab results, for treatment.");
    expect(view).toMatchObject({ act: "grant", application: "Placet 1", network: "31337" });
  });

  test("sees every field that is signed, in plain words", () => {
    const shown = Object.fromEntries(view.fields.map((field) => [field.name, field.value]));
    expect(shown).toMatchObject({
      "may read": "yes",
      "may add": "no",
      until: "time 1798221600",
      categories: "labs",
      documents: "none",
      salt: "0x01",
      version: "0",
    });
    expect(view.fields.map((field) => field.name)).toContain("sentence");
  });

  test("is not broken by nonsense", () => {
    expect(describeTyped("nonsense", { showTime: String }).fields).toEqual([]);
  });
});
