// Which gateways a patient trusts, for somebody who holds a consent of hers. Rule: the ledger says it, and nobody else: it
// holds the digest of the capsule, or of the bundle of the newest re-keying, in which she tells them, and each one's key.
import { readLedgerKey } from "#app/people/index.ts";
import { gatewayInfo } from "#app/service/index.ts";
import { mayLeadTo } from "#protocol/keys/index.ts";
import { getAddress, isAddressEqual, type Address, type Hex } from "viem";
import type { HeldConsent } from "../held-consent.ts";
import { findNewestKeys } from "../newest-keys.ts";

/** A gateway besides this service's own that the patient trusts, with the key that the ledger has of it. */
export type TrustedGateway = { address: Address; url: string; encryptionKey: Hex };

type Named = Pick<HeldConsent, "subject" | "grantee" | "scope">;

/**
 * The other gateways under this consent, in the order in which the patient added them. Throws Failure where the ledger does
 * not answer, or its views differ.
 */
export async function findTrustedGateways(consent: Named): Promise<TrustedGateway[]> {
  // A proxy's capsule is not the patient's word.
  const [newest, own] = await Promise.all([findNewestKeys(consent), gatewayInfo()]);
  const others = (newest?.gateways ?? []).filter(
    ({ address, url }) => !isAddressEqual(address, own.address) && mayLeadTo(location.origin, url),
  );
  const keys = await Promise.all(others.map(({ address }) => readLedgerKey(getAddress(address))));
  return others.flatMap(({ address, url }, at) => {
    const encryptionKey = keys[at]?.key;
    return encryptionKey === undefined ? [] : [{ address: getAddress(address), url, encryptionKey }];
  });
}
