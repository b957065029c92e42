// Each person's own vault: opaque bytes by account and revision. An older revision never replaces a newer one, and what is
// replaced is kept a while.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";

const COPIES_OF_EACH = 3;
/** How many replaced copies are kept at most: the last ones, and the last that stood long. */
export const FORMER_COPIES = 2 * COPIES_OF_EACH;
/** Seconds after which one that stood counts as somebody's own; and longer than a session, and so its thief, can last. */
const STOOD_SECONDS = 3_600;
const STOOD_LONG_SECONDS = 13 * 3_600;

/** A stored vault: its bytes, how often it was changed, and the SHA-256 of the bytes. */
export type VaultRow = { revision: number; digest: Hex; vault: Uint8Array; changed_at: number };

/** The account's vault; null when none was handed in. */
export async function readVault(db: Queryable, account: Address): Promise<VaultRow | null> {
  const [row] = await db.query<VaultRow>("select revision, digest, vault, changed_at from vaults where account = $1", [
    account,
  ]);
  return row ?? null;
}

/**
 * Keeps a vault that is newer than the one held, or that names the one held as what it `replaces`: whoever names it has
 * seen it, and a rubbish copy with the highest of numbers can be cleared away. The very copy that is held stays, with what
 * is said of kits and former copies. Null where another copy stays.
 */
export async function writeVault(
  tx: Queryable,
  {
    account,
    revision,
    digest,
    vault,
    at,
    replaces,
    kitTags,
    keepsFormer,
  }: {
    account: Address;
    revision: number;
    digest: Hex;
    vault: Uint8Array;
    at: number;
    replaces: Hex | "none" | null;
    /** Left as they are where null. */
    kitTags: readonly string[] | null;
    /** Whether the copy that is replaced is kept; if not, those that were replaced before are forgotten as well. */
    keepsFormer: boolean;
  },
): Promise<Pick<VaultRow, "revision" | "changed_at"> | null> {
  // The row is locked first: of two who replace the same copy at once, the second finds another.
  const [before] = await tx.query<VaultRow>(
    "select revision, digest, vault, changed_at from vaults where account = $1 for update",
    [account],
  );
  const isHeld = before?.digest === digest;
  const tags = kitTags?.join(" ") ?? null;
  if (isHeld && tags !== null) await tx.query("update vaults set kit_tags = $2 where account = $1", [account, tags]);
  if (isHeld && !keepsFormer) await forgetFormer(tx, account);
  if (isHeld) return before;
  const rows = await tx.query(
    `insert into vaults (account, revision, digest, vault, changed_at, kit_tags) select $1, $2, $3, $4, $5, coalesce($7, '')
     where $6::text is null or $6 = 'none' or exists (select 1 from vaults where account = $1 and digest = $6)
     on conflict (account) do update set revision = $2, digest = $3, vault = $4, changed_at = $5,
       kit_tags = coalesce($7, vaults.kit_tags)
     where ($6::text is null and vaults.revision < $2) or vaults.digest = $6 returning account`,
    [account, revision, digest, vault, at, replaces, tags],
  );
  if (rows.length === 0) return null;
  if (!keepsFormer) await forgetFormer(tx, account);
  else if (before !== undefined) await keepFormer(tx, { account, before, at });
  return { revision, changed_at: at };
}

async function forgetFormer(tx: Queryable, account: Address): Promise<void> {
  await tx.query("delete from former_vaults where account = $1", [account]);
}

/**
 * Copies that stood for an hour go last, and those that stood longer than a session lasts make room for their like alone:
 * who floods a person's place with rubbish, and takes their time, pushes none of theirs out.
 */
async function keepFormer(
  tx: Queryable,
  { account, before, at }: { account: Address; before: VaultRow; at: number },
): Promise<void> {
  const { digest, revision, vault, changed_at } = before;
  await tx.query(
    `insert into former_vaults (account, digest, revision, vault, changed_at, replaced_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (account, digest) do update set changed_at = $5, replaced_at = $6`,
    [account, digest, revision, vault, changed_at, at],
  );
  await tx.query(
    `delete from former_vaults where account = $1
     and digest not in (select digest from former_vaults where account = $1
       order by (replaced_at - changed_at >= $2) desc, replaced_at desc, revision desc limit ${COPIES_OF_EACH})
     and digest not in (select digest from former_vaults where account = $1 and replaced_at - changed_at >= $3
       order by replaced_at desc, revision desc limit ${COPIES_OF_EACH})`,
    [account, STOOD_SECONDS, STOOD_LONG_SECONDS],
  );
}

/** The vault of an account that has this kit's tag; null for any other account, and any other tag. */
export async function readVaultByKit(
  db: Queryable,
  { account, tag }: { account: Address; tag: string },
): Promise<Uint8Array | null> {
  const [row] = await db.query<{ vault: Uint8Array }>(
    "select vault from vaults where account = $1 and $2 = any(string_to_array(kit_tags, ' '))",
    [account, tag],
  );
  return row?.vault ?? null;
}

/** A copy that was replaced. */
export type FormerVault = VaultRow & { replaced_at: number };

/** The account's replaced copies, the last one first. */
export async function listFormerVaults(db: Queryable, account: Address): Promise<FormerVault[]> {
  return db.query<FormerVault>(
    `select revision, digest, vault, changed_at, replaced_at from former_vaults where account = $1
     order by replaced_at desc, revision desc`,
    [account],
  );
}
