// The gateways that a person trusts besides the one that serves their app. Rule: who they are stands inside the vault alone,
// in a versioned setting; each change is worked out on the newest copy, so that what another device added stays.
import type { Address, Hex } from "viem";
import { z } from "zod";
import { Failure } from "../failure.ts";
import { nameLedger, type LedgerName } from "./ledger-memory.ts";
import type { VaultSettings } from "./vault.ts";

/** A gateway that was added. */
export type AddedGateway = {
  /** Its origin: `https://b.example`. */
  url: string;
  address: Address;
  /** What seals for it are wrapped for (X25519), as it was when the person confirmed it. */
  encryptionKey: Hex;
  /** Unix seconds. */
  addedAt: number;
  /** How many roots the vault had when the seals that it holds were begun. Those of an earlier root serve nobody. */
  roots: number;
};

const SETTING = "addedGateways";
/** The most gateways besides the first: every document is sealed once for each. */
export const MOST_GATEWAYS = 4;

const gatewayShape = z.strictObject({
  url: z.string().max(300),
  address: z.custom<Address>((value) => typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value)),
  encryptionKey: z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value)),
  addedAt: z.int().min(0),
  roots: z.int().min(1),
});
const shape = z.strictObject({
  version: z.literal(1),
  ledgers: z.record(z.string(), z.array(gatewayShape).max(MOST_GATEWAYS)),
});

function readAll(settings: VaultSettings): z.output<typeof shape> {
  const kept = settings[SETTING];
  if (kept === undefined) return { version: 1, ledgers: {} };
  const parsed = shape.safeParse(kept);
  if (parsed.success) return parsed.data;
  throw new Failure(
    "tampered",
    "Your vault names the gateways that you trust in a way that this version does not know. Nothing was changed or handed over. Reload the page to get the newest version.",
  );
}

/**
 * The gateways that were added for this ledger, the oldest first. Throws Failure("tampered") for a list of a later version:
 * going on without it would forget a gateway that holds seals.
 */
export function readGateways(settings: VaultSettings, ledger: LedgerName): readonly AddedGateway[] {
  return readAll(settings).ledgers[nameLedger(ledger)] ?? [];
}

function change(
  settings: VaultSettings,
  ledger: LedgerName,
  work: (gateways: readonly AddedGateway[]) => readonly AddedGateway[],
): VaultSettings {
  const { ledgers } = readAll(settings);
  const name = nameLedger(ledger);
  return { ...settings, [SETTING]: { version: 1, ledgers: { ...ledgers, [name]: [...work(ledgers[name] ?? [])] } } };
}

const isOther = (address: Address) => (one: AddedGateway) => one.address.toLowerCase() !== address.toLowerCase();

/** The settings with one more gateway, in the place of one of the same account. Throws Failure("too-large"). */
export function addGateway(settings: VaultSettings, ledger: LedgerName, gateway: AddedGateway): VaultSettings {
  return change(settings, ledger, (gateways) => {
    const others = gateways.filter(isOther(gateway.address));
    if (others.length < MOST_GATEWAYS) return [...others, gateway];
    throw new Failure("too-large", "No more gateways can be added. Nothing was changed. Drop one of them first.");
  });
}

/** The settings without a gateway. */
export function dropGateway(settings: VaultSettings, ledger: LedgerName, address: Address): VaultSettings {
  return change(settings, ledger, (gateways) => gateways.filter(isOther(address)));
}

/** The settings once a gateway begins to get seals of a newer root. */
export function noteGatewayRoots(
  settings: VaultSettings,
  ledger: LedgerName,
  { address, roots }: Pick<AddedGateway, "address" | "roots">,
): VaultSettings {
  return change(settings, ledger, (gateways) =>
    gateways.map((one) => (isOther(address)(one) ? one : { ...one, roots: Math.max(one.roots, roots) })),
  );
}
