// The files that an audit reads. Rule: all of them are other people's words; their shape is checked here, their truth
// against the ledger.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { getAddress, isAddress } from "viem";
import type { Hex } from "viem";
import { z } from "zod";
import { checkOpening, scopeOf, type Opening } from "#protocol/consent/index.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import type { Builds, DeploymentFacts } from "#protocol/history/index.ts";
import { projectRoot } from "../build/project-root.ts";
import { readBuilds } from "../build/published-builds.ts";

async function readJson(file: string, what: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new Failure(
      "bad-input",
      `The ${what} ${file} cannot be read as JSON. Nothing was checked. Check its name and content.`,
      { cause },
    );
  }
}

function shape<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Failure(
    "bad-input",
    `The ${what} is not in the form that it must have (${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}). Nothing was checked.`,
  );
}

const address = z
  .string()
  .refine((text) => isAddress(text, { strict: false }))
  .transform((text) => getAddress(text));
const digest = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/)
  .transform((text) => text.toLowerCase() as Hex);
const deploymentSchema = z.object({
  chainId: z.number().int().positive(),
  genesisHash: digest,
  ledger: address,
  providerRegistry: address,
  deployedAtBlock: z.number().int().min(0),
  gateways: z.array(address).default([]),
  buildHashes: z.object({ ledger: digest, ledgerExtension: digest.optional(), providerRegistry: digest }).optional(),
});

/** Where the contracts are, and the gateways that the deployment names. */
export type AuditDeployment = DeploymentFacts & { readonly gateways: readonly `0x${string}`[] };

/** Reads deployment.json. Throws Failure("bad-input"). */
export async function readDeploymentFile(file: string): Promise<AuditDeployment> {
  return shape(deploymentSchema, await readJson(file, "deployment file"), "deployment file");
}

/**
 * The builds to compare the chain's code with: those in the folder that was named, or of this checkout where it was
 * compiled; undefined where it was not. Throws Failure("bad-input") when a folder was named and has none.
 */
export async function findBuilds(folder: string | undefined): Promise<Builds | undefined> {
  const builds = await readBuilds(folder ?? join(projectRoot, "artifacts"));
  if (builds === undefined && folder !== undefined) {
    throw new Failure(
      "bad-input",
      `There are no compiled contracts in ${folder}. Nothing was checked. Check its name.`,
    );
  }
  return builds;
}

/** The openings that hold, by themselves, and what is wrong with the others. */
export type ReadOpenings = {
  readonly openings: readonly (Opening & { readonly scope: Hex })[];
  readonly faults: readonly string[];
};

/**
 * Reads openings: a list (or `{ "openings": [...] }`) of openings, or of `{ "scope", "opening" }`. Each is checked: its
 * sentence recomputed, and its hash against the scope where one is named. What fails is told, not used.
 */
export async function readOpenings(file: string): Promise<ReadOpenings> {
  const content = await readJson(file, "openings file");
  const list = z.union([
    z.array(z.unknown()),
    z.object({ openings: z.array(z.unknown()) }).transform((value) => value.openings),
  ]);
  const entries = shape(list, content, "openings file");
  const named = z.object({ scope: digest, opening: z.unknown() });
  const openings: (Opening & { scope: Hex })[] = [];
  const faults: string[] = [];
  entries.forEach((entry, at) => {
    const parsed = named.safeParse(entry);
    try {
      const opening = parsed.success
        ? checkOpening(parsed.data.opening, { scope: parsed.data.scope })
        : checkOpening(entry);
      openings.push({ ...opening, scope: scopeOf(opening) });
    } catch (error) {
      if (!isFailure(error)) throw error;
      faults.push(`Opening ${at + 1} of ${file} does not hold: ${error.message}`);
    }
  });
  return { openings, faults };
}

/** Reads an exported trail: a list of rows, or an object that holds one as rows, items or trail. */
export async function readHistory(file: string): Promise<unknown[]> {
  const content = await readJson(file, "exported history");
  const rows = z.array(z.unknown());
  const forms = z.union([
    rows,
    z.object({ rows }).transform((value) => value.rows),
    z.object({ items: rows }).transform((value) => value.items),
    z.object({ trail: rows }).transform((value) => value.trail),
  ]);
  return shape(forms, content, "exported history");
}
