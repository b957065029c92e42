// From any act to the contract call that carries it out, sent plainly by its actor or by anyone with a signature.
// Rule: an act that opens a consent has no plain form, whoever sends it.

import type { Address, Hex } from "viem";
import { getAddress } from "viem/utils";
import { Failure } from "../failure.ts";
import { actTable } from "./act-table.ts";
import type { Act } from "./act.ts";

/** What viem's writeContract, simulateContract and encodeFunctionData need besides ABI and address. */
export type ActCall = {
  readonly contract: "ledger" | "providerRegistry";
  readonly functionName: string;
  readonly args: readonly unknown[];
};

/** Proof of who acts, when somebody else sends. */
export type ActSignature = {
  readonly signature: Hex;
  /** publishKey only: the present vault account's own signature, when it is replaced. */
  readonly vaultSignature?: Hex;
  /** declareMove only: the new account's signature. */
  readonly newSignature?: Hex;
};

/** Who acts. */
export function actorOf(act: Act): Address {
  return getAddress(String((act.args as Record<string, unknown>)[actTable[act.name].actor]));
}

/** True when the act can be signed by its actor and sent by somebody else. */
export function isRelayable(act: Act): boolean {
  return actTable[act.name].signed !== null;
}

type TermsAct = Extract<Act, { name: "grant" | "replace" | "arm" | "appoint" | "grantByProxy" }>;
type ProxyAct = Extract<Act, { name: "grantByProxy" | "renewByProxy" | "revokeByProxy" | "declineByProxy" }>;
type BookingAct = Extract<Act, { name: "requestAppointment" | "rescheduleAppointment" }>;

function termsOf({ args }: TermsAct): Record<string, unknown> {
  const { subject, grantee, scope, ops, notBefore, expiresAt, capsule, deadline } = args;
  return { subject, grantee, scope, ops, notBefore, expiresAt, capsule, deadline };
}

/** The mandate that a proxy acts under, as the ledger's struct. */
const mandateOf = ({ args }: ProxyAct) => ({ proxy: args.proxy, scope: args.mandate });

/** Batches whose parts are the ledger's structs already. */
function partsOf(act: Extract<Act, { name: "grantMany" | "revokeMany" | "anchorMany" | "publishDays" }>) {
  if (act.name === "revokeMany") return act.args.revocations;
  if (act.name === "anchorMany") return act.args.anchors;
  if (act.name === "publishDays") return act.args.days;
  const { subject, deadline, grants } = act.args;
  return grants.map((one) => ({ subject, ...one, deadline }));
}

function bookingOf({ args }: BookingAct): Record<string, unknown> {
  const { patient, provider, id, day, slot, length, details } = args;
  return { patient, provider, id, day, slot, length, details };
}

/** Arguments when the actor sends alone. `vaultSignature` is publishKey's last one. */
function plainArgs(act: Act, vaultSignature: Hex): readonly unknown[] {
  const { name, args } = act;
  switch (name) {
    case "request":
      return [args.subject, args.note];
    case "revoke":
      return [args.grantee, args.scope];
    case "renounce":
      return [args.subject, args.scope];
    case "decline":
      return [args.grantee, args.request, args.note];
    case "mute":
      return [args.grantee, args.muted];
    case "cancelSigned":
    case "acceptRegistrar":
    case "acceptOwnership":
      return [];
    case "rekey":
      return [args.subject, args.bundle];
    case "publishKey":
      return [args.encryptionKey, args.vaultAccount, vaultSignature];
    case "anchor":
      return [args.document, args.manifest, args.version];
    case "file":
      return [args.subject, args.grantee, args.scope, args.document, args.manifest, args.version];
    case "withdraw":
      return [args.subject, args.document];
    case "reject":
      return [args.document];
    case "publishAvailability":
      return [args.day, args.open];
    case "requestAppointment":
    case "rescheduleAppointment":
      return [bookingOf(act)];
    case "confirmAppointment":
    case "cancelAppointment":
    case "completeAppointment":
    case "missAppointment":
      return [args.patient, args.provider, args.id];
    case "anchorReceipts":
      return [args.root, BigInt(args.first), BigInt(args.count)];
    case "breakGlass":
      return [args.subject, args.grantee, args.scope, args.note];
    case "revokeByProxy":
      return [args.subject, args.grantee, args.scope, args.mandate];
    case "declineByProxy":
      return [args.subject, args.grantee, args.request, args.note, args.mandate];
    case "revokeMany":
      return [args.revocations.map(({ scope, grantee }) => ({ scope, grantee }))];
    case "anchorMany":
    case "publishDays":
      return [partsOf(act)];
    case "applyFor":
      return [args.kind, args.licence, args.card];
    case "publishCard":
      return [args.card];
    case "verify":
      return [args.account, args.kind, args.licence, args.validUntil];
    case "suspend":
    case "refuse":
    case "proposeRegistrar":
    case "dismissRegistrar":
    case "transferOwnership":
      return [args.account];
    case "addMember":
      return [args.member, args.role];
    case "removeMember":
      return [args.member];
    case "leaveOrganisation":
      return [args.organisation];
    case "appointAuditor":
      return [args.auditor, args.validUntil];
    case "dismissAuditor":
      return [args.auditor];
    case "grant":
    case "renew":
    case "replace":
    case "arm":
    case "appoint":
    case "grantByProxy":
    case "renewByProxy":
    case "declareMove":
    case "grantMany":
      throw new Failure("bad-input", `"${actTable[name].label}" must be signed, whoever sends it. Nothing was sent.`);
  }
}

