// Acts: what they are called, what is signed for them, and how they are sent.

export { actCall, actorOf, isRelayable, type ActCall, type ActSignature } from "./act-call.ts";
export { actTable, type ActEntry } from "./act-table.ts";
export { actNames, actSchema, actToJson, parseAct, type Act, type ActArgs, type ActName } from "./act.ts";
export * from "./messages.ts";
export { readSigningState, typedAct, type ReadLedger, type SigningState } from "./typed-act.ts";
export { actTypes, domainOf, typedData, type Place, type PrimaryType, type TypedData } from "./types.ts";

/** How long a signed act stays good unless somebody says otherwise, in seconds. */
export const DEFAULT_DEADLINE_SECONDS = 3600;
