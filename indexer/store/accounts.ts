// What the ledger says about one account's keys, and its head.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";

/** Keys, counters and head of one account; all empty for who never acted. */
export type Account = {
  address: Address;
  encryptionKey: Hex | null;
  vaultAccount: Address | null;
  publishedAt: number | null;
  generation: number;
  epoch: number;
  bundle: Hex | null;
  /** The account that this person says they use now. */
  movedTo: Address | null;
  head: Hex | null;
};

/** One account. */
export async function readAccount(db: Queryable, address: Address): Promise<Account> {
  const [row] = await db.query<Omit<Account, "address" | "head">>(
    `select encryption_key as "encryptionKey", vault_account as "vaultAccount", published_at as "publishedAt", generation, epoch, bundle,
       moved_to as "movedTo"
     from accounts where key = $1`,
    [address],
  );
  const [head] = await db.query<{ head: Hex }>("select head from heads where key = $1", [`ledger|${address}`]);
  const none = {
    encryptionKey: null,
    vaultAccount: null,
    publishedAt: null,
    generation: 0,
    epoch: 0,
    bundle: null,
    movedTo: null,
  };
  return { address, ...none, ...row, head: head?.head ?? null };
}

/** The account that the person behind this one says they use now; null where nobody said so. */
export async function readMovedTo(db: Queryable, address: Address): Promise<Address | null> {
  const [row] = await db.query<{ movedTo: Address | null }>(
    `select moved_to as "movedTo" from accounts where key = $1`,
    [address],
  );
  return row?.movedTo ?? null;
}

/** Which of these accounts have published a key. */
export async function listEnrolled(db: Queryable, addresses: readonly Address[]): Promise<Set<Address>> {
  const rows = await db.query<{ key: Address }>(
    "select key from accounts where key = any($1::text[]) and encryption_key is not null",
    [addresses],
  );
  return new Set(rows.map((row) => row.key));
}

const MOST_MOVES = 8;

/** The accounts that this person moved from, and those that they moved to, as the ledger says: up to eight moves away. */
export async function listMoves(db: Queryable, address: Address): Promise<{ former: Address[]; later: Address[] }> {
  const follow = async (sql: string): Promise<Address[]> => {
    const rows = await db.query<{ account: Address }>(sql, [address, MOST_MOVES]);
    return rows.map(({ account }) => account).filter((account) => account !== address);
  };
  return {
    former: await follow(`with recursive way (account, step) as (
        select $1::text, 0 union select a.key, w.step + 1 from accounts a join way w on a.moved_to = w.account where w.step < $2
      ) select distinct account from way`),
    later: await follow(`with recursive way (account, step) as (
        select $1::text, 0 union select a.moved_to, w.step + 1 from accounts a join way w on a.key = w.account
        where w.step < $2 and a.moved_to is not null
      ) select distinct account from way`),
  };
}
