// Opens a record by whichever gateway hands it over: this service's own first, then those besides it that the patient trusts.
// Rule: a wallet window opens only after somebody said yes to it; until then, where one would be needed is offered. So is
// what might use up a consent twice.
import { isFailure } from "#protocol/failure.ts";
import type { RefusalReason } from "#protocol/receipts/index.ts";
import type { ChartEntry } from "./chart-entry.ts";
import {
  countsUses,
  findTrustedGateways,
  forgetSignIn,
  isAway,
  isUnable,
  recallSignIn,
  signInElsewhere,
  type TrustedGateway,
} from "./elsewhere/index.ts";
import type { Use } from "./held-consent.ts";
import { openEntry, type OpenedEntry } from "./open-entry.ts";

/** Why the service's own gateway did not hand a record over. */
export type NotHere = { refused: RefusalReason } | { error: unknown };

/** What came of it, and by whom (undefined: this service); or who could be asked after a sign-in there. */
export type OpenedAnywhere =
  { answer: OpenedEntry; by: TrustedGateway | undefined } | { offer: readonly TrustedGateway[]; why: NotHere };

type Options = { signal: AbortSignal };

/** Opens a record without any wallet window. Throws Failure where nobody could be asked. */
export async function openAnywhere(entry: ChartEntry, use: Use, { signal }: Options): Promise<OpenedAnywhere> {
  let why: NotHere;
  try {
    const answer = await openEntry(entry, use, { signal });
    if (answer.ok || !isUnable(answer.reason)) return { answer, by: undefined };
    why = { refused: answer.reason };
  } catch (error) {
    if (signal.aborted || !isAway(error)) throw error;
    why = { error };
  }
  // Where the ledger cannot be asked who else is trusted, nobody is.
  const trusted = await findTrustedGateways(use.consent).catch(() => []);
  const offer: TrustedGateway[] = [];
  for (const gateway of trusted) {
    const held = "error" in why && countsUses(use.consent) ? undefined : await recallSignIn(gateway);
    if (!held) {
      offer.push(gateway);
      continue;
    }
    try {
      const answer = await openEntry(entry, use, { signal, by: { gateway, held } });
      if (answer.ok || !isUnable(answer.reason)) return { answer, by: gateway };
    } catch (error) {
      // Whatever another gateway says: the next one may do better, and what this service said is told in the end.
      if (signal.aborted || !isFailure(error) || isFailure(error, "locked")) throw error;
      if (isFailure(error, "not-authorised")) await forgetSignIn(gateway);
    }
  }
  if (offer.length > 0) return { offer, why };
  if ("error" in why) throw why.error;
  return { answer: { ok: false, reason: why.refused, detail: "" }, by: undefined };
}

/** Signs in to a gateway by the wallet and opens a record there. Throws Failure. */
export async function openBy(
  entry: ChartEntry,
  use: Use,
  { gateway, signal }: Options & { gateway: TrustedGateway },
): Promise<OpenedAnywhere> {
  const held = (await recallSignIn(gateway)) ?? (await signInElsewhere(gateway));
  try {
    return { answer: await openEntry(entry, use, { signal, by: { gateway, held } }), by: gateway };
  } catch (error) {
    if (isFailure(error, "not-authorised")) await forgetSignIn(gateway);
    throw error;
  }
}
