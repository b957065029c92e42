// What a gateway says of itself before it is trusted, and whether it can be. Words for it stand in card.ts.
import type { GatewayCard } from "#app/reach/index.ts";
import type { GatewayInfo } from "#app/service/index.ts";
import { fromHex } from "#protocol/bytes.ts";
import { fingerprint, isGatewayOrigin, MOST_GATEWAYS, type AddedGateway } from "#protocol/keys/index.ts";
import { isAddressEqual, type Address, type Hex } from "viem";

/** Why a gateway cannot be added: of another chain or ledger, this very service, trusted already, or one too many. */
export type Refusal = "otherLedger" | "itself" | "known" | "most";

/** The numbers by which a gateway is known: those of its account and key, as for a person. */
export function numbersOf({ address, encryptionKey }: { address: Address; encryptionKey: Hex }): string {
  return fingerprint({ account: address, publicKey: fromHex(encryptionKey, 32) });
}

/** The origin that a person typed: https, or http on this computer itself; "https://" may be left out. */
export function findOrigin(text: string): string | undefined {
  const trimmed = text.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  const plain = trimmed !== "" && url?.username === "" && url.password === "";
  return url !== undefined && plain && isGatewayOrigin(url.origin) ? url.origin : undefined;
}

/** Why this gateway cannot be added; undefined where it can. `own` is the service that serves this page. */
export function refusalOf(
  card: GatewayCard,
  { own, known }: { own: GatewayInfo; known: readonly AddedGateway[] },
): Refusal | undefined {
  const same = card.chainId === own.chainId && card.genesisHash === own.genesisHash;
  if (!same || !isAddressEqual(card.ledger, own.ledger)) return "otherLedger";
  if (isAddressEqual(card.address, own.address)) return "itself";
  if (known.some(({ address }) => isAddressEqual(address, card.address))) return "known";
  return known.length >= MOST_GATEWAYS ? "most" : undefined;
}
