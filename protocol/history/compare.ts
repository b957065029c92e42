// What a service shows, against what the ledger has, row by row. Rule: nothing that the service says is believed; a row
// is named missing, extra, repeated, out of order or altered, and altered field by field.

import type { Address, Hex } from "viem";
import type { LedgerAct } from "./decode.ts";
import type { FaultContract } from "./fault.ts";
import { compareLogs, ZERO_WORD } from "./log.ts";
import { actRow, type TrailRow } from "./row.ts";

/** One difference between what is shown and what is true. */
export type TrailDifference = {
  readonly kind: "altered" | "missing" | "extra" | "repeated" | "order" | "unreadable";
  /** Where it is on the ledger; for an extra row, where it claims to be. */
  readonly where: {
    readonly contract: FaultContract | null;
    readonly account: string | null;
    readonly index: number | null;
    readonly block: number | null;
    readonly tx: string | null;
    readonly logIndex: number | null;
  };
  /** For an altered row: each field as the ledger has it and as it is shown. */
  readonly fields: readonly { readonly field: string; readonly ledger: string; readonly service: string }[];
  readonly message: string;
};

type Shown = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Shown =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** One text for one value: hex in lower case, numbers and bigints in decimals. */
function spell(value: unknown): string {
  if (value === undefined) return "(nothing)";
  if (typeof value === "string") return /^0x[0-9a-f]*$/i.test(value) ? value.toLowerCase() : value;
  if (Array.isArray(value)) return `[${value.map(spell).join(", ")}]`;
  if (isObject(value)) return JSON.stringify(value);
  return String(value);
}

const plainFields = [
  "contract",
  "address",
  "block",
  "blockHash",
  "time",
  "tx",
  "logIndex",
  "account",
  "index",
  "act",
  "headBefore",
  "headAfter",
  "topics",
  "data",
] as const;

/** Which fields of a shown row differ from the ledger's. Fields that the service left out of a row count as differing. */
function differingFields(truth: TrailRow, shown: Shown): TrailDifference["fields"] {
  const found: { field: string; ledger: string; service: string }[] = [];
  for (const field of plainFields) {
    const [ledger, service] = [spell(truth[field]), spell(shown[field])];
    if (ledger !== service) found.push({ field, ledger, service });
  }
  const args = isObject(shown["args"]) ? shown["args"] : {};
  for (const name of new Set([...Object.keys(truth.args), ...Object.keys(args)])) {
    const [ledger, service] = [spell(truth.args[name]), spell(args[name])];
    if (ledger !== service) found.push({ field: `args.${name}`, ledger, service });
  }
  return found;
}

function whereOf(row: Shown): TrailDifference["where"] {
  const text = (name: string) => (typeof row[name] === "string" ? row[name] : null);
  const number = (name: string) => (typeof row[name] === "number" ? row[name] : null);
  const contract = row["contract"];
  return {
    contract: contract === "ledger" || contract === "providerRegistry" ? contract : null,
    account: text("account"),
    index: number("index"),
    block: number("block"),
    tx: text("tx"),
    logIndex: number("logIndex"),
  };
}

function tellPlace(row: Shown): string {
  const at = whereOf(row);
  const act = typeof row["act"] === "string" ? row["act"] : "act";
  return `${act} of ${at.account ?? "an unknown account"} (number ${at.index ?? "?"} of that account, block ${at.block ?? "?"}, transaction ${at.tx ?? "?"}, log ${at.logIndex ?? "?"})`;
}

const keyOf = (row: Shown) => `${spell(row["tx"])} ${spell(row["logIndex"])}`;

/** How alike a shown row is to a true one, for finding the pair of a row whose very name was changed. */
function likeness(truth: TrailRow, shown: Shown): number {
  if (spell(truth.headAfter) === spell(shown["headAfter"])) return 100;
  const all = plainFields.filter((field) => spell(truth[field]) === spell(shown[field])).length;
  return all;
}

const mostPairs = 100_000;

/**
 * Compares the rows that a service shows with the acts of the ledger. Give all rows, or bound both by `upTo` (the last
 * block that the service says it has); acts after it are not missed. `account` bounds both to one account.
 */
