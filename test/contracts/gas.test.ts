// Whoever pays: what every act costs is a committed number. `UPDATE_GAS=1 hardhat test mocha test/contracts/gas.test.ts`
// writes the numbers anew; a change of them is then seen in review.

import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { artifacts } from "hardhat";
import { measureGas } from "./support/gas.ts";
import { setStage } from "./support/stage.ts";

const snapshotFile = new URL("./gas-snapshot.json", import.meta.url);

/** What the acts may cost at most, whatever the snapshot says. */
const ceilings: Record<string, number> = {
  grant: 67_000,
  grantFirst: 90_000,
  grantBatch10: 340_000,
  renew: 47_000,
  replace: 76_000,
  revoke: 36_500,
  revokeSigned: 44_000,
  request: 32_500,
  anchor: 54_000,
  file: 57_500,
  book: 59_500,
  confirm: 42_000,
};

/** Each way of ending beside the way of opening that it must not cost more than. */
const pairs: [ends: string, opens: string][] = [
  ["revoke", "grant"],
  ["revokeSigned", "grant"],
  ["revokeFirst", "grantFirst"],
  ["revokeBatch10", "grantBatch10"],
  ["revokeBatch10Signed", "grantBatch10"],
  ["revokeArmed", "arm"],
  ["revokeMandate", "appoint"],
  ["revokeByProxy", "grantByProxy"],
];

/** Runtime code, in bytes: the chain's limit for the two halves of the ledger, our own for the registry. */
const sizeLimits = { Ledger: 24_576, LedgerExtension: 24_576, ProviderRegistry: 6_000 };

describe("Whoever pays for an act", () => {
  const stage = setStage();

  it("pays exactly what the committed snapshot says, and no more than was promised", async () => {
    const measured = { gas: await measureGas(stage), runtimeBytes: await measureSizes() };
    if (process.env["UPDATE_GAS"] === "1") await writeFile(snapshotFile, `${JSON.stringify(measured, null, 2)}\n`);
    expect(measured).to.deep.equal(JSON.parse(await readFile(snapshotFile, "utf8")));
    for (const [act, ceiling] of Object.entries(ceilings)) expect(measured.gas[act], act).to.be.at.most(ceiling);
  });

  it("pays less to revoke than to grant, in each way", async () => {
    const gas = await measureGas(stage);
    for (const [ends, opens] of pairs) expect(gas[ends], `${ends} beside ${opens}`).to.be.lessThan(gas[opens] ?? 0);
  });

  it("meets contracts that are small enough to be deployed", async () => {
    const sizes = await measureSizes();
    for (const [name, limit] of Object.entries(sizeLimits)) expect(sizes[name], name).to.be.lessThan(limit);
  });
});

async function measureSizes(): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const name of Object.keys(sizeLimits)) {
    const { deployedBytecode } = await artifacts.readArtifact(name);
    sizes[name] = (deployedBytecode.length - 2) / 2;
  }
  return sizes;
}
