// Reading for an organisation: that one is its member still, and that this device holds its key. Rule: when the membership
// is over, its key is dropped at once; whether anything opens is the gateway's judgement all the same.
import { refreshOn } from "#app/live/index.ts";
import { refreshMemberships, session, type Membership } from "#app/session/index.ts";
import { dropOrganisationKey, holdOrganisationKey, type MemberKeyStanding } from "#app/vault/index.ts";
import { isAddressEqual, type Address } from "viem";

/** "own": one reads for oneself. "over": one signed in for an organisation of which one is a member no more. */
export type ReadingState = "own" | "asking" | "over" | "failed" | MemberKeyStanding;

/** For whom somebody reads, reactive. */
export type Reading = ReturnType<typeof createReading>;

/** Starts with what the session says; call `stop` when the place goes. One for each session: who changes over makes another. */
export function createReading() {
  const organisation: Address | undefined = session.organisation ?? undefined;
  let standing = $state<MemberKeyStanding | undefined>();
  let error = $state.raw<unknown>();
  /** Counts how often the keys were taken: what did not open before may now. */
  let held = $state(0);

  const membership = $derived<Membership | undefined>(
    organisation && session.organisations.find((one) => isAddressEqual(one.organisation, organisation)),
  );
  const state = $derived<ReadingState>(
    organisation === undefined
      ? "own"
      : membership === undefined
        ? "over"
        : (standing ?? (error === undefined ? "asking" : "failed")),
  );

  /** Takes the key that was shared; drops it where the membership is over. */
  async function hold(): Promise<void> {
    if (organisation === undefined) return;
    if (membership === undefined) {
      standing = undefined;
      await dropOrganisationKey();
      return;
    }
    try {
      const found = await holdOrganisationKey(organisation);
      if (found === undefined) return; // asked for once more, or over, meanwhile
      standing = found;
      error = undefined;
      held += 1;
    } catch (problem) {
      error = problem;
    }
  }
  /** Looks whether one is a member still: an act may have said otherwise. */
  async function look(): Promise<void> {
    // Without an answer it stays what it was: whatever is asked for, the gateway judges by the ledger itself.
    await refreshMemberships().catch(() => undefined);
    if (membership === undefined || standing === undefined) await hold();
  }

  const stops = [
    refreshOn(["act"], () => void look().catch(() => undefined)),
    refreshOn(["member-key"], () => void hold().catch(() => undefined)),
  ];
  void (organisation === undefined ? dropOrganisationKey() : look()).catch(() => undefined);

  return {
    stop(): void {
      for (const stop of stops) stop();
    },
    /** Tries once more to take the key. */
    hold,
    organisation,
    get membership(): Membership | undefined {
      return membership;
    },
    get state(): ReadingState {
      return state;
    },
    get error(): unknown {
      return error;
    },
    get held(): number {
      return held;
    },
  };
}
