// What of the contracts the tests reach, by lines and by branches. What they do not reach has to be an exception that is
// named with its reason, and an exception that they do reach is none.

import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Point } from "../solidity/points.ts";

const entries = z.array(z.object({ point: z.string(), why: z.string().min(20) }));

/**
 * Prints the coverage, and every point that is missing without a reason or excepted without need.
 * @returns true when nothing is missing but what is excepted
 */
export async function tellCoverage(options: { points: Point[]; reached: Set<number> }): Promise<boolean> {
  const { points, reached } = options;
  const listed = entries.parse(JSON.parse(await readFile(new URL("./exceptions.json", import.meta.url), "utf8")));
  const excepted = new Set(listed.map(({ point }) => point));
  const missing = points.filter(({ id }) => !reached.has(id));
  const unexplained = missing.filter(({ name }) => !excepted.has(name));
  const needless = listed.filter(({ point }) => !missing.some(({ name }) => name === point));

  const lineOf = ({ file, line }: Point): string => `${file}:${line}`;
  const isBranch = ({ kind }: Point): boolean => kind === "true" || kind === "false" || kind === "case";
  const lines = new Set(points.filter((point) => !isBranch(point)).map(lineOf));
  const linesMissed = new Set(missing.filter((point) => !isBranch(point)).map(lineOf));
  const branches = points.filter(isBranch).length;
  const branchesMissed = missing.filter(isBranch).length;
  console.log(`Lines:    ${share(lines.size - linesMissed.size, lines.size)}`);
  console.log(`Branches: ${share(branches - branchesMissed, branches)} (each outcome of each condition)`);
  for (const { point, why } of listed) console.log(`Excepted: ${point}\n    ${why}`);
  for (const point of unexplained) console.log(`No test reaches ${lineOf(point)}\n    ${point.name}`);
  for (const { point } of needless) console.log(`Excepted, and yet reached or not there any more: ${point}`);
  return unexplained.length + needless.length === 0 && reached.size > 0;
}

function share(reached: number, all: number): string {
  return `${((100 * reached) / all).toFixed(2)} % (${reached} of ${all})`;
}
