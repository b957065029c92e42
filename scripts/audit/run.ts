// The audit itself: from options to one report. Rule: everything that can be checked is checked and told; only what
// makes checking impossible is thrown.

import type { Address, Hex } from "viem";
import { effectiveStatus, describeConsent, type ConsentRecord, type Opening } from "#protocol/consent/index.ts";
import { findConsentStatus } from "#protocol/codes/index.ts";
import { Failure } from "#protocol/failure.ts";
import {
  consentAt,
  couldRead,
  createChainReader,
  verifyHistory,
  type AuditReport,
  type ReadAnswer,
} from "#protocol/history/index.ts";
import { checkHistoryFile, checkService, type Comparison } from "./check-service.ts";
import { findBuilds, readDeploymentFile, readHistory, readOpenings } from "./inputs.ts";
import { connectNode } from "./node.ts";
import type { AuditOptions, Question } from "./options.ts";
import { readService } from "./service.ts";

/** A consent at the moment that was asked about. */
export type ConsentView = {
  readonly subject: Address;
  readonly grantee: Address;
  readonly scope: Hex;
  readonly record: ConsentRecord;
  /** As the ledger's effectiveStatus tells it. */
  readonly status: string;
  /** The sentence, where the opening was given. */
  readonly sentence: string | null;
};

/** All that an audit found. */
export type AuditResult = {
  readonly genuine: boolean;
  readonly at: number;
  readonly report: AuditReport;
  readonly consents: readonly ConsentView[];
  readonly answers: readonly (Question & ReadAnswer & { readonly at: number })[];
  readonly openings: { readonly given: number; readonly faults: readonly string[] };
  readonly comparisons: readonly Comparison[];
  readonly notes: readonly string[];
};

/** True when the second node has the very block that is audited. */
async function checkAgreement(urls: readonly string[], block: AuditReport["block"]): Promise<string[]> {
  const notes: string[] = [];
  for (const url of urls) {
    const other = await createChainReader(connectNode(url)).getBlock(block.number);
    const { origin } = new URL(url);
    if (other?.hash !== block.hash) {
      throw new Failure(
        "tampered",
        `The node at ${origin} has another block ${block.number} than the audited one (${other?.hash ?? "none"} instead of ${block.hash}). One of the two does not follow the chain.`,
      );
    }
    notes.push(`The node at ${origin} has the same block ${block.number}.`);
  }
  return notes;
}

function viewConsents(
  report: AuditReport,
  about: {
    readonly subject: Address | undefined;
    readonly at: number;
    readonly openings: readonly (Opening & { readonly scope: Hex })[];
  },
): ConsentView[] {
  const words = new Map(about.openings.map((opening) => [opening.scope, opening] as const));
  return [...report.state.consents.values()].flatMap((consent) => {
    if (about.subject !== undefined && consent.subject !== about.subject) return [];
    const record = consentAt(consent, about.at);
    if (record === undefined) return [];
    const { subject, grantee, scope } = consent;
    const opening = words.get(scope);
    const status = findConsentStatus(effectiveStatus(record, about.at))?.label ?? "Unknown";
    const { ops, notBefore, expiresAt } = record;
    const sentence =
      opening === undefined
        ? null
        : describeConsent({ opening, ops, notBefore, expiresAt, granteeName: grantee, timeZone: "UTC", tense: "could" })
            .text;
    return [{ subject, grantee, scope, record, status, sentence }];
  });
}

/** Runs an audit. Throws Failure when it cannot be done; "tampered" when what the node says contradicts itself. */
export async function runAudit(
  options: AuditOptions,
  tellProgress: (line: string) => void = () => {},
): Promise<AuditResult> {
  const deployment = await readDeploymentFile(options.deployment);
  const builds = await findBuilds(options.build);
  const { openings, faults } =
    options.openings === undefined ? { openings: [], faults: [] } : await readOpenings(options.openings);
  const shown = options.history === undefined ? null : await readHistory(options.history);
  const [rpcUrl = "", ...others] = options.rpc;
  const reader = createChainReader(connectNode(rpcUrl));
  const report = await verifyHistory({
    reader,
    deployment,
    blockHash: options.block,
    subject: options.subject,
    builds,
    onProgress: ({ step, done, of }) => tellProgress(`${step}: ${done} of ${of}`),
  });
  const notes = await checkAgreement(others, report.block);
  if (builds === undefined)
    notes.push(
      "The contracts were compared with the build that this version names, and not with one of your own: none was compiled here.",
    );
  const at = options.at ?? report.block.time;
  if (at > report.block.time)
    notes.push("The time asked about is later than the audited block: acts after the block are not known.");

  const comparisons: Comparison[] = [];
  if (options.service !== undefined) {
    tellProgress(`Reading what ${options.service} shows`);
    const { chainId } = deployment;
    const view = await readService(options.service, {
      block: report.block.number,
      chainId,
      cookieFile: options.cookieFile,
    });
    comparisons.push(await checkService(report, view, { url: options.service, rpcUrl }));
    if (!deployment.gateways.some((address) => address === view.gateway)) {
      notes.push(`The service's gateway ${view.gateway} is not one that the deployment file names.`);
    }
  }
  if (shown !== null) comparisons.push(checkHistoryFile(report, options.history ?? "", shown));

  const scopes = new Set([...report.state.consents.values()].map((consent) => consent.scope));
  const strays = openings.filter((opening) => !scopes.has(opening.scope));
  const openingFaults = [
    ...faults,
    ...strays.map(
      (opening) =>
        `An opening ("${opening.sentence}") hashes to ${opening.scope}, which is the scope of no consent on the ledger.`,
    ),
  ];
  const words = openings.map(({ scope: _, ...opening }) => opening);
  const answers = options.could.map((question) => ({
    ...question,
    at,
    ...couldRead(report.state, { ...question, at, openings: words }),
  }));
  const clean = comparisons.every(
    ({ differences, receipts, behind }) =>
      differences.length === 0 && behind === 0 && (receipts?.findings.length ?? 0) === 0,
  );
  return {
    genuine: report.genuine && clean && openingFaults.length === 0,
    at,
    report,
    consents: viewConsents(report, { subject: options.subject, at, openings }),
    answers,
    openings: { given: openings.length + faults.length, faults: openingFaults },
    comparisons,
    notes,
  };
}
