// From any act to the words that are signed for it. Rule: what the ledger must be asked for (version, generation) is
// asked, never guessed; an opening that does not hash to the act's scope is never put before a wallet.

import { checkOpening, type Opening } from "../consent/index.ts";
import { Failure } from "../failure.ts";
import { actTable } from "./act-table.ts";
import type { Act } from "./act.ts";
import * as messages from "./messages.ts";
import type { Place, TypedData } from "./types.ts";

/** What typed data names besides the act itself. */
export type SigningState = {
  /** The words of the consent: needed by grant, renew and replace. */
  readonly opening?: Opening;
  /** The ops that the consent has: needed by renew. */
  readonly ops?: number;
  /** The record's version before the act (of the consent that ends, for replace). */
  readonly version?: number;
  /** The signer's generation. */
  readonly generation?: bigint;
};

function need<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new Failure("bad-input", `Before this act can be signed, its ${what} must be known. Nothing was sent.`);
}

/** The typed data of an act. Throws Failure("bad-input") when something that it names is missing or it cannot be signed. */
export function typedAct(place: Place, act: Act, state: SigningState = {}): TypedData {
  const version = () => need(state.version, "version");
  const generation = () => need(state.generation, "generation");
  const timed = (deadline: number | undefined) => ({
    generation: generation(),
    deadline: need(deadline, "deadline"),
  });
  const opening = (scope: Opening["salt"]) => checkOpening(need(state.opening, "wording"), { scope });
  switch (act.name) {
    case "grant":
      return messages.typedGrant(place, {
        ...act.args,
        opening: opening(act.args.scope),
        version: version(),
        generation: generation(),
      });
    case "renew":
      return messages.typedRenew(place, {
        ...act.args,
        opening: opening(act.args.scope),
        ops: need(state.ops, "list of what it allows"),
        version: version(),
        generation: generation(),
      });
    case "replace":
      return messages.typedReplace(place, {
        ...act.args,
        opening: opening(act.args.scope),
        version: version(),
        generation: generation(),
      });
    case "revoke":
      return messages.typedRevoke(place, act.args);
    case "renounce":
      return messages.typedRenounce(place, { ...act.args, version: version() });
    case "decline":
      return messages.typedDecline(place, { ...act.args, ...timed(act.args.deadline) });
    case "mute":
      return messages.typedMute(place, { ...act.args, ...timed(act.args.deadline) });
    case "cancelSigned":
      return messages.typedCancelSigned(place, { ...act.args, generation: generation() });
    case "request":
      return messages.typedRequest(place, { ...act.args, ...timed(act.args.deadline) });
    case "rekey":
      return messages.typedRekey(place, act.args);
    case "publishKey":
      return messages.typedPublishKey(place, { ...act.args, ...timed(act.args.deadline) });
    case "anchor":
      return messages.typedAnchor(place, { ...act.args, ...timed(act.args.deadline) });
    case "file":
      return messages.typedFile(place, { ...act.args, ...timed(act.args.deadline) });
    case "withdraw":
      return messages.typedWithdraw(place, { ...act.args, version: version() });
    case "reject":
      return messages.typedReject(place, { ...act.args, version: version() });
    case "publishAvailability":
      return messages.typedAvailability(place, { ...act.args, ...timed(act.args.deadline) });
    case "requestAppointment":
      return messages.typedRequestAppointment(place, { ...act.args, ...timed(act.args.deadline) });
    case "confirmAppointment":
      return messages.typedConfirmAppointment(place, {
        ...act.args,
        ...timed(act.args.deadline),
        version: version(),
      });
    case "rescheduleAppointment":
      return messages.typedRescheduleAppointment(place, {
        ...act.args,
        ...timed(act.args.deadline),
        version: version(),
      });
    case "cancelAppointment":
      return messages.typedCancelAppointment(place, { ...act.args, version: version() });
    default:
      throw new Failure("bad-input", `"${actTable[act.name].label}" is never signed: its sender is who acts.`);
  }
}

/** Reads one view function of the ledger. */
export type ReadLedger = (call: {
  readonly functionName: string;
  readonly args: readonly unknown[];
}) => Promise<unknown>;

/** Which record's version an act names. */
function versionCall(act: Act): { functionName: string; args: readonly unknown[] } | null {
  switch (act.name) {
    case "grant":
    case "renew":
    case "renounce":
      return { functionName: "consentOf", args: [act.args.subject, act.args.grantee, act.args.scope] };
    case "replace":
      return { functionName: "consentOf", args: [act.args.subject, act.args.grantee, act.args.replaced] };
    case "withdraw":
    case "reject":
      return { functionName: "documentOf", args: [act.args.subject, act.args.document] };
    case "confirmAppointment":
    case "cancelAppointment":
    case "rescheduleAppointment":
      return { functionName: "appointmentOf", args: [act.args.patient, act.args.provider, act.args.id] };
    default:
      return null;
  }
}

// Where the version stands in each record's word (contracts/types).
const versionAt: Record<string, bigint> = { consentOf: 8n, documentOf: 8n, appointmentOf: 64n };

async function readWord(read: ReadLedger, call: { functionName: string; args: readonly unknown[] }): Promise<bigint> {
  const answer = await read(call);
  if (typeof answer === "bigint") return answer;
  throw new Failure("unavailable", "The ledger did not answer as it should. Nothing was sent. Try again in a moment.");
}

/** Asks the ledger for what the act's typed data names: version, generation, and for renew the ops. */
export async function readSigningState(
  act: Act,
  read: ReadLedger,
): Promise<{ version?: number; generation?: bigint; ops?: number }> {
  const entry = actTable[act.name];
  const state: { version?: number; generation?: bigint; ops?: number } = {};
  const call = versionCall(act);
  if (entry.asks.includes("version") && call !== null) {
    const word = await readWord(read, call);
    state.version = Number((word >> (versionAt[call.functionName] ?? 0n)) & 0xffff_ffffn);
    if (act.name === "renew") state.ops = Number((word >> 40n) & 0xffff_ffffn);
  }
  if (entry.asks.includes("generation")) {
    const signer = (act.args as Record<string, unknown>)[entry.actor];
    state.generation = await readWord(read, { functionName: "generationOf", args: [signer] });
  }
  return state;
}
