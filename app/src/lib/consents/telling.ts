// Which gateways those who hold consents are told of: the service's own and the added ones, as soon as there is an added
// one. Rule: capsules tell them, since the ledger holds each capsule's digest, and no service can add or leave out one.
import { gatewayInfo } from "#app/service/index.ts";
import { readSettings, saveSettings } from "#app/vault/index.ts";
import {
  areGatewaysTold,
  isGatewayOrigin,
  noteGatewaysTold,
  readGateways,
  type ToldGateway,
} from "#protocol/keys/index.ts";
import { isAddressEqual, type Address } from "viem";

/** What capsules made now tell. Throws Failure("tampered") for a list of a later version, "unavailable". */
export async function gatewaysToTell(): Promise<readonly ToldGateway[]> {
  const own = await gatewayInfo();
  const added = readGateways(readSettings(), own);
  if (added.length === 0) return [];
  // A page that was opened from elsewhere does not know where its service answers others.
  const { origin } = location;
  const first = isGatewayOrigin(origin) ? [{ address: own.address, url: origin }] : [];
  return [...first, ...added.map(({ address, url }) => ({ address, url }))];
}

/** The added ones alone: where a page reaches its own service may differ from visit to visit, and is no news. */
function addedOnes(gateways: readonly ToldGateway[], own: { address: Address }): readonly ToldGateway[] {
  return gateways.filter(({ address }) => !isAddressEqual(address, own.address));
}

/** Whether there is anybody who was told otherwise, or not at all. */
export async function isTellingDue(gateways: readonly ToldGateway[]): Promise<boolean> {
  const own = await gatewayInfo();
  return !areGatewaysTold(readSettings(), own, addedOnes(gateways, own));
}

/** Remembers in the vault what everybody was told. */
export async function noteTold(gateways: readonly ToldGateway[]): Promise<void> {
  const own = await gatewayInfo();
  const added = addedOnes(gateways, own);
  if (areGatewaysTold(readSettings(), own, added)) return;
  await saveSettings((settings) => noteGatewaysTold(settings, own, added));
}
