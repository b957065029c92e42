// Compiling the peers with the ledger's compiler and the ledger's settings. Only a pinned compiler version is changed,
// in memory: everything else of their sources is as published.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { config } from "hardhat";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { projectRoot } from "../../build/project-root.ts";

/** What is needed to deploy and to call a contract. */
export type Compiled = { abi: Record<string, unknown>[]; bytecode: string; runtimeBytes: number };

const output = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).optional(),
  contracts: z
    .record(
      z.string(),
      z.record(
        z.string(),
        z.object({
          abi: z.array(z.record(z.string(), z.unknown())).optional(),
          evm: z.object({
            bytecode: z.object({ object: z.string() }),
            deployedBytecode: z.object({ object: z.string() }).optional(),
          }),
        }),
      ),
    )
    .optional(),
});
const compiler = z.object({ compile: z.function({ input: [z.string(), z.unknown()], output: z.string() }) });
const compiled = z.record(
  z.string(),
  z.object({ abi: z.array(z.record(z.string(), z.unknown())), bytecode: z.string(), runtimeBytes: z.number() }),
);

const eas = "@ethereum-attestation-service/eas-contracts/contracts";
const roots = [`${eas}/EAS.sol`, `${eas}/SchemaRegistry.sol`, "scripts/bench/gas/peers/OpenRoles.sol"];
const floor = "scripts/bench/gas/peers/floor.yul";

/** Every peer by its contract's name; what was compiled once is kept beside the packages. */
export async function compilePeers(folder: string): Promise<Record<string, Compiled>> {
  const settings = readSettings();
  const sources = Object.fromEntries(roots.map((name) => [name, { content: readSource(folder, name) }]));
  const yul = { [floor]: { content: await readFile(join(projectRoot, floor), "utf8") } };
  const key = createHash("sha256")
    .update(JSON.stringify([settings, sources, yul]))
    .digest("hex");
  const cache = join(folder, "compiled", `${key}.json`);
  if (existsSync(cache)) return compiled.parse(JSON.parse(await readFile(cache, "utf8")));
  const find = (path: string): { contents: string } | { error: string } => {
    try {
      return { contents: readSource(folder, path) };
    } catch {
      return { error: `${path} was not found` };
    }
  };
  const all = {
    ...compile({ language: "Solidity", sources, settings }, find),
    ...compile({ language: "Yul", sources: yul, settings: { evmVersion: settings["evmVersion"] } }, find),
  };
  await mkdir(dirname(cache), { recursive: true });
  await writeFile(cache, JSON.stringify(all));
  return all;
}

/** The settings that the ledger itself is compiled with. */
function readSettings(): Record<string, unknown> {
  const found = config.solidity.profiles["default"]?.compilers[0];
  if (found?.version !== "0.8.37") throw new Failure("internal", "The contracts' compiler is not the one expected.");
  return found.settings;
}

function readSource(folder: string, path: string): string {
  const places = [join(folder, "node_modules", path), join(projectRoot, "node_modules", path), join(projectRoot, path)];
  const file = places.find((place) => existsSync(place));
  if (file === undefined) throw new Failure("not-found", `There is no ${path}.`);
  return readFileSync(file, "utf8").replace(/pragma solidity 0\.8\.\d+;/, "pragma solidity ^0.8.0;");
}

function compile(
  input: { language: string; sources: Record<string, { content: string }>; settings: Record<string, unknown> },
  find: (path: string) => { contents: string } | { error: string },
): Record<string, Compiled> {
  const solc = compiler.parse(createRequire(import.meta.url)("solc"));
  const wanted = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"];
  const settings = { ...input.settings, outputSelection: { "*": { "*": wanted } } };
  const { errors = [], contracts = {} } = output.parse(
    JSON.parse(solc.compile(JSON.stringify({ ...input, settings }), { import: find })),
  );
  const fatal = errors.filter(({ severity }) => severity === "error");
  if (fatal.length > 0) throw new Failure("internal", fatal.map(({ formattedMessage }) => formattedMessage).join("\n"));
  const found: Record<string, Compiled> = {};
  for (const [name, { abi = [], evm }] of Object.values(contracts).flatMap((file) => Object.entries(file))) {
    if (evm.bytecode.object === "") continue;
    const runtime = evm.deployedBytecode?.object ?? "";
    found[name] = { abi, bytecode: `0x${evm.bytecode.object}`, runtimeBytes: runtime.length / 2 };
  }
  return found;
}
