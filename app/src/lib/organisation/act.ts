// What an organisation does with its members, and a member with an organisation. All of it is sent by one's own wallet: the
// registry hears nobody else. Rule: the key goes only to somebody whose own key was compared in words.
import { confirmKey, keyStanding, nameOf, readLedgerKey, type LedgerKey } from "#app/people/index.ts";
import { session } from "#app/session/index.ts";
import { perform, type Performed } from "#app/transactions/index.ts";
import { t } from "#app/ui/index.ts";
import { hasPublishedKey, shareKeyWith, vault, type KeyedParty } from "#app/vault/index.ts";
import { Failure } from "#protocol/failure.ts";
import type { Address } from "viem";
import type { Member } from "./member.ts";

/** Adds a member, or gives one another role. */
export function addMember(options: { member: Address; role: number; name: string; isNew: boolean }): Performed {
  const { member, role, name, isNew } = options;
  return perform({
    act: { name: "addMember", args: { organisation: session.account, member, role } },
    title: t(isNew ? "organisation.act.add" : "organisation.act.role", { name }),
    how: "plain",
    context: { kind: "member", member },
  });
}

/** Removes a member: at once, nothing more opens for them under the organisation's consents. */
export function removeMember(options: { member: Address; name: string }): Performed {
  const { member, name } = options;
  return perform({
    act: { name: "removeMember", args: { organisation: session.account, member } },
    title: t("organisation.act.remove", { name }),
    how: "plain",
    context: { kind: "member", member },
  });
}

/** Ends one's own membership for good. */
export function leaveOrganisation(options: { organisation: Address; name: string }): Performed {
  const { organisation, name } = options;
  return perform({
    act: { name: "leaveOrganisation", args: { member: session.account, organisation } },
    title: t("organisation.act.leave", { name }),
    how: "plain",
    context: { kind: "leave", organisation },
  });
}

/** Puts the vault's present key on the ledger, in the place of the one before it, which hands its office over. */
export async function publishPresentKey(): Promise<Performed> {
  const { publicKey, vaultAccount } = vault;
  if (!publicKey || !vaultAccount) {
    throw new Failure("locked", "Your vault is locked. Nothing was changed. Unlock it to go on.");
  }
  const standing = await hasPublishedKey(session.account, publicKey, vault.formerKeys);
  return perform({
    act: { name: "publishKey", args: { account: session.account, encryptionKey: publicKey, vaultAccount } },
    title: t("organisation.act.publish"),
    byFormerVault: standing === "former",
    context: { kind: "publish" },
  });
}

/** Shares the organisation's key with somebody whose key has just been compared. */
export async function shareWith(key: LedgerKey): Promise<void> {
  const now = await readLedgerKey(key.address);
  if (now?.key !== key.key) {
    throw new Failure("conflict", t("organisation.share.changed", { name: nameOf(key.address) }));
  }
  await confirmKey(key.address, key.key);
  await shareKeyWith([{ address: key.address, key: key.key }]);
}

/** Shares it with all of these whose key was compared before; gives those who are left, since theirs was not. */
export async function shareWithAll(members: readonly Member[]): Promise<Member[]> {
  const parties: KeyedParty[] = [];
  const left: Member[] = [];
  for (const member of members) {
    const key = await readLedgerKey(member.address);
    if (key && (await keyStanding(member.address, key.key)) === "confirmed") {
      parties.push({ address: member.address, key: key.key });
    } else left.push(member);
  }
  if (parties.length > 0) await shareKeyWith(parties);
  return left;
}
