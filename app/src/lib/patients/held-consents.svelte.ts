// The consents that the signed-in person holds, or the organisation that they read for, kept fresh, and the people they
// are from.
import { createLoader, refreshOn } from "#app/live/index.ts";
import { groupBySubject, isOpen, type HeldConsent, type PatientConsents } from "./held-consent.ts";
import { createHeldReader, type Holder } from "./read-held-consents.ts";

/** A reactive list of consents held. */
export type HeldConsents = ReturnType<typeof createHeldConsents>;

/** Starts the list; call `stop` when the place goes. */
export function createHeldConsents(holder: Holder) {
  let list = $state.raw<HeldConsent[]>([]);
  const read = createHeldReader(holder);
  const loader = createLoader(async () => {
    list = (await read()).sort((a, b) => b.changedAt - a.changedAt);
  });
  const stop = refreshOn(["act"], () => void loader.reload());
  void loader.reload();

  const groups = $derived(groupBySubject(list));

  return {
    loader,
    stop,
    get list(): readonly HeldConsent[] {
      return list;
    },
    of: (subject: string): readonly HeldConsent[] =>
      list.filter((consent) => consent.subject.toLowerCase() === subject.toLowerCase()),
    /** Patients with at least one consent that has not ended; whose ends first comes first. */
    present(now: number): PatientConsents[] {
      const endOf = ({ consents }: PatientConsents): number =>
        Math.max(...consents.filter((one) => isOpen(one, now)).map((one) => one.expiresAt));
      return groups
        .filter(({ consents }) => consents.some((one) => isOpen(one, now)))
        .sort((a, b) => endOf(a) - endOf(b));
    },
    /** Patients whose consents have all ended. */
    former(now: number): PatientConsents[] {
      return groups.filter(({ consents }) => !consents.some((one) => isOpen(one, now)));
    },
  };
}
