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

/** Whether there is anybody who was told otherwise, or not at all. */
export async function isTellingDue(gateways: readonly ToldGateway[]): Promise<boolean> {
  return !areGatewaysTold(readSettings(), await gatewayInfo(), gateways);
}

/** Remembers in the vault what everybody was told. */
export async function noteTold(gateways: readonly ToldGateway[]): Promise<void> {
  const own = await gatewayInfo();
  if (areGatewaysTold(readSettings(), own, gateways)) return;
  await saveSettings((settings) => noteGatewaysTold(settings, own, gateways));
}
