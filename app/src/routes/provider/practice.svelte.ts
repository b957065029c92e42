// What all pages of a provider share while the vault is open: consents held (one's own, or those of the organisation that
// one reads for), requests made, appointments, what patients are called.
import { createMyRequests } from "#app/asking/index.ts";
import { createHeldConsents, createPatientNames } from "#app/patients/index.ts";
import { nameOf as directoryName } from "#app/people/index.ts";
import type { Membership } from "#app/session/index.ts";
import { createProviderAppointments } from "#app/provider-appointments/index.ts";
import type { PersonView } from "#app/ui/index.ts";
import type { Metadata } from "#protocol/documents/index.ts";
import { getContext, setContext } from "svelte";
import { SvelteMap } from "svelte/reactivity";
import type { Address, Hex } from "viem";

const KEY = Symbol("practice");

/** The provider's lists. */
export type Practice = ReturnType<typeof createPractice>;

/** Makes the lists known to all pages below. */
export function providePractice(self: Address, organisation: Membership | undefined): Practice {
  return setContext(KEY, createPractice(self, organisation));
}

/** The lists, inside the provider's place. */
export function usePractice(): Practice {
  return getContext<Practice>(KEY);
}

function createPractice(self: Address, organisation: Membership | undefined) {
  const held = createHeldConsents({
    account: organisation?.organisation ?? self,
    role: organisation?.role ?? 0,
  });
  const requests = createMyRequests({ self });
  const appointments = createProviderAppointments({ provider: self });
  const names = createPatientNames(organisation?.organisation);

  return {
    self,
    /** The organisation that one reads for, and one's role there. */
    organisation,
    /** What it is called; undefined while one reads for oneself. */
    get holder(): string | undefined {
      return organisation && directoryName(organisation.organisation);
    },
    /** Where to ask a patient for access: only in one's own name, so not while one reads for an organisation. */
    askHref: (subject: string): string | undefined =>
      organisation ? undefined : `/provider/requests/new?to=${subject}`,
    held,
    requests,
    appointments,
    /** Titles of records that were opened since the vault was: forgotten when it is locked. */
    titles: new SvelteMap<Hex, Metadata>(),
    /** A patient's name where it is known, else the short address. */
    nameOf: (subject: string): string => names.nameOf(subject),
    personOf: (subject: string): PersonView => names.personOf(subject),
    mayRename: (subject: string): boolean => names.mayRename(subject),
    rename: (subject: Address, name: string): Promise<void> => names.rename(subject, name),
    learnNames: (now: number): Promise<void> => names.learn(held.list, now),
    /** Whoever wrote a record: the patient, oneself, or somebody from the directory. */
    authorOf: (author: string, subject: string): string =>
      author.toLowerCase() === subject.toLowerCase() ? names.nameOf(subject) : directoryName(author),
    stop(): void {
      held.stop();
      requests.stop();
      appointments.stop();
    },
  };
}
