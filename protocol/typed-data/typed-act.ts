// From any act to the words that are signed for it. Rule: what the ledger must be asked for (version, generation) is
// asked, never guessed; an opening that does not hash to the act's scope is never put before a wallet.

import { checkOpening, scopeOf, type Opening } from "../consent/index.ts";
import { Failure } from "../failure.ts";
import { actTable } from "./act-table.ts";
import type { Act } from "./act.ts";
import * as byOthers from "./messages-by-others.ts";
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
  /** The words of each consent of grantMany, in any order. */
  readonly openings?: readonly Opening[];
  /** The records' versions before grantMany, in its order. */
  readonly versions?: readonly number[];
  /** The signer's generation; the subject's, where a proxy grants or renews. */
  readonly generation?: bigint;
  /** The mandate's version, where a proxy grants or renews. */
  readonly mandateVersion?: number;
  readonly proxyGeneration?: bigint;
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
  const opened = (scope: Opening["salt"]) => ({
    opening: opening(scope),
    version: version(),
    generation: generation(),
  });
  const mandate = () => ({
    mandateVersion: need(state.mandateVersion, "mandate"),
    proxyGeneration: need(state.proxyGeneration, "proxy's generation"),
  });
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
    case "arm":
      return byOthers.typedArm(place, { ...act.args, ...opened(act.args.scope) });
    case "appoint":
      return byOthers.typedAppoint(place, { ...act.args, ...opened(act.args.scope) });
    case "breakGlass":
      return byOthers.typedBreakGlass(place, { ...act.args, ...timed(act.args.deadline), version: version() });
    case "grantByProxy":
      return byOthers.typedGrantByProxy(place, { ...act.args, ...opened(act.args.scope), ...mandate() });
    case "renewByProxy":
      return byOthers.typedRenewByProxy(place, {
        ...act.args,
        ...opened(act.args.scope),
        ...mandate(),
        ops: need(state.ops, "list of what it allows"),
      });
    case "revokeByProxy":
      return byOthers.typedRevokeByProxy(place, {
        ...act.args,
        mandateVersion: need(state.mandateVersion, "mandate"),
      });
    case "declineByProxy":
      return byOthers.typedDeclineByProxy(place, { ...act.args, ...timed(act.args.deadline) });
    case "declareMove":
      return byOthers.typedMoved(place, { ...act.args, ...timed(act.args.deadline) });
    case "grantMany": {
      const { subject, grants, deadline } = act.args;
      const words = new Map((state.openings ?? []).map((each) => [scopeOf(each), each]));
      const each = grants.map((one, at) => ({
        ...one,
        subject,
        deadline,
        opening: checkOpening(need(words.get(one.scope), "wording"), { scope: one.scope }),
        version: need(state.versions?.[at], "version"),
        generation: generation(),
      }));
      return byOthers.typedGrantMany(place, each);
    }
    case "revokeMany": {
      const { subject, revocations } = act.args;
      return byOthers.typedRevokeMany(
        place,
        revocations.map((one) => ({ ...one, subject })),
      );
    }
    case "anchorMany": {
      const { subject, anchors, deadline } = act.args;
      return byOthers.typedAnchorMany(
        place,
        anchors.map((one) => ({ ...one, subject, ...timed(deadline) })),
      );
    }
    case "publishDays": {
      const { provider, days, deadline } = act.args;
      return byOthers.typedAvailabilityMany(
        place,
        days.map((one) => ({ ...one, provider, ...timed(deadline) })),
      );
    }
    default:
      throw new Failure("bad-input", `"${actTable[act.name].label}" is never signed: its sender is who acts.`);
  }
}
