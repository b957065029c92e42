// Contracts that tell which of their points a test reached, under the coinbase that asks for it: by a call to an address at
// which Hardhat's engine listens when it counts coverage. To everybody else the call is nothing.

import { isAlive, isAliveInAssembly } from "./coinbase.ts";
import type { Point } from "./points.ts";
import type { Wrapping } from "./rewrite.ts";
import type { Source } from "./syntax.ts";

// In the scratch space: what the contracts put at the end of memory without claiming it has to stay.
const tell = (id: string): string =>
  `mstore(0, ${id}) pop(staticcall(gas(), 0xc0bEc0BEc0BeC0bEC0beC0bEC0bEC0beC0beC0BE, 0, 32, 0, 0))`;

/** How a source has to be wrapped, so that it tells. What was pure can only be view after it. */
export function wrapPoints(source: Source, points: Point[]): Wrapping[] {
  return points
    .filter(({ file, kind }) => file === source.path && kind !== "false")
    .map(({ id, start, end, kind }) => ({ start, end, wrap: (inner) => write(kind, id, inner) }));
}

/** What stands behind a source that tells: how its statements do, and the function around its conditions. */
export const tellingFunctions = `
function tell_(uint256 id) view {
    if (${isAlive(0)}) { assembly ("memory-safe") { ${tell("id")} } }
}

function told_(bool outcome, uint256 id) view returns (bool) {
    tell_(outcome ? id : id + 1);
    return outcome;
}
`;

function write(kind: Point["kind"], id: number, inner: string): string {
  switch (kind) {
    case "statement":
      return `tell_(${id}); ${inner}`;
    case "body":
      return `{ tell_(${id}); ${inner} }`;
    case "case":
      return `{ if ${isAliveInAssembly(0)} { ${tell(String(id))} } ${inner.slice(1)}`;
    default:
      return `told_(${inner}, ${id})`;
  }
}
