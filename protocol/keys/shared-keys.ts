// Who was given an organisation's key, remembered inside its vault and not by the service's word: whoever has the present one
// and is a member no more is why it must be changed. Kept in a versioned setting.
import type { Address } from "viem";
import { z } from "zod";
import { Failure } from "../failure.ts";
import type { VaultSettings } from "./vault.ts";

const SETTING = "memberKeys";
/** A vault holds 64 KiB, and each member takes some fifty bytes of it. */
const MOST_MEMBERS = 600;

const shape = z.object({
  version: z.literal(1),
  /** By member: how many roots the vault had, which says which key was the present one. */
  roots: z.record(z.string().regex(/^0x[0-9a-f]{40}$/), z.number().int().min(1)),
});

function readShared(settings: VaultSettings): Record<string, number> {
  const kept = settings[SETTING];
  if (kept === undefined) return {};
  const parsed = shape.safeParse(kept);
  if (parsed.success) return parsed.data.roots;
  throw new Failure(
    "tampered",
    "Your vault remembers who has your organisation's key in a way that this version does not know. Nothing was shared or changed. Reload the page to get the newest version.",
  );
}

/** Who was given a key that is still worth something: `current`: the present one of a vault with so many roots. */
export function listShared(settings: VaultSettings, roots: number): { member: Address; current: boolean }[] {
  return Object.entries(readShared(settings)).map(([member, at]) => ({
    member: member as Address,
    current: at === roots,
  }));
}

/**
 * The settings once these members were given the key of a vault with so many roots. Who has an earlier one alone and is not
 * among them is forgotten where there is no more room. Throws Failure("too-large") for more members than a vault can name.
 */
export function noteShared(settings: VaultSettings, members: readonly Address[], roots: number): VaultSettings {
  const known = Object.entries(readShared(settings));
  const added = members.map((member): [string, number] => [member.toLowerCase(), roots]);
  const all = { ...Object.fromEntries(known), ...Object.fromEntries(added) };
  const present = Object.fromEntries(Object.entries(all).filter(([, at]) => at === roots));
  const next = Object.keys(all).length <= MOST_MEMBERS ? all : present;
  if (Object.keys(next).length > MOST_MEMBERS) {
    throw new Failure(
      "too-large",
      `An organisation's key can be shared with ${MOST_MEMBERS} members. Nothing was shared. Make a second organisation for the others.`,
    );
  }
  return { ...settings, [SETTING]: { version: 1, roots: next } };
}
