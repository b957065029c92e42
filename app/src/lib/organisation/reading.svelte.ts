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

  async function look(): Promise<void> {
    // Of the memberships the service tells again whenever it is asked for something: this only shows it sooner.
    await refreshMemberships().catch(() => undefined);
    if (organisation === undefined) return;
    if (membership === undefined) {
      await dropOrganisationKey();
      return;
    }
    try {
      standing = await holdOrganisationKey(organisation);
      error = undefined;
      held += 1;
    } catch (problem) {
      error = problem;
    }
  }

  const stop = refreshOn(["act", "member-key"], () => void look().catch(() => undefined));
  void (organisation === undefined ? dropOrganisationKey() : look()).catch(() => undefined);

  return {
    stop,
    look,
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
