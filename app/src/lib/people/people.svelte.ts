// Who is behind an address, as the directory tells it. Names come from providers' own public cards; whether somebody is
// verified comes from the ledger through the same answer. Rule: an address without a card is shown as an address.
import { credentialStatuses, providerKinds } from "#protocol/codes/index.ts";
import { onLive, readProvider, searchProviders, type ProviderInfo } from "#app/service/index.ts";
import { session } from "#app/session/index.ts";
import { t, type PersonView } from "#app/ui/index.ts";
import { SvelteMap } from "svelte/reactivity";
import { getAddress, isAddress, type Address } from "viem";

const known = new SvelteMap<string, PersonView>();
// eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing on screen depends on who was asked about
const asked = new Set<string>();

/** Somebody, at once as an address and a moment later by name: reactive. */
export function personOf(address: string): PersonView {
  const key = isAddress(address, { strict: false }) ? getAddress(address.toLowerCase()) : address;
  const person = known.get(key);
  if (person) return person;
  if (!asked.has(key) && isAddress(key)) {
    asked.add(key);
    void askFor(key);
  }
  return { address: key };
}

/** A short name for a sentence: the person's own, or the shortened address. */
export function nameOf(address: string): string {
  if (session.state === "signed-in" && address.toLowerCase() === session.account.toLowerCase()) return t("people.you");
  const person = personOf(address);
  return person.name ?? `${person.address.slice(0, 6)}…${person.address.slice(-4)}`;
}

/** Searches the directory; what a PersonPicker asks. Oneself is left out. */
export async function searchPeople(text: string): Promise<PersonView[]> {
  const found = await searchProviders({ text });
  return found.items
    .map(viewOf)
    .filter((person) => session.state !== "signed-in" || person.address !== session.account);
}

/** Asks the directory about one address and waits for the answer; a person without a card comes back bare. */
export async function lookUpPerson(address: Address): Promise<PersonView> {
  asked.add(address);
  await askFor(address);
  return known.get(address) ?? { address, standing: "not-verified" };
}

/** What the registry does to somebody's standing: whoever it names is asked about again. */
const standingActs = new Set(["Applied", "CardPublished", "Verified", "Suspended", "Refused"]);
let watching: (() => void) | undefined;

function watchStandings(): void {
  watching ??= onLive(({ type, data }) => {
    if (type !== "act" || typeof data !== "object" || data === null) return;
    const { act, account } = data as { act?: unknown; account?: unknown };
    if (typeof account !== "string" || !standingActs.has(String(act)) || !asked.has(account)) return;
    void askFor(account as Address);
  });
}

async function askFor(address: Address): Promise<void> {
  watchStandings();
  try {
    known.set(address, viewOf(await readProvider(address)));
  } catch {
    // Not in the directory, or no answer: the address stands in, and the next look asks again.
    setTimeout(() => asked.delete(address), 30_000);
  }
}

function viewOf(entry: ProviderInfo): PersonView {
  const about = [entry.specialty, entry.place].filter((part) => typeof part === "string" && part !== "").join(", ");
  const kind = providerKinds.find((one) => one.code === entry.kind || one.id === entry.kind)?.label.toLowerCase();
  return {
    address: entry.address,
    ...(entry.name ? { name: entry.name } : {}),
    ...(about ? { about } : {}),
    ...(kind ? { kind } : {}),
    standing: standingOf(entry),
  };
}

function standingOf(entry: ProviderInfo): NonNullable<PersonView["standing"]> {
  const status = credentialStatuses.find((one) => one.code === entry.status || one.id === entry.status)?.id;
  if (status === "suspended") return "suspended";
  if (status !== "verified") return "not-verified";
  return (entry.validUntil ?? 0) > Date.now() / 1000 ? "verified" : "expired";
}
