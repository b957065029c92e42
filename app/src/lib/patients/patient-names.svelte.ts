// What a provider's own patients are called. A patient's name stands in no directory: it comes from their profile, where
// a consent covers it, by a read like any other that the patient sees; or from the provider, who may call them what they
// like. Both are kept inside the vault alone: one read is enough, and nobody else learns what was written.
// What was read as a member of an organisation stays there for as long as one is its member.
import { profileFromFhir, fullName } from "#protocol/profile/index.ts";
import { readSettings, saveSettings } from "#app/vault/index.ts";
import { dateInWords, t, type PersonView } from "#app/ui/index.ts";
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import type { Address } from "viem";
import { beginOf, groupBySubject, isLive, usesOf, type HeldConsent } from "./held-consent.ts";
import { addKnown, dropFormer, readKnown, type KnownNames } from "./known-names.ts";
import { openEntry } from "./open-entry.ts";
import { readChart } from "./read-chart.ts";

/** A consent this young may not have begun by the ledger's clock: asking would only leave a refusal. Seconds. */
const YOUNG = 8;

type Name = KnownNames[string];
/** The names of one's patients. */
export type PatientNames = ReturnType<typeof createPatientNames>;

/** Starts with what the vault remembers; `organisation`: the one that one reads for. */
export function createPatientNames(organisation: Address | undefined) {
  const known = new SvelteMap<string, Name>(Object.entries(readKnown(readSettings(), organisation)));
  const asked = new SvelteSet<string>();

  /** Reads the profile of everybody whose name is not known, where a consent covers it; quietly, once. */
  async function learn(consents: readonly HeldConsent[], now: number): Promise<void> {
    const news: KnownNames = {};
    const settled = consents.filter((consent) => beginOf(consent) + YOUNG <= now);
    for (const { subject, consents: theirs } of groupBySubject(settled)) {
      const before = known.get(subject);
      // What one calls somebody oneself outlives a membership, and what is read in an organisation's name does not.
      if ((before && (!before.own || organisation !== undefined)) || asked.has(subject)) continue;
      if (!theirs.some((one) => isLive(one, now) && one.opening?.categories.includes("profile"))) continue;
      asked.add(subject);
      const found = await readName(subject, { consents: theirs, now }).catch(() => undefined); // The address stands in.
      if (!found) continue;
      known.set(subject, found);
      news[subject] = { ...found, organisation: organisation ?? null };
    }
    if (Object.keys(news).length > 0) await saveSettings((settings) => addKnown(settings, news));
  }

  return {
    learn,
    /** True where the name is the provider's own word, or none is known: then it can be changed. */
    mayRename: (subject: string): boolean => known.get(subject)?.own ?? true,
    /** Remembers what the provider calls somebody. */
    async rename(subject: Address, name: string): Promise<void> {
      const named = { name: name.trim().slice(0, 200), born: null, own: true, organisation: null };
      await saveSettings((settings) => addKnown(settings, { [subject]: named }));
      known.set(subject, named);
    },
    nameOf: (subject: string): string => known.get(subject)?.name ?? `${subject.slice(0, 6)}…${subject.slice(-4)}`,
    personOf(subject: string): PersonView {
      const person = known.get(subject);
      if (!person) return { address: subject, standing: "none" };
      const about = person.born ? t("provider.patient.born", { date: dayInWords(person.born) }) : undefined;
      return { address: subject, name: person.name, standing: "none", ...(about ? { about } : {}) };
    },
  };
}

async function readName(
  subject: Address,
  { consents, now }: { consents: readonly HeldConsent[]; now: number },
): Promise<Name | undefined> {
  const entries = await readChart(subject, { category: "profile" });
  const entry = entries.find((one) => one.status === 1 && one.sealed);
  const [use] = entry ? usesOf(consents, { document: entry.document, category: "profile" }, now) : [];
  if (!entry || !use) return undefined;
  const opened = await openEntry(entry, use);
  if (!opened.ok || !opened.shown.blob) return undefined;
  const profile = profileFromFhir(JSON.parse(await opened.shown.blob.text()));
  return { name: fullName(profile).slice(0, 200), born: profile.birthDate ?? null, own: false, organisation: null };
}

/** Forgets what was read for organisations that one is no member of. Throws Failure. */
export async function forgetFormerNames(organisations: readonly Address[]): Promise<void> {
  const before = readSettings();
  if (dropFormer(before, organisations) !== before)
    await saveSettings((settings) => dropFormer(settings, organisations));
}

function dayInWords(day: string): string {
  return dateInWords(new Date(`${day}T12:00:00`).getTime() / 1000);
}
