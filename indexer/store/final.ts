// What the chain may still take back. For every change above the final block the index remembers what the row was before
// (`undo`), and forgets it in the transaction that moves the final block on: a row is final when nothing is remembered of it.

import type { Address } from "viem";
import type { Queryable } from "./database.ts";
import type { ProjectionTable } from "./rows.ts";

/** SQL that is true for a row of a projection when its newest change is final; `key` names the row's key, with its table. */
export const isFinal = (table: ProjectionTable, key = `${table}.key`): string =>
  `not exists (select 1 from undo where undo.projection = '${table}' and undo.key = ${key})`;

/**
 * Whether all that the ledger says of one account is final: its keys and head, its credential, its memberships with the
 * credentials of the organisations, and its offices.
 */
export async function isAccountFinal(db: Queryable, account: Address): Promise<boolean> {
  const pending = await db.query(
    `select 1 from undo u
     where (u.projection in ('accounts', 'credentials', 'auditors', 'registrars') and u.key = $1)
       or (u.projection = 'heads' and u.key = 'ledger|' || $1)
       or (u.projection = 'members' and split_part(u.key, '|', 2) = $1)
       or (u.projection = 'credentials' and u.key in (select organisation from members where member = $1)) limit 1`,
    [account],
  );
  return pending.length === 0;
}

/**
 * The times of a provider that a change takes or gives back which is not final yet: of appointments that hold their time
 * (as listBookings has it) now or did before that change, touching days `from` to `to`.
 */
export async function listPendingTimes(
  db: Queryable,
  { provider, from, to }: { provider: Address; from: number; to: number },
): Promise<{ day: number; slot: number; length: number }[]> {
  return db.query<{ day: number; slot: number; length: number }>(
    `select t.day, t.slot, t.length from (
       select a.day, a.slot, a.length, a.status from undo u join appointments a on a.key = u.key
       where u.projection = 'appointments' and a.provider = $1
       union
       select (u.before->>'day')::bigint, (u.before->>'slot')::int, (u.before->>'length')::int, (u.before->>'status')::int
       from undo u where u.projection = 'appointments' and u.before->>'provider' = $1
     ) t where t.day between $2::bigint - 1 and $3::bigint and t.status in (2, 4, 5)`,
    [provider, from, to],
  );
}
