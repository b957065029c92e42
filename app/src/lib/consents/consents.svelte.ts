// The consents of the person who is signed in, kept fresh, and the acts that change them.
import { createLoader, refreshOn } from "#app/live/index.ts";
import type { Address } from "viem";
import { beginOf, consentId, endsSoon, inForce, isOpen, type Consent } from "./consent.ts";
import { createConsentReader } from "./read-consents.ts";

/** A reactive list of consents. */
export type Consents = ReturnType<typeof createConsents>;

/** Starts the list; call `stop` when the page goes. */
export function createConsents(options: { subject: Address }) {
  let list = $state.raw<Consent[]>([]);
  const read = createConsentReader(options.subject);
  const loader = createLoader(async () => {
    list = (await read()).sort((a, b) => b.changedAt - a.changedAt);
  });
  const stop = refreshOn(["act", "receipt"], () => void loader.reload());
  void loader.reload();

  return {
    subject: options.subject,
    loader,
    stop,
    get list(): readonly Consent[] {
      return list;
    },
    /** Those that let somebody do something now. */
    inForce: (now: number) => list.filter((consent) => inForce(consent, now)),
    /** In force, or about to begin. */
    open: (now: number) => list.filter((consent) => isOpen(consent, now)),
    /** In force and in the last stretch. */
    ending: (now: number) => list.filter((consent) => endsSoon(consent, now)).sort((a, b) => a.expiresAt - b.expiresAt),
    /** Revoked, given up, replaced or run out; the latest first. */
    over: (now: number) => list.filter((consent) => !isOpen(consent, now)).sort((a, b) => endOf(b) - endOf(a)),
    find: (id: string) => list.find((consent) => consentId(consent) === id),
    /** The latest end of any consent that ever let somebody read, unix seconds; 0 when there is none. */
    lastEnd: (now: number) =>
      Math.max(
        0,
        ...list
          .filter((consent) => !isOpen(consent, now) && (consent.ops & 1) === 1 && beginOf(consent) < endOf(consent))
          .map(endOf),
      ),
  };
}

/** When a consent ended: by an act, or by running out. */
export function endOf(consent: Consent): number {
  const standing = consent.status === 1 || consent.status === 5;
  return standing ? consent.expiresAt : Math.min(consent.changedAt, consent.expiresAt);
}
