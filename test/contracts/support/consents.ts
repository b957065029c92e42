// Consents as the tests grant them: an opening with words, a draft of the terms, and the ways to sign and send them.

import type { ContractTransactionReceipt, Signer } from "ethers";
import { scopeOf, type Opening } from "#protocol/consent/scope.ts";
import { signAct } from "./sign.ts";
import { DAY, HOUR, read, send, START, word, type Stage } from "./stage.ts";

export const READ = 1;
export const QUERY = 2;
export const MANAGE = 0x4000_0000;
export const CONTRIBUTE = 0x8000_0000;

export const STATUS = {
  none: 0n,
  active: 1n,
  revoked: 2n,
  renounced: 3n,
  superseded: 4n,
  expired: 6n,
  notYetBegun: 7n,
};

/** An opening in words; the salt makes each one's scope its own. */
export function openingOf(name: string): Opening {
  return {
    sentence: "This consent covers your lab results and imaging, for treatment.",
    language: "en",
    categories: ["labs", "imaging"],
    purposes: ["TREAT"],
    documents: [],
    terms: ["wording: 1"],
    salt: word(`salt of ${name}`) as `0x${string}`,
  };
}

/** Everything that is signed and sent to grant a consent. */
export type Draft = {
  opening: Opening;
  subject: string;
  grantee: string;
  scope: string;
  ops: number;
  notBefore: number;
  expiresAt: number;
  capsule: string;
  deadline: number;
  version: bigint;
  generation: bigint;
};

/** Ana's grant to Lena, for 30 days from the start, unless told otherwise; version and generation as they are now. */
export async function draftGrant(
  stage: Stage,
  changes: Partial<Omit<Draft, "scope">> & { name?: string } = {},
): Promise<Draft> {
  const { name = "one", ...given } = changes;
  const opening = given.opening ?? openingOf(name);
  const parties = {
    subject: given.subject ?? stage.ana.address,
    grantee: given.grantee ?? stage.lena.address,
    scope: scopeOf(opening),
  };
  return {
    ops: READ,
    notBefore: START,
    expiresAt: START + 30 * DAY,
    capsule: word(`capsule of ${name}`),
    deadline: START + HOUR,
    version: versionOf(await consentOf(stage, parties)),
    generation: await read(stage.ledger, "generationOf", parties.subject),
    ...given,
    ...parties,
    opening,
  };
}

/** The fields of a draft that the wallet shows. */
export function grantMessage(draft: Draft): Record<string, unknown> {
  return {
    scope: draft.opening,
    subject: draft.subject,
    grantee: draft.grantee,
    mayRead: (draft.ops & READ) !== 0,
    mayAdd: draft.ops >= CONTRIBUTE,
    ops: draft.ops,
    from: draft.notBefore,
    until: draft.expiresAt,
    capsule: draft.capsule,
    version: draft.version,
    generation: draft.generation,
    deadline: draft.deadline,
  };
}

/** The fields of a draft that are sent. */
export function grantTerms(draft: Draft): unknown[] {
  const { subject, grantee, scope, ops, notBefore, expiresAt, capsule, deadline } = draft;
  return [subject, grantee, scope, ops, notBefore, expiresAt, capsule, deadline];
}

export async function signGrant(stage: Stage, signer: Signer, draft: Draft): Promise<string> {
  return signAct(stage, signer, "Grant", grantMessage(draft));
}

/** Signs and sends a grant: signed by Ana and sent by the relayer unless told otherwise. */
export async function grant(
  stage: Stage,
  draft: Draft,
  { signer = stage.ana, sender = stage.relayer }: { signer?: Signer; sender?: Signer } = {},
): Promise<ContractTransactionReceipt> {
  return send(stage.ledger, sender, "grant", grantTerms(draft), await signGrant(stage, signer, draft));
}

/** Grants a consent and returns its draft. */
export async function granted(
  stage: Stage,
  changes: Parameters<typeof draftGrant>[1] = {},
  signer: Signer = stage.ana,
): Promise<Draft> {
  const draft = await draftGrant(stage, changes);
  await grant(stage, draft, { signer });
  return draft;
}

/** Signs a renewal of a draft's consent until another time. */
export async function signRenew(
  stage: Stage,
  signer: Signer,
  draft: Draft,
  { until, version, deadline = draft.deadline }: { until: number; version: bigint; deadline?: number },
): Promise<string> {
  const message = Object.fromEntries(
    Object.entries(grantMessage(draft)).filter(([name]) => name !== "from" && name !== "capsule"),
  );
  return signAct(stage, signer, "Renew", { ...message, until, version, deadline });
}

/** Signs a replacement of the consent of scope `replaces` by the draft; `version` is that of the consent which ends. */
export async function signReplace(
  stage: Stage,
  signer: Signer,
  draft: Draft,
  { replaces, version }: { replaces: string; version: bigint },
): Promise<string> {
  return signAct(stage, signer, "Replace", { ...grantMessage(draft), replaces, version });
}

/** Signs a revoke up to a ceiling. */
export async function signRevoke(
  stage: Stage,
  signer: Signer,
  { subject, grantee, scope }: Parties,
  ceiling: number,
): Promise<string> {
  return signAct(stage, signer, "Revoke", { subject, grantee, scope, ceiling });
}

export type Parties = Pick<Draft, "subject" | "grantee" | "scope">;

/** The packed record as the ledger stores it. */
export async function consentOf(stage: Stage, { subject, grantee, scope }: Parties): Promise<bigint> {
  return read(stage.ledger, "consentOf", subject, grantee, scope);
}

/** Whether the consent is active for an op, read by the grantee itself unless a reader is named. */
export async function isActive(stage: Stage, draft: Parties, op = READ, reader = draft.grantee): Promise<boolean> {
  return read<boolean>(stage.ledger, "isActive", draft.subject, draft.grantee, reader, draft.scope, op);
}

export async function effectiveStatus(stage: Stage, { subject, grantee, scope }: Parties): Promise<bigint> {
  return read(stage.ledger, "effectiveStatus", subject, grantee, scope);
}

/** A field of a packed word: the record layouts, stated once more by hand. */
export function bits(packed: bigint, offset: number, width: number): bigint {
  return (packed >> BigInt(offset)) & ((1n << BigInt(width)) - 1n);
}

export const versionOf = (record: bigint): bigint => bits(record, 8, 32);

/** A consent record, unpacked. */
export function unpack(record: bigint): Record<string, number> {
  return {
    status: Number(bits(record, 0, 8)),
    version: Number(bits(record, 8, 32)),
    ops: Number(bits(record, 40, 32)),
    notBefore: Number(bits(record, 72, 40)),
    expiresAt: Number(bits(record, 112, 40)),
    grantedAt: Number(bits(record, 152, 40)),
    changedAt: Number(bits(record, 192, 40)),
    keptZero: Number(bits(record, 232, 24)),
  };
}
