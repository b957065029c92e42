// Which key of somebody the person has confirmed in words, kept inside the vault. Rules: nothing is wrapped for a key that
// nobody confirmed; "not heard of yet" is no confirmation; and who has a new key gets everything anew, since somebody else
// may have the one before it.
import { gatewayInfo } from "#app/service/index.ts";
import { readSettings, recallLedger, rememberLedger, saveSettings } from "#app/vault/index.ts";
import type { Address, Hex } from "viem";
import { z } from "zod";

/** confirmed: this very key; changed: another was confirmed before; first-use: none ever was. */
export type KeyStanding = "confirmed" | "changed" | "first-use";

/** How somebody's key stands with the person whose vault is open. Throws Failure("locked"). */
export async function keyStanding(grantee: Address, key: Hex): Promise<KeyStanding> {
  const confirmed = recallLedger(await gatewayInfo()).keys[grantee.toLowerCase()];
  if (confirmed === undefined) return "first-use";
  return confirmed.toLowerCase() === key.toLowerCase() ? "confirmed" : "changed";
}

/** Remembers somebody's key as confirmed. Where it takes the place of another, everything is due to be handed on anew. */
export async function confirmKey(grantee: Address, key: Hex): Promise<void> {
  if ((await keyStanding(grantee, key)) === "changed") {
    // First, so that a page that goes away in between forgets nothing; it counts once the key is confirmed.
    await saveSettings((settings) => ({
      ...settings,
      [SETTING]: [...new Set([...readDue(settings), grantee.toLowerCase()])].slice(-MOST_DUE),
    }));
  }
  await rememberLedger(await gatewayInfo(), (memory) => ({
    ...memory,
    keys: { ...memory.keys, [grantee.toLowerCase()]: key },
  }));
}

const SETTING = "keysToHandOn";
/** The vault holds 64 KiB. One is enough for everybody to get fresh keys. */
const MOST_DUE = 50;

const shape = z.array(z.string().max(42));
const readDue = (settings: Record<string, unknown>): string[] => shape.safeParse(settings[SETTING]).data ?? [];

/** Whether somebody's new key was confirmed since keys were last handed on. Reactive. Throws Failure("locked"). */
export function areKeysToHandOn(): boolean {
  return readDue(readSettings()).length > 0;
}

/** Everybody has fresh keys. */
export async function noteHandedOn(): Promise<void> {
  await saveSettings(({ [SETTING]: _, ...settings }) => settings);
}
