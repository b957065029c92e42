// When another gateway is asked: this service is away, or cannot hand over what the ledger says may be read. Rule: a
// refusal that tells of the patient's will, or of a limit that she set, is an answer, and nobody is asked after it.
import { parseTerms } from "#protocol/consent/index.ts";
import { isFailure } from "#protocol/failure.ts";
import type { RefusalReason } from "#protocol/receipts/index.ts";
import type { HeldConsent } from "../held-consent.ts";

const CANNOT: readonly RefusalReason[] = ["no-seal", "opening-missing", "node-lagging"];
const AWAY = ["unavailable", "internal", "tampered", "not-found"] as const;

/** Whether this refusal says that the gateway could not, not that one may not. */
export const isUnable = (reason: RefusalReason): boolean => CANNOT.includes(reason);

/**
 * Whether this consent counts how often it is opened. Where an answer got lost, nobody here knows whether it counted: then
 * nobody else is asked without a person's word.
 */
export const countsUses = ({ times, opening }: Pick<HeldConsent, "times" | "opening">): boolean =>
  times > 0 || opening === undefined || parseTerms(opening.terms).uses !== undefined;

/** Whether this error says that the service gave no answer that counts. */
export const isAway = (error: unknown): boolean => AWAY.some((code) => isFailure(error, code));
