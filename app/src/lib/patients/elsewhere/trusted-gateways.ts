// Which gateways a patient trusts, for somebody who holds a consent of hers. Rule: the ledger says it, and nobody else: it
// holds the digest of the capsule, or of the bundle of the newest re-keying, in which she tells them, and each one's key.
import { readLedgerEpoch, readLedgerKey } from "#app/people/index.ts";
import { fetchBlock, gatewayInfo } from "#app/service/index.ts";
import { readTold } from "#app/vault/index.ts";
import { readNewestEvent } from "#app/witness/index.ts";
import { toBytes } from "#protocol/bytes.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { mayLeadTo, type ToldGateway } from "#protocol/keys/index.ts";
import { getAddress, isAddressEqual, type Address, type Hex } from "viem";
import type { HeldConsent } from "../held-consent.ts";

/** A gateway besides this service's own that the patient trusts, with the key that the ledger has of it. */
export type TrustedGateway = { address: Address; url: string; encryptionKey: Hex };

type Named = Pick<HeldConsent, "subject" | "grantee" | "scope">;

/** The patient's newest word: that of her newest re-keying, or of the capsule where none came after it. */
async function readNewest(consent: Named): Promise<readonly ToldGateway[]> {
  const { subject, grantee, scope } = consent;
  const epoch = await readLedgerEpoch(subject);
  const name = { subject, grantee, scope };
  // A scope is granted once or, after an end, anew: the newest capsule counts. A proxy's is not the patient's word.
  const names = ["Granted", "Replaced", "Armed", "Appointed"];
  const granted = await readNewestEvent({ names, topics: [subject, grantee, scope] });
  const capsule = granted?.args["capsule"];
  if (typeof capsule === "string") {
    const bytes = toBytes(await fetchBlock(manifestCid(capsule as Hex)));
    const told = await readTold({ ...name, from: { capsule: bytes } });
    // By its own epoch and not by what a service's row says of it: after a re-keying the capsule is her word no more.
    if (told?.epoch === epoch) return told.gateways;
  }
  // One that came before the consent would not tell its grantee anything.
  const rekeyed = await readNewestEvent({ names: ["Rekeyed"], topics: [subject], from: granted?.block });
  const bundle = rekeyed?.args["bundle"];
  if (typeof bundle !== "string" || rekeyed?.args["epoch"] !== epoch) return [];
  const index = toBytes(await fetchBlock(manifestCid(bundle as Hex)));
  const told = await readTold({ ...name, from: { index } });
  return told?.epoch === epoch ? told.gateways : [];
}

/**
 * The other gateways under this consent, in the order in which the patient added them. Throws Failure where the ledger does
 * not answer, or its views differ.
 */
export async function findTrustedGateways(consent: Named): Promise<TrustedGateway[]> {
  const [told, own] = await Promise.all([readNewest(consent), gatewayInfo()]);
  const others = told.filter(
    ({ address, url }) => !isAddressEqual(address, own.address) && mayLeadTo(location.origin, url),
  );
  const keys = await Promise.all(others.map(({ address }) => readLedgerKey(getAddress(address))));
  return others.flatMap(({ address, url }, at) => {
    const encryptionKey = keys[at]?.key;
    return encryptionKey === undefined ? [] : [{ address: getAddress(address), url, encryptionKey }];
  });
}
