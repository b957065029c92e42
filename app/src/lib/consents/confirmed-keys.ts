// Which key of a grantee the patient has confirmed by granting to it. Kept inside the vault. Rule: re-keying wraps for
// no key that differs from the confirmed one.
import { readSettings, saveSettings } from "#app/vault/index.ts";
import type { Address, Hex } from "viem";

const SETTING = "confirmedKeys";

type Confirmed = Record<string, string>;

function readConfirmed(settings: Record<string, unknown>): Confirmed {
  const kept = settings[SETTING];
  if (typeof kept !== "object" || kept === null) return {};
  return Object.fromEntries(
    Object.entries(kept).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

/** Remembers a grantee's key as confirmed. */
export async function confirmKey(grantee: Address, key: Hex): Promise<void> {
  const settings = await readSettings();
  const confirmed = readConfirmed(settings);
  if (confirmed[grantee] === key) return;
  await saveSettings({ ...settings, [SETTING]: { ...confirmed, [grantee]: key } });
}

/** True when this key is the confirmed one, or when none was ever confirmed here (granted from elsewhere). */
export async function isKeyConfirmed(grantee: Address, key: Hex): Promise<boolean> {
  const confirmed = readConfirmed(await readSettings())[grantee];
  return confirmed === undefined || confirmed === key;
}
