// Which test noticed which mutant in the last run that was written down (`-- --remember`): it is asked first the next time.
// A file that is old or lacks something makes a run longer, and changes nothing about how it ends.

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";

const file = new URL("./killers.json", import.meta.url);
const shape = z.record(z.string(), z.string());

/** By name of a mutant: the title of the test. */
export async function readKillers(names: string[]): Promise<Map<string, string>> {
  const kept = shape.parse(JSON.parse(await readFile(file, "utf8")));
  const killerOf = new Map(Object.entries(kept).flatMap(([title, ids]) => ids.split(" ").map((id) => [id, title])));
  return new Map(names.flatMap((name) => [[name, killerOf.get(idOf(name)) ?? ""] as const]));
}

/** Writes down who noticed what, besides what is known of mutants that were not tried. */
export async function rememberKillers(found: ReadonlyMap<string, string>): Promise<void> {
  const kept = shape.parse(JSON.parse(await readFile(file, "utf8")));
  const killerOf = new Map(Object.entries(kept).flatMap(([title, ids]) => ids.split(" ").map((id) => [id, title])));
  for (const [name, title] of found) killerOf.set(idOf(name), title);
  const byTitle = new Map<string, string[]>();
  for (const [id, title] of killerOf) byTitle.set(title, [...(byTitle.get(title) ?? []), id]);
  const sorted = [...byTitle].sort(([a], [b]) => (a < b ? -1 : 1)).map(([title, ids]) => [title, ids.sort().join(" ")]);
  await writeFile(file, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
}

function idOf(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 8);
}
