// All mutants in one set of contracts: the block's coinbase says which of them is alive, so that one compilation is enough
// for all. Another coinbase makes every function tell that it was reached.

import { rewrite, type Wrapping } from "../solidity/rewrite.ts";
import { tellReached } from "../solidity/reached.ts";
import type { Source } from "../solidity/syntax.ts";
import type { Body, Mutant } from "./find.ts";

const base = 0xc0de0000;

/** The coinbase that brings a mutant to life; 0 is that of none, under which functions tell that they were reached. */
export function coinbaseOf(id: number): string {
  return `0x${(base + id).toString(16).padStart(40, "0")}`;
}

/** A source with all of its mutants asleep in it. What was pure only views now: it looks at the block. */
export function writeSchema(source: Source, all: { mutants: Mutant[]; bodies: Body[] }): string {
  const told: Wrapping[] = all.bodies
    .filter(({ file }) => file === source.path)
    .map(({ id, start, end }) => ({
      start,
      end,
      wrap: (inner) => `{ if (${isAlive(0)}) { ${tellReached(id)} } ${inner.slice(1)}`,
    }));
  const switched: Wrapping[] = all.mutants.flatMap(({ id, edits }) =>
    edits
      .filter(({ file }) => file === source.path)
      .map(({ start, end, becomes, kind }) => {
        const wrap = (inner: string): string => {
          if (kind === "statement") return `{ if (!(${isAlive(id)})) { ${inner} } }`;
          if (kind === "assembly") {
            const was = source.text.slice(start, end);
            return `xor(${inner}, mul(eq(coinbase(), ${base + id}), xor(${was}, ${becomes})))`;
          }
          return `(${isAlive(id)} ? ${becomes} : ${inner})`;
        };
        return { start, end, wrap };
      }),
  );
  return rewrite(source.text, [...switched, ...told]).replace(/\bpure\b/g, "view");
}

function isAlive(id: number): string {
  return `block.coinbase == address(uint160(${base + id}))`;
}
