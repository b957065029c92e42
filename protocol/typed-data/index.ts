// Acts: what they are called, what is signed for them, and how they are sent.

export { actCall, actorOf, isRelayable, type ActCall, type ActSignature } from "./act-call.ts";
export type { ActEntry } from "./act-entry.ts";
export { actTable } from "./act-table.ts";
export { actNames, actSchema, actToJson, parseAct, type Act, type ActArgs, type ActJson, type ActName } from "./act.ts";
export {
  typedAnchorMany,
  typedAppoint,
  typedArm,
  typedAvailabilityMany,
  typedBreakGlass,
  typedDeclineByProxy,
  typedGrantByProxy,
  typedGrantMany,
  typedMoved,
  typedRenewByProxy,
  typedRevokeByProxy,
  typedRevokeMany,
} from "./messages-by-others.ts";
export {
  typedAnchor,
  typedAvailability,
  typedCancelAppointment,
  typedCancelSigned,
  typedConfirmAppointment,
  typedDecline,
  typedFile,
  typedGrant,
  typedMute,
  typedPublishKey,
  typedReject,
  typedRekey,
  typedRenew,
  typedRenounce,
  typedReplace,
  typedRequest,
  typedRequestAppointment,
  typedRescheduleAppointment,
  typedRevoke,
  typedWithdraw,
} from "./messages.ts";
export { readSigningState, type ReadLedger } from "./signing-state.ts";
export { readTurn } from "./turn.ts";
export { typedAct, type SigningState } from "./typed-act.ts";
export { actTypes, domainOf, typedData, type Place, type PrimaryType, type TypedData } from "./types.ts";

/** How long a signed act stays good unless somebody says otherwise, in seconds. */
export const DEFAULT_DEADLINE_SECONDS = 3600;
