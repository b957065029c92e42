// What the compiled contracts are recognised by, read from the compiler's artifacts: the hash of the code without the
// values that differ from deployment to deployment, and where those values stand.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isHex } from "viem";
import type { Hex } from "viem";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { hashBuild, type Build, type Builds } from "#protocol/history/code.ts";

const artifactSchema = z.object({
  buildInfoId: z.string().regex(/^[\w.-]+$/),
  deployedBytecode: z.custom<Hex>((value) => isHex(value)),
  immutableReferences: z
    .record(z.string(), z.array(z.object({ start: z.number().int(), length: z.literal(32) })))
    .default({}),
});

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new Failure("bad-input", `The compiled contract ${file} cannot be read. Nothing was checked.`, { cause });
  }
}

/** The names of all immutable variables in a syntax tree, by their ids. */
function immutablesIn(node: unknown, names = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(node)) for (const each of node) immutablesIn(each, names);
  else if (typeof node === "object" && node !== null) {
    const { mutability, id, name } = node as Record<string, unknown>;
    if (mutability === "immutable") names.set(String(id), String(name));
    for (const each of Object.values(node)) immutablesIn(each, names);
  }
  return names;
}

async function readBuild(folder: string, contract: string): Promise<Build> {
  const file = join(folder, "contracts", `${contract}.sol`, `${contract}.json`);
  const parsed = artifactSchema.safeParse(await readJson(file));
  if (!parsed.success) {
    throw new Failure("bad-input", `${file} is not a contract compiled by Hardhat 3. Nothing was checked.`, {
      cause: parsed.error,
    });
  }
  const { buildInfoId, deployedBytecode, immutableReferences } = parsed.data;
  const references = Object.entries(immutableReferences);
  const info = join(folder, "build-info", `${buildInfoId}.output.json`);
  // The artifact names immutables by number only; the names are in the compiler's whole output.
  const names = references.length === 0 ? new Map<string, string>() : immutablesIn(await readJson(info));
  const immutables = references
    .flatMap(([id, places]) => places.map(({ start }) => ({ name: names.get(id) ?? id, start })))
    .sort((a, b) => a.start - b.start);
  return { codeHash: hashBuild(deployedBytecode, immutables), immutables };
}

/**
 * The builds in a folder of artifacts; undefined when nothing was compiled there. Throws Failure("bad-input") when what
 * is there cannot be read.
 */
export async function readBuilds(folder: string): Promise<Builds | undefined> {
  if (!existsSync(join(folder, "contracts", "Ledger.sol", "Ledger.json"))) return undefined;
  return {
    ledger: await readBuild(folder, "Ledger"),
    ledgerExtension: await readBuild(folder, "LedgerExtension"),
    providerRegistry: await readBuild(folder, "ProviderRegistry"),
  };
}
