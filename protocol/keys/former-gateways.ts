// The gateways that a person dropped: what was read by them before, they alone can show. Rule: they stand inside the vault
// for looking back, and get nothing; a list of a later version is left as it is, for dropping one waits for nothing.
import type { Address } from "viem";
import { z } from "zod";
import { nameLedger, type LedgerName } from "./ledger-memory.ts";
import type { VaultSettings } from "./vault.ts";

/** A gateway that was dropped. */
export type FormerGateway = {
  url: string;
  address: Address;
  /** Unix seconds. */
  droppedAt: number;
};

const SETTING = "formerGateways";
/** The most that are remembered: the newest ones. */
const MOST_FORMER = 8;

const shape = z.strictObject({
  version: z.literal(1),
  ledgers: z.record(
    z.string(),
    z.array(
      z.strictObject({
        url: z.string().max(300),
        address: z.custom<Address>((value) => typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value)),
        droppedAt: z.int().min(0),
      }),
    ),
  ),
});

function readAll(settings: VaultSettings): z.output<typeof shape> | undefined {
  const kept = settings[SETTING];
  return kept === undefined ? { version: 1, ledgers: {} } : shape.safeParse(kept).data;
}

function change(
  settings: VaultSettings,
  ledger: LedgerName,
  work: (gateways: readonly FormerGateway[]) => readonly FormerGateway[],
): VaultSettings {
  const all = readAll(settings);
  if (all === undefined) return settings;
  const name = nameLedger(ledger);
  const ledgers = { ...all.ledgers, [name]: [...work(all.ledgers[name] ?? [])] };
  return { ...settings, [SETTING]: { version: 1, ledgers } };
}

const isOther = (address: Address) => (one: FormerGateway) => one.address.toLowerCase() !== address.toLowerCase();

/** Those that were dropped for this ledger, the last one first. */
export function readFormerGateways(settings: VaultSettings, ledger: LedgerName): readonly FormerGateway[] {
  return readAll(settings)?.ledgers[nameLedger(ledger)] ?? [];
}

/** The settings once a gateway was dropped. */
export function noteFormerGateway(
  settings: VaultSettings,
  ledger: LedgerName,
  { url, address, droppedAt }: FormerGateway,
): VaultSettings {
  return change(settings, ledger, (former) =>
    [{ url, address, droppedAt }, ...former.filter(isOther(address))].slice(0, MOST_FORMER),
  );
}

/** The settings without one of them: it is trusted again, or nobody wants to look back. */
export function forgetFormerGateway(settings: VaultSettings, ledger: LedgerName, address: Address): VaultSettings {
  return change(settings, ledger, (former) => former.filter(isOther(address)));
}