export function compareTrail(
  acts: readonly LedgerAct[],
  rows: readonly unknown[],
  options: { readonly upTo?: number; readonly account?: Address } = {},
): TrailDifference[] {
  const { upTo = Number.POSITIVE_INFINITY, account } = options;
  const wanted = acts
    .filter((act) => act.block <= upTo && (account === undefined || act.account === account))
    .sort((a, b) => compareLogs(a.log, b.log))
    .map(actRow);
  const truth = new Map(wanted.map((row) => [keyOf(row), row] as const));
  const position = new Map(wanted.map((row, at) => [keyOf(row), at] as const));
  const differences: TrailDifference[] = [];
  const seen = new Set<string>();
  const unmatched: Shown[] = [];
  const places: { at: number; row: Shown }[] = [];

  for (const row of rows) {
    if (!isObject(row)) {
      differences.push({
        kind: "unreadable",
        where: whereOf({}),
        fields: [],
        message: "The service shows a row that is not one.",
      });
      continue;
    }
    if (typeof row["block"] === "number" && row["block"] > upTo) continue;
    const key = keyOf(row);
    const known = truth.get(key);
    if (known === undefined) {
      unmatched.push(row);
      continue;
    }
    if (seen.has(key)) {
      differences.push({
        kind: "repeated",
        where: whereOf(known),
        fields: [],
        message: `The service shows this act twice: ${tellPlace(known)}.`,
      });
      continue;
    }
    seen.add(key);
    places.push({ at: position.get(key) ?? 0, row: known });
    const fields = differingFields(known, row);
    if (fields.length > 0) differences.push(altered(known, fields));
  }

  let missing = wanted.filter((row) => !seen.has(keyOf(row)));
  // Looking for the likest pair is for a few changed rows; a service that shows nothing true need not be understood.
  const pairs = unmatched.length * missing.length <= mostPairs;
  for (const row of unmatched) {
    // A row that names another transaction or log than any act may still be one whose name was changed.
    const [best] = (pairs ? missing : [])
      .map((candidate) => ({ candidate, score: likeness(candidate, row) }))
      .sort((a, b) => b.score - a.score);
    if (best !== undefined && best.score >= 8) {
      missing = missing.filter((candidate) => candidate !== best.candidate);
      differences.push(altered(best.candidate, differingFields(best.candidate, row)));
    } else {
      differences.push({
        kind: "extra",
        where: whereOf(row),
        fields: [],
        message: `The service shows an act that is not on the ledger: ${tellPlace(row)}.`,
      });
    }
  }
  for (const row of missing) {
    differences.push({
      kind: "missing",
      where: whereOf(row),
      fields: [],
      message: `The service does not show this act: ${tellPlace(row)}.`,
    });
  }
  return [...differences, ...misplaced(places)];
}

function altered(row: TrailRow, fields: TrailDifference["fields"]): TrailDifference {
  const told = fields.map(({ field, ledger, service }) => `${field} is ${ledger} on the ledger and ${service} here`);
  return { kind: "altered", where: whereOf(row), fields, message: `Altered: ${tellPlace(row)}: ${told.join("; ")}.` };
}

/** Rows that stand before or after where they happened, in whichever direction the service lists them. */
function misplaced(places: readonly { readonly at: number; readonly row: Shown }[]): TrailDifference[] {
  const pairs = places.slice(1).map((place, at) => ({ before: places[at]?.at ?? 0, place }));
  const falling = pairs.filter((pair) => pair.place.at < pair.before).length;
  const descending = falling > pairs.length / 2;
  return pairs
    .filter(({ before, place }) => (descending ? place.at > before : place.at < before))
    .map(({ place }) => ({
      kind: "order" as const,
      where: whereOf(place.row),
      fields: [],
      message: `Out of order: ${tellPlace(place.row)}.`,
    }));
}

/** Compares the accounts and heads that a service lists as its roll with the proven ones of one contract. */
export function compareRoll(
  truth: {
    readonly contract: FaultContract;
    readonly accounts: readonly Address[];
    readonly heads: ReadonlyMap<Address, Hex>;
  },
  rows: readonly { readonly account: string; readonly head: string }[],
): TrailDifference[] {
  const differences: TrailDifference[] = [];
  const tell = (
    kind: TrailDifference["kind"],
    account: string,
    index: number,
    message: string,
    fields: TrailDifference["fields"] = [],
  ) =>
    differences.push({
      kind,
      where: { contract: truth.contract, account, index, block: null, tx: null, logIndex: null },
      fields,
      message,
    });
  const shown = new Map(rows.map((row) => [row.account.toLowerCase(), row] as const));
  truth.accounts.forEach((account, index) => {
    const row = shown.get(account.toLowerCase());
    const head = truth.heads.get(account) ?? ZERO_WORD;
    if (row === undefined) tell("missing", account, index, `The service does not list the account ${account}.`);
    else if (row.head.toLowerCase() !== head.toLowerCase()) {
      const fields = [{ field: "head", ledger: head, service: row.head }];
      tell("altered", account, index, `The service shows another head for ${account} than the ledger has.`, fields);
    }
    shown.delete(account.toLowerCase());
  });
  for (const row of shown.values()) {
    tell("extra", row.account, -1, `The service lists ${row.account}, which never acted.`);
  }
  return differences;
}
