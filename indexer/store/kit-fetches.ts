// Which vaults were fetched with a recovery kit, by another account than their own: told to their owners, who may have lost
// the kit to somebody. Rule: the first fetches stay; who repeats them hides none.

import type { Address } from "viem";
import type { Queryable } from "./database.ts";

/** How many are kept of one vault. */
export const MOST_KIT_FETCHES = 50;

/** That a vault was fetched. Unix seconds, of the last time that this account did. */
export type KitFetch = { by: Address; at: number };

/** Notes that `by` fetched the account's vault with the kit of this tag, and forgets those by kits that are gone. */
export async function noteKitFetch(
  tx: Queryable,
  { account, by, tag, at }: { account: Address; by: Address; tag: string; at: number },
): Promise<void> {
  await tx.query(
    `delete from kit_fetches f where account = $1
     and not exists (select 1 from vaults v where v.account = f.account and f.tag = any(string_to_array(v.kit_tags, ' ')))`,
    [account],
  );
  await tx.query(
    `insert into kit_fetches (account, fetched_by, tag, at) select $1, $2, $3, $4
     where (select count(*) from kit_fetches where account = $1 and fetched_by <> $2) < ${MOST_KIT_FETCHES}
     on conflict (account, fetched_by, tag) do update set at = $4`,
    [account, by, tag, at],
  );
}

/** Who fetched the account's vault with a kit that still opens it here, the last one first. */
export async function listKitFetches(db: Queryable, account: Address): Promise<KitFetch[]> {
  return db.query<KitFetch>(
    `select f.fetched_by as by, max(f.at) as at from kit_fetches f join vaults v on v.account = f.account
     where f.account = $1 and f.tag = any(string_to_array(v.kit_tags, ' '))
     group by f.fetched_by order by max(f.at) desc, f.fetched_by`,
    [account],
  );
}

/** Forgets them: their owner knows of them. */
export async function forgetKitFetches(db: Queryable, account: Address): Promise<void> {
  await db.query("delete from kit_fetches where account = $1", [account]);
}
