// A folder of contracts that were written anew, compiled by Hardhat with the project's own settings.

import { rm, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readdirSync } from "node:fs";
import { requireTool } from "../build/run-tool.ts";
import { projectRoot } from "../build/project-root.ts";

/** All that decides what such a folder holds. */
export const inputsOfRewritten = [
  "contracts",
  "test/contracts/solidity",
  ...["constants", "find", "meant", "operators", "schemata"].map((name) => `scripts/mutants/${name}.ts`),
  "scripts/solidity",
  "hardhat.config.ts",
];

/** The environment in which Hardhat works on such a folder instead of the project's own contracts. */
export function environmentOf(folder: string): Record<string, string> {
  return {
    PLACET_REWRITTEN: folder,
    HARDHAT_CONFIG: join(projectRoot, "scripts/solidity/hardhat.config.ts"),
    HARDHAT_DISABLE_TELEMETRY: "true",
  };
}

/** Writes the sources (path below the project -> text, a character per byte) and compiles what changed. */
export async function compileRewritten(options: { folder: string; sources: Map<string, string> }): Promise<void> {
  const { folder, sources } = options;
  await rm(join(folder, "sources"), { recursive: true, force: true });
  for (const [path, text] of [...sources, ...(await readHelpers())]) {
    const file = join(folder, "sources", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, "latin1");
  }
  await requireTool({
    package: "hardhat",
    args: ["build", "--quiet", "--no-tests"],
    env: environmentOf(folder),
    what: "Compiling the contracts that were written anew",
  });
}

/** The contracts that the mocha tests deploy besides ours; Solidity's own tests are not among them. */
async function readHelpers(): Promise<[string, string][]> {
  const folder = "test/contracts/solidity";
  const names = readdirSync(join(projectRoot, folder)).filter((name) => /(?<!\.t)\.sol$/.test(name));
  return Promise.all(
    names.map(async (name) => [`${folder}/${name}`, await readFile(join(projectRoot, folder, name), "latin1")]),
  );
}
