// The gateways that a patient trusts, as her capsules tell whoever holds a consent of hers: so that one who is not served by
// the first may ask another. Rule: told are an account and where it answers; what they say is checked against the ledger.
import type { Address } from "viem";
import { z } from "zod";
import { MOST_GATEWAYS } from "./added-gateways.ts";
import { nameLedger, type LedgerName } from "./ledger-memory.ts";
import type { VaultSettings } from "./vault.ts";

/** A gateway as a capsule tells it: its account, and its origin (`https://b.example`). */
export type ToldGateway = { address: Address; url: string };

/** The service's own gateway and those that were added. */
const MOST_TOLD = MOST_GATEWAYS + 1;

/** An origin that a page may be led to: https, or http on this computer itself; as `URL` writes it, and nothing more. */
export function isGatewayOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, origin } = new URL(text);
  const local = protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
  return text === origin && (protocol === "https:" || local) && /^https?:\/\/[a-z0-9.:[\]-]+$/.test(text);
}

/** How a capsule's content has them: addresses in lower case, in their order. */
export const toldGatewaysShape = z
  .array(
    z.strictObject({
      address: z
        .string()
        .regex(/^0x[0-9a-f]{40}$/)
        .transform((text) => text as Address),
      url: z.string().max(300).refine(isGatewayOrigin),
    }),
  )
  .min(1)
  .max(MOST_TOLD);

const SETTING = "toldGateways";
const settingShape = z.object({ version: z.literal(1), ledgers: z.record(z.string(), z.array(z.string().max(400))) });

const lineOf = ({ address, url }: ToldGateway): string => `${address.toLowerCase()} ${url}`;

function readTold(settings: VaultSettings): z.output<typeof settingShape> {
  // Where a later version keeps it otherwise, it counts as not told: then it is told once more.
  return settingShape.safeParse(settings[SETTING]).data ?? { version: 1, ledgers: {} };
}

/** Whether those who hold consents were told exactly these, in a re-keying or because there were never any others. */
export function areGatewaysTold(
  settings: VaultSettings,
  ledger: LedgerName,
  gateways: readonly ToldGateway[],
): boolean {
  const told = readTold(settings).ledgers[nameLedger(ledger)] ?? [];
  return told.toSorted().join("\n") === gateways.map(lineOf).toSorted().join("\n");
}

/** The settings once a re-keying told exactly these. */
export function noteGatewaysTold(
  settings: VaultSettings,
  ledger: LedgerName,
  gateways: readonly ToldGateway[],
): VaultSettings {
  const { ledgers } = readTold(settings);
  const lines = { ...ledgers, [nameLedger(ledger)]: gateways.map(lineOf) };
  return { ...settings, [SETTING]: { version: 1, ledgers: lines } };
}
