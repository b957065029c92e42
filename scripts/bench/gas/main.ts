// `npm run bench:gas`: the ledger and its peers' own code on one chain, compiled by one compiler with one set of
// settings, in one run. Exits with an error when the ledger misses a goal. `-- --json` prints numbers only.

import { artifacts } from "hardhat";
import { measureGas } from "../../../test/contracts/support/gas.ts";
import { startStage } from "../../../test/contracts/support/stage.ts";
import { buildContracts } from "../../build/contracts.ts";
import { tellFailure } from "../../build/tell-failure.ts";
import { compilePeers } from "./compile.ts";
import { alsoMeasured, goals, sizeGoals } from "./goals.ts";
import { measureEas, measureFloor, measureOpenZeppelin, measureSolady } from "./measure-peers.ts";
import { installPeers, peerVersions } from "./peers.ts";
import { findMissed, renderTable, type Report } from "./table.ts";

await tellFailure(async () => {
  const asJson = process.argv.includes("--json");
  await buildContracts({ writesAbis: false });
  const report = await measure();
  if (asJson) console.log(JSON.stringify(report, null, 2));
  else {
    const peers = Object.entries(peerVersions).map(([name, version]) => `${name} ${version}`);
    console.log(`solc 0.8.37, viaIR, 200 runs, osaka; ${peers.join(", ")}, @openzeppelin/contracts as installed.`);
    console.log(`\n${renderTable(report)}\n`);
  }
  const missed = findMissed(report);
  for (const one of missed) console.error(`Missed: ${one}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
});

async function measure(): Promise<Report> {
  const peers = await compilePeers(await installPeers());
  const stage = await startStage();
  const acts: string[] = [...Object.keys(goals), ...alsoMeasured];
  const all = await measureGas(stage);
  const ours = Object.fromEntries(acts.flatMap((act) => (all[act] === undefined ? [] : [[act, all[act]]])));
  const runtimeBytes: Record<string, number> = {};
  for (const name of Object.keys(sizeGoals)) {
    runtimeBytes[name] = ((await artifacts.readArtifact(name)).deployedBytecode.length - 2) / 2;
  }
  for (const name of ["EAS", "SchemaRegistry", "RolesOfTimedRoles", "RolesOfAccessManager", "RolesOfAccessControl"]) {
    runtimeBytes[name] = peers[name]?.runtimeBytes ?? 0;
  }
  return {
    ours,
    eas: await measureEas(peers, stage),
    solady: await measureSolady(peers, stage),
    oz: await measureOpenZeppelin(peers, stage),
    floor: await measureFloor(peers, stage),
    runtimeBytes,
  };
}
