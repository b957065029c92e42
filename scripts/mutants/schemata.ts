// All mutants in one set of contracts: the block's coinbase says which of them is alive, so that one compilation is enough
// for all. Under the coinbase of none, what is reached tells so.

import { isAlive, isAliveInAssembly } from "../solidity/coinbase.ts";
import type { Point } from "../solidity/points.ts";
import { rewrite, type Wrapping } from "../solidity/rewrite.ts";
import type { Source } from "../solidity/syntax.ts";
import { tellingFunctions, wrapPoints } from "../solidity/telling.ts";
import type { Mutant } from "./find.ts";

/** A source with all of its mutants asleep in it. What was pure only views now: it looks at the block. */
export function writeSchema(source: Source, all: { mutants: Mutant[]; points: Point[] }): string {
  const switched: Wrapping[] = all.mutants.flatMap(({ id, edits }) =>
    edits
      .filter(({ file }) => file === source.path)
      .map(({ start, end, becomes, kind }) => {
        const wrap = (inner: string): string => {
          if (kind === "statement") return `{ if (!(${isAlive(id)})) { ${inner} } }`;
          if (kind === "assembly") {
            const was = source.text.slice(start, end);
            return `xor(${inner}, mul(${isAliveInAssembly(id)}, xor(${was}, ${becomes})))`;
          }
          return `(${isAlive(id)} ? ${becomes} : ${inner})`;
        };
        return { start, end, wrap };
      }),
  );
  const written = rewrite(source.text, [...switched, ...wrapPoints(source, all.points)]);
  return (written + tellingFunctions).replace(/\bpure\b/g, "view");
}
