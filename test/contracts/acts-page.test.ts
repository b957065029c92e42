// Somebody who writes another program from docs/acts-and-history.md: the page names every act, event and typed data there is.

import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { ledgerAbi, providerRegistryAbi } from "#protocol/contracts/index.ts";
import { actTable, actTypes } from "#protocol/typed-data/index.ts";

const page = new URL("../../docs/acts-and-history.md", import.meta.url);

const quoted = (word: string | null): string => (word === null ? "" : `\`${word}\``);

describe("Somebody who writes another program from the page of acts", () => {
  let text = "";
  let rows: string[][] = [];
  before(async () => {
    text = await readFile(page, "utf8");
    rows = text.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  });

  it("finds each act with its functions, its typed data, its actor and its event, as the table of acts has them", () => {
    for (const [name, entry] of Object.entries(actTable)) {
      const who = `${entry.actor}${entry.vaultMaySign ? " or vault account" : ""}`;
      const ways = [quoted(entry.plain), quoted(entry.signed), quoted(entry.primaryType)];
      const cells = entry.contract === "ledger" ? [entry.sort, ...ways, who] : [entry.sort, who];
      const found = rows.filter(([, first]) => first === quoted(name));
      expect(found, name).to.deep.equal([["", quoted(name), ...cells, quoted(entry.event), ""]]);
    }
  });

  it("finds every event of both contracts and every type that is signed", () => {
    const events = [...ledgerAbi, ...providerRegistryAbi].flatMap((item) => (item.type === "event" ? [item.name] : []));
    for (const event of new Set(events)) expect(text, event).to.include(quoted(event));
    for (const type of Object.keys(actTypes).filter((name) => name !== "Scope")) {
      expect(text, type).to.include(quoted(type));
    }
  });
});
