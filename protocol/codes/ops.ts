// What a consent lets its holder do, as bits. READ to TRAIN follow the draft ERC-8356; our own take the highest bits.
// Rule: a bit that is not in the table grants nothing and is refused wherever it is met.

/** Look at records (a lock: the gateway enforces it). */
export const READ = 1;
/** Ask questions that are answered from the records (a duty). */
export const QUERY = 2;
/** Make something new from the records (a duty). */
export const DERIVE = 4;
/** Hand the records on (a duty). */
export const EXPORT = 8;
/** Train a model with the records (a duty). */
export const TRAIN = 16;
/** Act for the subject (a lock: the ledger enforces it). */
export const MANAGE = 0x4000_0000;
/** Add records to the subject's chart (a lock: the ledger enforces it). */
export const CONTRIBUTE = 0x8000_0000;

/** One thing that a consent may allow. */
export type Op = {
  /** The bit, as an unsigned number. */
  readonly bit: number;
  readonly name: "READ" | "QUERY" | "DERIVE" | "EXPORT" | "TRAIN" | "MANAGE" | "CONTRIBUTE";
  readonly label: string;
  /** One line for the person who grants it. */
  readonly about: string;
  /** True when software can stop what is not allowed; false when only the law and the promise can. */
  readonly lock: boolean;
};

/** All ops, lowest bit first. */
export const ops: readonly Op[] = [
  { bit: READ, name: "READ", label: "Read", about: "May open the records.", lock: true },
  { bit: QUERY, name: "QUERY", label: "Ask", about: "May use the records to answer questions.", lock: false },
  { bit: DERIVE, name: "DERIVE", label: "Derive", about: "May make new data from the records.", lock: false },
  { bit: EXPORT, name: "EXPORT", label: "Pass on", about: "May hand the records on to others.", lock: false },
  { bit: TRAIN, name: "TRAIN", label: "Train", about: "May train computer models with the records.", lock: false },
  { bit: MANAGE, name: "MANAGE", label: "Act for you", about: "May grant and revoke in your name.", lock: true },
  { bit: CONTRIBUTE, name: "CONTRIBUTE", label: "Add", about: "May add records to your chart.", lock: true },
];

const known = ops.reduce((sum, op) => sum + op.bit, 0);

/** True when `value` holds this op. Bits are compared as unsigned 32-bit numbers. */
export function hasOp(value: number, bit: number): boolean {
  return (value & bit) >>> 0 === bit && bit !== 0;
}

/** True when `value` is an unsigned 32-bit number with at least one bit and none that is unknown. */
export function areKnownOps(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= 0xffff_ffff && (value & ~known) === 0;
}

/** The names of the ops in `value`, lowest bit first; unknown bits are left out. */
export function opNames(value: number): Op["name"][] {
  return ops.filter((op) => hasOp(value, op.bit)).map((op) => op.name);
}

/** All ops that an ordinary consent may hold. MANAGE makes a mandate, which is appointed and not granted. */
export const GRANTABLE_OPS = known - MANAGE;

/** True when every bit of `value` can be granted, and there is at least one. */
export function areGrantableOps(value: number): boolean {
  return areKnownOps(value) && !hasOp(value, MANAGE);
}

/** True when `value` makes a proxy: MANAGE, and what the proxy may do and pass on besides. */
export function areMandateOps(value: number): boolean {
  return areKnownOps(value) && hasOp(value, MANAGE);
}
