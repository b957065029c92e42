// Whoever pays: what every act costs is a committed number. `UPDATE_GAS=1 hardhat test mocha test/contracts/gas.test.ts`
// writes the numbers anew; a change of them is then seen in review.

import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { artifacts } from "hardhat";
import { goals, sizeGoals } from "#scripts/bench/gas/goals.ts";
import { measureGas } from "./support/gas.ts";
import { setStage } from "./support/stage.ts";

const page = new URL("../../docs/gas.md", import.meta.url);
const snapshotFile = new URL("./gas-snapshot.json", import.meta.url);

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

describe("Whoever pays for an act", () => {
  const stage = setStage();

  it("pays exactly what the committed snapshot says, and no more than was promised", async () => {
    const measured = { gas: await measureGas(stage), runtimeBytes: await measureSizes() };
    if (process.env["UPDATE_GAS"] === "1") await writeFile(snapshotFile, `${JSON.stringify(measured, null, 2)}\n`);
    expect(measured).to.deep.equal(JSON.parse(await readFile(snapshotFile, "utf8")));
    for (const [act, ceiling] of Object.entries(goals)) expect(measured.gas[act], act).to.be.at.most(ceiling);
  });

  it("pays less to revoke than to grant, in each way", async () => {
    const gas = await measureGas(stage);
    for (const [ends, opens] of pairs) expect(gas[ends], `${ends} beside ${opens}`).to.be.lessThan(gas[opens] ?? 0);
  });

  it("reads in docs/gas.md what the snapshot holds and what was promised, of every act with a goal", async () => {
    const { gas, runtimeBytes } = JSON.parse(await readFile(snapshotFile, "utf8")) as Record<string, Numbers>;
    const own: Numbers = { ...gas, ...runtimeBytes };
    const limits: Numbers = { ...goals, ...sizeGoals };
    const rows = (await readFile(page, "utf8")).split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
    const found = rows.filter(([, name = ""]) => own[name] !== undefined);
    for (const [, name = "", measured, limit] of found) {
      expect([name, measured, limit]).to.deep.equal([name, written(own[name]), written(limits[name])]);
    }
    expect(found.map(([, name]) => name)).to.include.members(Object.keys(limits));
  });

  it("meets contracts that are small enough to be deployed", async () => {
    const sizes = await measureSizes();
    for (const [name, limit] of Object.entries(sizeGoals)) expect(sizes[name], name).to.be.lessThan(limit);
  });
});

type Numbers = Partial<Record<string, number>>;

const written = (amount: number | undefined): string => amount?.toLocaleString("en-US") ?? "";

async function measureSizes(): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const name of Object.keys(sizeGoals)) {
    const { deployedBytecode } = await artifacts.readArtifact(name);
    sizes[name] = (deployedBytecode.length - 2) / 2;
  }
  return sizes;
}
