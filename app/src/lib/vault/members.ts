// An organisation's key and its members. Rules: who may have it is remembered in the vault before anything is sent; who is a
// member is asked of the ledger; and a key that somebody took with them is changed, by a new root.
import type { Address } from "viem";
import { z } from "zod";
import { addressShape, chainClient, digestShape, gatewayInfo, place, readAll, request } from "#app/service/index.ts";
import { readRoleFact } from "#app/witness/index.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import { listShared, noteShared } from "#protocol/keys/index.ts";
import type { KeyedParty } from "./calls.ts";
import { changeVault, saveSettings } from "./changing.ts";
import { createNewestHolder } from "./hold-newest.ts";
import { hasPublishedKey } from "./published-key.ts";
import { requirePresenceForWays } from "./step-up.svelte.ts";
import { callVault, readSettings, vault } from "./vault.svelte.ts";

/** So many boxes go to the service at a time. */
const SENT_AT_ONCE = 100;

/** Who was given this vault's key, by its own memory. `current`: the present one. Reactive. Throws Failure("locked"). */
export function sharedWith(): { member: Address; current: boolean }[] {
  return listShared(readSettings(), vault.roots);
}

const leftShape = z.object({ member: addressShape, key: digestShape, at: z.number().int() });
/** A box that lies at the service for a member, and which public key it is named by. */
export type LeftKey = z.infer<typeof leftShape>;

/** For whom a box lies at the service, as the service has it. */
export async function readLeftKeys(): Promise<readonly LeftKey[]> {
  return readAll("/api/member-keys", { schema: leftShape });
}

/**
 * Throws Failure("conflict", reason "no-member") unless the ledger, read twice, names each of these as a member. The list of
 * members is the service's: with one who left still in it, the very key would go to them that was changed because they did.
 */
async function requireMembers(members: readonly KeyedParty[]): Promise<void> {
  const { account: organisation } = vault;
  if (!organisation) throw new Failure("locked", "Your vault is locked. Nothing was shared. Unlock it to go on.");
  const roles = await Promise.all(members.map(({ address: member }) => readRoleFact({ organisation, member })));
  if (roles.every(({ value }) => value > 0)) return;
  throw new Failure(
    "conflict",
    "Somebody of these is no member of yours on the ledger, though this service lists them. Nothing was shared. Look at your members and try again; if it stays, tell the people who run the service.",
    { reason: "no-member" },
  );
}

/** Gives this vault's key to members, for the keys that the ledger holds for them. Throws Failure. */
export async function shareKeyWith(members: readonly KeyedParty[]): Promise<void> {
  await requireMembers(members);
  const where = await place();
  for (let at = 0; at < members.length; at += SENT_AT_ONCE) {
    const some = members.slice(at, at + SENT_AT_ONCE);
    const { key, boxes } = await callVault<"shareWithMembers">("shareWithMembers", { place: where, members: some });
    // Before it is sent: what was sent and forgotten would never be asked back.
    await saveSettings((settings) =>
      noteShared(
        settings,
        some.map(({ address }) => address),
        vault.roots,
      ),
    );
    const body = { key, shares: boxes };
    await request("/api/member-keys", { method: "PUT", signed: true, body, schema: z.unknown() });
  }
}

/** Destroys the box of somebody who is a member no more. What they opened before they keep: hence `changeKey`. */
export async function stopSharing(member: Address): Promise<void> {
  try {
    await request(`/api/member-keys/${member}`, { method: "DELETE", signed: true, schema: z.unknown() });
  } catch (error) {
    if (!isFailure(error, "not-found")) throw error;
  }
}

/**
 * Who has the present key and is no member, by the ledger: while there is anybody, the key must be changed. Nobody while
 * the organisation itself is not verified, since then the ledger says so of all. Throws Failure.
 */
export async function leftWithKey(): Promise<Address[]> {
  return findFormer(
    sharedWith()
      .filter(({ current }) => current)
      .map(({ member }) => member),
  );
}

/** Who of these is no member, by the ledger; nobody while the organisation itself is not verified. Throws Failure. */
export async function findFormer(accounts: readonly Address[]): Promise<Address[]> {
  const { account } = vault;
  if (!account || accounts.length === 0) return [];
  const [client, { providerRegistry: address }, { providerRegistryAbi: abi }] = await Promise.all([
    chainClient(),
    gatewayInfo(),
    import("#protocol/contracts/provider-registry.ts"),
  ]);
  const registry = { address, abi } as const;
  if (!(await client.readContract({ ...registry, functionName: "isVerified", args: [account] }))) return [];
  const roles = await Promise.all(
    accounts.map((member) => client.readContract({ ...registry, functionName: "memberRole", args: [account, member] })),
  );
  return accounts.filter((_, at) => roles[at] === 0);
}

/**
 * Gives the vault a new root and with it a new encryption key. The old one stays inside, for what was wrapped for it. It
 * counts once it is published, and members have it once it is shared with them. Throws Failure("rejected-by-user" | ...).
 */
export async function changeKey(): Promise<void> {
  await requirePresenceForWays();
  await changeVault(() => callVault<"renewRoot">("renewRoot", undefined));
}

const boxShape = z.object({ key: digestShape, box: z.string().max(8000) });

/**
 * How a member stands to the key of the organisation that they read for. held: what is wrapped for it opens; older: only what
 * was wrapped for an earlier key, since the present one was not shared yet; none: nothing was shared with them.
 */
export type MemberKeyStanding = "held" | "older" | "none";

const holder = createNewestHolder({
  async fetchBox(organisation) {
    const path = `/api/memberships/${organisation}/key` as const;
    const [found, where] = await Promise.all([
      request(path, { schema: boxShape }).catch((error: unknown) => {
        if (isFailure(error, "not-found")) return undefined;
        throw error;
      }),
      place(),
    ]);
    return found && { ...found, organisation, place: where };
  },
  hold: (box) => callVault<"holdOrganisation">("holdOrganisation", box),
  drop: () => callVault<"dropOrganisation">("dropOrganisation", undefined),
});

/**
 * Fetches one's box and holds the organisation's keys until the vault is locked, or another is held or dropped; undefined
 * where that was wished for meanwhile. Throws Failure("wrong-key" | "tampered") for a box that this vault does not open.
 */
export async function holdOrganisationKey(organisation: Address): Promise<MemberKeyStanding | undefined> {
  const box = await holder.hold(organisation);
  if (box === undefined || box === "none") return box;
  return (await hasPublishedKey(organisation, box.key)) === "ours" ? "held" : "older";
}

/** Forgets the organisation's keys: one reads for oneself again. */
export function dropOrganisationKey(): Promise<void> {
  return holder.drop();
}
