// Where the newest keys of a consent lie, by the ledger's word: it holds the digest of the capsule that the consent came
// with, and of the bundle of each re-keying. Rule: a service's lists do not count here. Anybody who knows a consent's words, as
// its gateway does, can make up a capsule for its holder with keys of their own, and what is sealed under these they open.
import { readLedgerEpoch } from "#app/people/index.ts";
import { fetchBlock } from "#app/service/index.ts";
import { readTold, type KeySource } from "#app/vault/index.ts";
import { readNewestEvent } from "#app/witness/index.ts";
import { toBytes } from "#protocol/bytes.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import type { ToldGateway } from "#protocol/keys/index.ts";
import type { Hex } from "viem";
import type { HeldConsent } from "./held-consent.ts";

/** Keys of the ledger's present epoch: the bytes that they lie in, and the gateways that these tell of. */
export type NewestKeys = { from: KeySource; epoch: number; gateways: readonly ToldGateway[] };

/** The acts of a patient that come with a capsule. */
const OF_PATIENT = ["Granted", "Replaced", "Armed", "Appointed"];

const readBlock = async (digest: Hex): Promise<Uint8Array> => toBytes(await fetchBlock(manifestCid(digest)));

/**
 * The newest capsule of a consent, or its fresh one in the bundle of the newest re-keying; undefined where neither has keys of
 * the ledger's epoch. `byProxyToo`: a capsule that came with a proxy's grant counts as well. Throws Failure("tampered") where
 * the views of the ledger differ, Failure("unavailable").
 */
export async function findNewestKeys(
  { subject, grantee, scope }: Pick<HeldConsent, "subject" | "grantee" | "scope">,
  options: { byProxyToo?: boolean } = {},
): Promise<NewestKeys | undefined> {
  const epoch = await readLedgerEpoch(subject);
  const name = { subject, grantee, scope };
  // A scope is granted once or, after an end, anew: the newest capsule counts.
  const names = options.byProxyToo ? [...OF_PATIENT, "GrantedByProxy"] : OF_PATIENT;
  const granted = await readNewestEvent({ names, topics: [subject, grantee, scope] });
  const capsule = granted?.args["capsule"];
  if (typeof capsule === "string") {
    const from = { capsule: await readBlock(capsule as Hex) };
    const told = await readTold({ ...name, from });
    // By its own epoch and not by what a service's row says of it: after a re-keying the capsule is the newest word no more.
    if (told?.epoch === epoch) return { ...told, from };
  }
  // One that came before the consent would have nothing for its grantee.
  const rekeyed = await readNewestEvent({ names: ["Rekeyed"], topics: [subject], from: granted?.block });
  const bundle = rekeyed?.args["bundle"];
  if (typeof bundle !== "string" || rekeyed?.args["epoch"] !== epoch) return undefined;
  const from = { index: await readBlock(bundle as Hex) };
  const told = await readTold({ ...name, from });
  return told?.epoch === epoch ? { ...told, from } : undefined;
}
