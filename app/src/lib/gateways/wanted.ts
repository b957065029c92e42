// Which seals a trusted gateway should hold, and which it lacks.
import type { Bytes } from "#protocol/bytes.ts";
import type { Hex } from "viem";

/** A seal that every trusted gateway should hold. */
export type Wanted = {
  document: Hex;
  version: number;
  category: string;
  /** Under the key of its category, or (for consents that name this very document) of the document. */
  keyedBy: "category" | "document";
  manifestBytes: Bytes;
};

/** How many of a person's documents a gateway can hand over whole. */
export type Count = { ready: number; all: number };

/** Names a seal. */
export function nameSeal({ document, version, keyedBy }: Pick<Wanted, "document" | "version" | "keyedBy">): string {
  return `${document.toLowerCase()}|${version}|${keyedBy}`;
}

/** Those that are not held, in their order. */
export function missingSeals(wanted: readonly Wanted[], held: ReadonlySet<string>): Wanted[] {
  return wanted.filter((one) => !held.has(nameSeal(one)));
}

/** Counts documents: one is ready when every seal of it that is wanted is held. */
export function countDocuments(wanted: readonly Wanted[], held: ReadonlySet<string>): Count {
  const all = new Set(wanted.map(({ document }) => document));
  const lacking = new Set(missingSeals(wanted, held).map(({ document }) => document));
  return { ready: all.size - lacking.size, all: all.size };
}
