// Names of patients as a provider's vault keeps them. Rule: what was read as a member of an organisation is shown while one
// reads for it, and forgotten once one is its member no more.
import type { VaultSettings } from "#protocol/keys/index.ts";
import { z } from "zod";

const SETTING = "patientNames";
/** So many names are kept, the newest; each is under a hundred and fifty bytes of the vault's 64 KiB. */
const MOST = 200;

const knownSchema = z.record(
  z.string(),
  z.object({
    name: z.string().max(200),
    born: z.string().max(10).nullable(),
    /** True: the provider's word, until a profile says it. */
    own: z.boolean().default(false),
    /** The organisation as whose member it was read; null for what was read in one's own name. */
    organisation: z.string().max(42).nullable().default(null),
  }),
);

/** Names by patient. */
export type KnownNames = z.infer<typeof knownSchema>;

const readAllKnown = (settings: VaultSettings): KnownNames => knownSchema.safeParse(settings[SETTING]).data ?? {};
const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function keepOnly(known: KnownNames, isKept: (one: KnownNames[string]) => boolean): KnownNames {
  return Object.fromEntries(Object.entries(known).filter(([, one]) => isKept(one)));
}

/** The names that are shown to somebody who reads for this organisation, or (without one) for themselves. */
export function readKnown(settings: VaultSettings, organisation: string | undefined): KnownNames {
  return keepOnly(
    readAllKnown(settings),
    (one) => one.organisation === null || (organisation !== undefined && isSame(one.organisation, organisation)),
  );
}

/** The settings with these names besides those that are kept. */
export function addKnown(settings: VaultSettings, news: KnownNames): VaultSettings {
  const all = Object.entries({ ...readAllKnown(settings), ...news }).slice(-MOST);
  return { ...settings, [SETTING]: Object.fromEntries(all) };
}

/** The settings without what was read for organisations that one is no member of; the same ones where there is nothing of it. */
export function dropFormer(settings: VaultSettings, organisations: readonly string[]): VaultSettings {
  const known = readAllKnown(settings);
  const kept = keepOnly(known, ({ organisation: of }) => of === null || organisations.some((one) => isSame(one, of)));
  return Object.keys(kept).length === Object.keys(known).length ? settings : { ...settings, [SETTING]: kept };
}
