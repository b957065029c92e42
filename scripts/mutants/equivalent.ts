// Mutants that no test can kill, because nothing that a contract does depends on what they change; each with its reason.

import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Mutant } from "./find.ts";

const entries = z.array(z.object({ mutant: z.string(), why: z.string().min(20) }));

/** The reasons by name, and the names that are no mutant's any more; of those files whose mutants were looked for. */
export async function readEquivalent(
  mutants: Mutant[],
  meant: RegExp,
): Promise<{ reasons: Map<string, string>; stale: string[] }> {
  const all = entries.parse(JSON.parse(await readFile(new URL("./equivalent.json", import.meta.url), "utf8")));
  const listed = all.filter(({ mutant }) => meant.test(mutant.slice(0, mutant.indexOf(" "))));
  const names = new Set(mutants.map(({ name }) => name));
  return {
    reasons: new Map(listed.map(({ mutant, why }) => [mutant, why])),
    stale: listed.map(({ mutant }) => mutant).filter((name) => !names.has(name)),
  };
}