function signedArgs(act: Act, { signature, vaultSignature = "0x", newSignature }: ActSignature): readonly unknown[] {
  const { name, args } = act;
  const deadline = "deadline" in args ? args.deadline : undefined;
  switch (name) {
    case "grant":
      return [termsOf(act), signature];
    case "renew":
      return [args.subject, args.grantee, args.scope, args.expiresAt, args.deadline, signature];
    case "replace":
      return [args.replaced, termsOf(act), signature];
    case "revoke":
      return [args.subject, args.grantee, args.scope, args.ceiling, signature];
    case "renounce":
      return [args.subject, args.grantee, args.scope, signature];
    case "decline":
      return [args.subject, args.grantee, args.request, args.note, deadline, signature];
    case "mute":
      return [args.subject, args.grantee, args.muted, deadline, signature];
    case "cancelSigned":
      return [args.subject, signature];
    case "request":
      return [args.grantee, args.subject, args.note, deadline, signature];
    case "rekey":
      return [args.subject, args.bundle, args.epoch, signature];
    case "publishKey":
      return [args.account, args.encryptionKey, args.vaultAccount, deadline, signature, vaultSignature];
    case "anchor":
      return [args.subject, args.document, args.manifest, args.version, deadline, signature];
    case "file": {
      const { author, subject, grantee, scope, document, manifest, version } = args;
      return [author, subject, grantee, scope, document, manifest, version, deadline, signature];
    }
    case "withdraw":
      return [args.account, args.subject, args.document, signature];
    case "reject":
      return [args.subject, args.document, signature];
    case "publishAvailability":
      return [args.provider, args.day, args.open, deadline, signature];
    case "requestAppointment":
    case "rescheduleAppointment":
      return [args.account, bookingOf(act), deadline, signature];
    case "confirmAppointment":
      return [args.account, args.patient, args.provider, args.id, deadline, signature];
    case "cancelAppointment":
      return [args.account, args.patient, args.provider, args.id, signature];
    case "arm":
      return [termsOf(act), signature, args.times];
    case "appoint":
      return [termsOf(act), signature];
    case "breakGlass":
      return [args.by, args.subject, args.grantee, args.scope, args.note, deadline, signature];
    case "grantByProxy":
      return [mandateOf(act), termsOf(act), signature];
    case "renewByProxy":
      return [mandateOf(act), args.subject, args.grantee, args.scope, args.expiresAt, args.deadline, signature];
    case "revokeByProxy":
      return [mandateOf(act), args.subject, args.grantee, args.scope, args.ceiling, signature];
    case "declineByProxy":
      return [mandateOf(act), args.subject, args.grantee, args.request, args.note, deadline, signature];
    case "declareMove":
      return [args.subject, args.newAccount, args.deadline, signature, newSignature];
    case "grantMany":
      return [partsOf(act), signature];
    case "revokeMany":
      return [args.subject, partsOf(act), signature];
    case "anchorMany":
      return [deadline, args.subject, partsOf(act), signature];
    case "publishDays":
      return [args.provider, partsOf(act), deadline, signature];
    default:
      throw new Failure("bad-input", `"${actTable[name].label}" is never signed: its sender is who acts.`);
  }
}

/**
 * The contract call of an act: with a signature anyone may send it, without one only its actor. Throws
 * Failure("bad-input") when the act has no such form, or its deadline is missing. A plain publishKey that replaces the
 * vault account passes `{ vaultSignature }` alone.
 */
export function actCall(act: Act, signed?: ActSignature | { readonly vaultSignature: Hex }): ActCall {
  const entry = actTable[act.name];
  if (signed !== undefined && "signature" in signed) {
    const args = signedArgs(act, signed);
    if (entry.signed === null || args.includes(undefined)) {
      throw new Failure(
        "bad-input",
        `"${entry.label}" needs a deadline, and a move the new account's signature, to be sent signed. Nothing was sent.`,
      );
    }
    return { contract: entry.contract, functionName: entry.signed, args };
  }
  const args = plainArgs(act, signed?.vaultSignature ?? "0x");
  return { contract: entry.contract, functionName: entry.plain ?? "", args };
}
