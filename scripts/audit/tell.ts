// The report as an auditor reads it, and as JSON. Rule: what is wrong comes first and in full; every statement says
// whose word it rests on.

import { formatTime } from "#protocol/consent/index.ts";
import { actRow, describeAct, type Basis, type ConsentAnswer } from "#protocol/history/index.ts";
import type { Comparison } from "./check-service.ts";
import type { AuditOptions } from "./options.ts";
import type { AuditResult } from "./run.ts";

// To the second: that is how the ledger decides.
const time = (unix: number) => `${formatTime(unix, "UTC")}:${String(unix % 60).padStart(2, "0")} UTC`;
const count = (number: number, one: string, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

const bases: Record<Basis, string> = {
  "trusted block": "proven from the block that you trust",
  node: "the node’s word",
  "deployment file": "the deployment file’s word",
  "published build": "compared with the build",
  service: "the service’s word",
  signatures: "signatures",
  openings: "openings, each checked against its scope",
};

const reasons: Record<ConsentAnswer["reason"], string> = {
  "in-force-and-covers": "in force, and it covers this",
  "not-in-force": "not in force then",
  "no-read": "it does not let anyone read",
  "no-opening": "in force, but its words were not given",
  role: "in force, but not for members of this role",
  "category-not-covered": "in force, but it does not cover this kind of record",
  "purpose-not-covered": "in force, but not for this purpose",
  "document-not-covered": "in force, but it does not cover this document",
  "beyond-mandate": "in force, but it goes beyond the mandate of the proxy who granted or renewed it",
  "no-mandate-opening": "in force, but the words of the mandate of the proxy who granted or renewed it were not given",
};

function wrong({ report, openings, comparisons }: AuditResult): string[] {
  const lines = [...report.faults.map(({ message }) => message), ...openings.faults];
  for (const { source, differences, receipts, behind } of comparisons) {
    if (behind > 0) lines.push(`${source} has not read the last ${count(behind, "block")} of the audited chain.`);
    lines.push(...differences.map(({ message }) => `${source}: ${message}`));
    lines.push(...(receipts?.findings ?? []).map(({ message }) => `${source}: ${message}`));
  }
  return lines;
}

function tellComparison({ source, rows, upTo, differences, receipts, admits }: Comparison): string[] {
  return [
    `  ${source}`,
    `    ${count(rows, "row")} up to block ${upTo} compared with the ledger, field by field: ${differences.length === 0 ? "no difference" : count(differences.length, "difference")}.`,
    ...admits.map((message) => `    The service itself says: ${message}`),
    ...(receipts === null
      ? []
      : [
          `    ${count(receipts.checked, "receipt")} checked, ${receipts.anchored} of them anchored on the ledger: ${receipts.findings.length === 0 ? "nothing wrong" : count(receipts.findings.length, "finding")}.`,
          ...receipts.statements.map(({ text, restsOn, holds }) => `    ${holds ? "✓" : "✗"} ${text} [${restsOn}]`),
        ]),
  ];
}

/** The report in words. */
export function tellAudit(result: AuditResult, options: AuditOptions): string {
  const { report, answers, consents, comparisons, notes, at } = result;
  const { block } = report;
  const faults = wrong(result);
  const section = (title: string, lines: readonly string[]) => (lines.length === 0 ? [] : ["", title, ...lines]);
  const acts = options.subject === undefined ? [] : report.acts.filter((act) => act.account === options.subject);
  return [
    result.genuine ? "GENUINE AND COMPLETE" : `NOT IN ORDER: ${count(faults.length, "finding")}`,
    "",
    `Chain ${report.chainId}, block ${block.number}, ${time(block.time)}`,
    `${block.hash} ${block.trusted ? "(the block that you trust)" : "(the node’s latest; give --block to need nobody’s word for it)"}`,
    ...section(
      "What is wrong",
      faults.map((line) => `  ✗ ${line}`),
    ),
    ...section(
      "What was checked, and on whose word it rests",
      report.statements.map(({ text, restsOn, holds }) => `  ${holds ? "✓" : "✗"} ${text} [${bases[restsOn]}]`),
    ),
    ...section(
      "Contracts",
      report.contracts.flatMap(({ name, address, acts: done, accounts, read, codeHash, extension }) => [
        `  ${name === "ledger" ? "Ledger" : "Provider registry"} ${address}: ${count(done, "act")} of ${count(accounts, "account")}, read by ${read === "proof" ? "storage proofs" : "calls"}; code ${codeHash}`,
        ...(extension === null ? [] : [`    its extension ${extension.address}: code ${extension.codeHash}`]),
      ]),
    ),
    ...section("What others show", comparisons.flatMap(tellComparison)),
    ...section(
      `Questions, at ${time(at)}`,
      answers.flatMap(({ reader, subject, category, purpose, message, by }) => [
        `  Could ${reader} read ${category} of ${subject} for ${purpose}?`,
        `    ${message}`,
        ...by.map(
          ({ grantee, scope, answer, reason, since }) =>
            `    ${answer}: consent to ${grantee}, scope ${scope}: ${reasons[reason]}${since === null ? "" : `, as of block ${since.block} (transaction ${since.tx})`}`,
        ),
      ]),
    ),
    ...(options.subject === undefined
      ? []
      : section(
          `Consents of ${options.subject}, at ${time(at)}`,
          consents.length === 0
            ? ["  none"]
            : consents.flatMap(({ grantee, scope, status, record, sentence }) => [
                `  ${status}: to ${grantee}, version ${record.version}, until ${time(record.expiresAt)}, scope ${scope}`,
                ...(sentence === null ? [] : [`    ${sentence}`]),
              ]),
        )),
    ...section(
      `Acts of ${options.subject ?? ""}`,
      acts.map((act) => `  ${time(act.stamp.time)}  ${describeAct(act)}  (block ${act.block}, ${act.tx})`),
    ),
    ...section(
      "To know",
      [...notes, "What a gateway did and never recorded, nobody can prove from here."].map((line) => `  ${line}`),
    ),
    "",
  ].join("\n");
}

/** The report as JSON: bigints as decimal strings. */
export function auditToJson(result: AuditResult): string {
  const { genuine, at, report, consents, answers, openings, comparisons, notes } = result;
  const { state: _, acts, ...ledger } = report;
  const content = {
    ...ledger,
    format: "placet-audit",
    formatVersion: 1,
    genuine,
    at,
    openings,
    answers,
    consents,
    comparisons,
    notes,
    acts: acts.map((act) => ({ ...actRow(act), sentence: describeAct(act) })),
  };
  return JSON.stringify(content, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value), 2);
}
