// The ABIs in protocol/contracts are generated from the compiler's artifacts and committed, so that types follow the
// contracts and a change of their face is seen in review. No bytecode, which stays in the artifacts, but its hashes: by
// them an auditor knows the code of a deployment, also in a browser.

import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import prettier from "prettier";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { projectRoot } from "./project-root.ts";
import { readBuilds } from "./published-builds.ts";

const contracts = [
  // One contract to whoever calls it: the second half of its code answers under the ledger's own address.
  { name: "Ledger", extension: "LedgerExtension", constant: "ledgerAbi", file: "ledger.ts" },
  { name: "ProviderRegistry", extension: null, constant: "providerRegistryAbi", file: "provider-registry.ts" },
];

const artifact = z.object({ abi: z.array(z.record(z.string(), z.unknown())) });

/** Brings the generated files up to date, touching only those that differ; returns their names. */
export async function writeAbis(): Promise<string[]> {
  const stale = await findStaleAbis();
  await mkdir(join(projectRoot, "protocol/contracts"), { recursive: true });
  for (const { path, text } of stale) await writeFile(join(projectRoot, path), text);
  return stale.map(({ path }) => path);
}

/** The generated files that differ from what the compiled contracts say. */
export async function findStaleAbis(): Promise<{ path: string; text: string }[]> {
  const stale = [];
  for (const wanted of await renderAbis()) {
    const found = await readFile(join(projectRoot, wanted.path), "utf8").catch(() => "");
    if (found !== wanted.text) stale.push(wanted);
  }
  return stale;
}

async function renderAbis(): Promise<{ path: string; text: string }[]> {
  const files = [];
  for (const { name, extension, constant, file } of contracts) {
    const own = await readAbi(name);
    const abi = extension === null ? own : mergeAbis(own, await readAbi(extension));
    const path = `protocol/contracts/${file}`;
    const text =
      `// Generated from contracts/${name}.sol by \`npm run abis\`. Do not edit.\n\n` +
      `/** What can be called, read and heard of ${name}. */\n` +
      `export const ${constant} = ${JSON.stringify(abi.map(dropInternalTypes))} as const;\n`;
    files.push({ path, text: await format(path, text) });
  }
  files.push(await renderBuilds());
  const index =
    "// What the contracts look like from outside. Addresses come at run time, from deployment.json.\n\n" +
    contracts.map(({ constant, file }) => `export { ${constant} } from "./${file}";\n`).join("") +
    'export { publishedBuilds } from "./builds.ts";\n' +
    // Written by hand; the index names it, so that a new build does not take it away.
    'export { withGasMargin } from "./gas-margin.ts";\n';
  files.push({ path: "protocol/contracts/index.ts", text: await format("index.ts", index) });
  return files;
}

async function renderBuilds(): Promise<{ path: string; text: string }> {
  const builds = await readBuilds(join(projectRoot, "artifacts"));
  if (builds === undefined) throw new Failure("not-found", "The contracts have not been compiled.");
  const path = "protocol/contracts/builds.ts";
  const text =
    "// Generated from the compiled contracts by `npm run abis`. Do not edit.\n\n" +
    "/** By what the contracts' code is recognised: its hash with all immutable values zero, and where those stand. */\n" +
    `export const publishedBuilds = ${JSON.stringify(builds)} as const;\n`;
  return { path, text: await format(path, text) };
}

async function readAbi(name: string): Promise<Record<string, unknown>[]> {
  const source = join(projectRoot, `artifacts/contracts/${name}.sol/${name}.json`);
  if (!existsSync(source)) throw new Failure("not-found", `${name} has not been compiled: there is no ${source}.`);
  return artifact.parse(JSON.parse(await readFile(source, "utf8"))).abi;
}

/** The face of a contract whose extension answers for it: each entry once, without the fallback that hands calls over. */
function mergeAbis(own: Record<string, unknown>[], extension: Record<string, unknown>[]): Record<string, unknown>[] {
  const known = new Set(own.map((entry) => JSON.stringify(entry)));
  const more = extension.filter((entry) => entry["type"] !== "constructor" && !known.has(JSON.stringify(entry)));
  return [...own, ...more].filter((entry) => entry["type"] !== "fallback");
}

/** The compiler's own names of types say nothing to a caller, and double the size of the app's copy. */
function dropInternalTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropInternalTypes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "internalType")
      .map(([key, inner]) => [key, dropInternalTypes(inner)]),
  );
}

async function format(path: string, text: string): Promise<string> {
  const options = await prettier.resolveConfig(join(projectRoot, path));
  return prettier.format(text, { ...options, parser: "typescript" });
}
