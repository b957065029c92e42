// What this vault has seen of a ledger: the highest epoch, the keys that its owner confirmed, the consents to read that
// were granted. Rule: it only ever grows in epoch, so that nobody who shows an older ledger, or another, can make this
// person seal under keys that former grantees hold, or forget a consent. Kept inside the vault, in a versioned setting.
import type { Address, Hex } from "viem";
import { z } from "zod";
import { Failure } from "../failure.ts";
import type { VaultSettings } from "./vault.ts";

/** A consent to read that was granted from this vault, and the epoch of the keys that its holder has. */
export type GrantedScope = { grantee: Address; scope: Hex; epoch: number };

/** What is remembered of one ledger. */
export type LedgerMemory = {
  /** The highest epoch of one's own keys that was seen. */
  epoch: number;
  /** The encryption key of each grantee that its owner confirmed. */
  keys: Record<string, Hex>;
  granted: GrantedScope[];
};

/** A ledger by its chain, that chain's first block, and its address. */
export type LedgerName = { chainId: number; genesisHash: Hex; ledger: Address };

const SETTING = "ledgerMemory";
/** How the version before kept confirmed keys: without naming the ledger. */
const EARLIER = "confirmedKeys";
/** A vault holds 64 KiB; the oldest grants are forgotten first, which costs their holders nothing. */
const MOST_GRANTED = 200;

const hexWord = z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value));
const address = z.custom<Address>((value) => typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value));
const memoryShape = z.object({
  epoch: z.number().int().min(0),
  keys: z.record(z.string(), hexWord),
  granted: z.array(z.object({ grantee: address, scope: hexWord, epoch: z.number().int().min(0) })),
});
const shape = z.object({ version: z.literal(1), ledgers: z.record(z.string(), memoryShape) });

/** The name under which a vault keeps what belongs to one ledger. */
export const nameLedger = ({ chainId, genesisHash, ledger }: LedgerName): string =>
  `${chainId}:${genesisHash.slice(2, 18)}:${ledger}`.toLowerCase();

/**
 * What the settings remember of a ledger; an empty memory where they know nothing of it. Throws Failure("tampered") for
 * a memory of a later version: going on without it would be a roll-back.
 */
export function readMemory(settings: VaultSettings, ledger: LedgerName): LedgerMemory {
  const kept = settings[SETTING];
  if (kept === undefined) return { epoch: 0, keys: earlierKeys(settings), granted: [] };
  const parsed = shape.safeParse(kept);
  if (!parsed.success) {
    throw new Failure(
      "tampered",
      "Your vault remembers the ledger in a way that this version does not know. Nothing was encrypted or sent. Reload the page to get the newest version.",
    );
  }
  return parsed.data.ledgers[nameLedger(ledger)] ?? { epoch: 0, keys: {}, granted: [] };
}

/** The settings with another memory of this ledger; the epoch never goes down. */
export function writeMemory(settings: VaultSettings, ledger: LedgerName, memory: LedgerMemory): VaultSettings {
  const before = readMemory(settings, ledger);
  const kept = shape.safeParse(settings[SETTING]);
  const { [EARLIER]: _, ...others } = settings;
  const next = {
    epoch: Math.max(before.epoch, memory.epoch),
    keys: memory.keys,
    granted: memory.granted.slice(-MOST_GRANTED),
  };
  const ledgers = { ...(kept.success ? kept.data.ledgers : {}), [nameLedger(ledger)]: next };
  return { ...others, [SETTING]: { version: 1, ledgers } };
}

/**
 * The settings for another account of the same person: confirmed keys are kept, what the old account granted and which
 * epoch it had says nothing of the new one.
 */
export function leaveAccount(settings: VaultSettings): VaultSettings {
  const kept = shape.safeParse(settings[SETTING]);
  if (!kept.success) return settings;
  const ledgers = Object.fromEntries(
    Object.entries(kept.data.ledgers).map(([name, { keys }]) => [name, { epoch: 0, keys, granted: [] }]),
  );
  return { ...settings, [SETTING]: { version: 1, ledgers } };
}

function earlierKeys(settings: VaultSettings): Record<string, Hex> {
  const parsed = z.record(z.string(), hexWord).safeParse(settings[EARLIER]);
  return parsed.success
    ? Object.fromEntries(Object.entries(parsed.data).map(([grantee, key]) => [grantee.toLowerCase(), key]))
    : {};
}

/**
 * The memory with keys that are about to be handed out. Noted before the bundle leaves this device: its readers have the
 * keys from then on, whether or not the act that names the bundle ever reaches the ledger.
 */
export function noteOffered(memory: LedgerMemory, offered: readonly GrantedScope[]): LedgerMemory {
  const isSame = (one: GrantedScope) => (other: GrantedScope) =>
    one.grantee === other.grantee && one.scope === other.scope && one.epoch === other.epoch;
  return { ...memory, granted: [...memory.granted.filter((one) => !offered.some(isSame(one))), ...offered] };
}

/** The memory once the keys are those of `epoch`: who holds only earlier ones can open nothing that is sealed now. */
export function noteEpoch(memory: LedgerMemory, epoch: number): LedgerMemory {
  return { ...memory, epoch, granted: memory.granted.filter((one) => one.epoch >= epoch) };
}
