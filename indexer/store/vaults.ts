// Each person's own vault: opaque bytes by account and revision. An older revision never replaces a newer one.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";

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
 * seen it, and a rubbish copy with the highest of numbers can be cleared away. True when it was kept.
 */
export async function writeVault(
  db: Queryable,
  {
    account,
    revision,
    digest,
    vault,
    at,
    replaces,
  }: { account: Address; revision: number; digest: Hex; vault: Uint8Array; at: number; replaces: Hex | "none" | null },
): Promise<boolean> {
  const rows = await db.query(
    `insert into vaults (account, revision, digest, vault, changed_at) select $1, $2, $3, $4, $5
     where $6::text is null or $6 = 'none' or exists (select 1 from vaults where account = $1 and digest = $6)
     on conflict (account) do update set revision = $2, digest = $3, vault = $4, changed_at = $5
     where ($6::text is null and vaults.revision < $2) or vaults.digest = $6 returning account`,
    [account, revision, digest, vault, at, replaces],
  );
  return rows.length === 1;
}
