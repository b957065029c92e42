// Organisations' keys in boxes, each wrapped for one member: kept for them, and opened by nobody here.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";

/** A box as it is kept. `key` is the organisation's public key that was shared. */
export type MemberKey = { organisation: Address; member: Address; key: Hex; box: Uint8Array; at: number };

/** One after another, whoever changes this organisation's boxes. Until the transaction ends, at every process of the service. */
export async function lockMemberKeys(tx: Queryable, organisation: Address): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('member-keys ' || $1, 0))", [organisation]);
}

/** Keeps boxes, each in the place of the member's earlier one; those of other members stay. */
export async function writeMemberKeys(tx: Queryable, rows: readonly MemberKey[]): Promise<void> {
  for (const { organisation, member, key, box, at } of rows)
    await tx.query(
      `insert into member_keys (organisation, member, public_key, box, at) values ($1, $2, $3, $4, $5)
       on conflict (organisation, member) do update set public_key = $3, box = $4, at = $5`,
      [organisation, member, key, box, at],
    );
}

/**
 * Destroys the boxes of those of whom the ledger says that they are members no more. An index that is being filled has not
 * read of everybody yet: whom it says nothing of keeps their box.
 */
export async function dropFormerMembers(tx: Queryable, organisation: Address): Promise<void> {
  await tx.query(
    `delete from member_keys k using members m
     where k.organisation = $1 and m.organisation = $1 and m.member = k.member and m.role = 0`,
    [organisation],
  );
}

/** Whom an organisation shared its key with, by address: a page, without the boxes. */
export async function listMemberKeys(
  db: Queryable,
  { organisation, after, limit }: { organisation: Address; after: string | null; limit: number },
): Promise<Pick<MemberKey, "member" | "key" | "at">[]> {
  return db.query<Pick<MemberKey, "member" | "key" | "at">>(
    `select member, public_key as key, at from member_keys
     where organisation = $1 and ($2::text is null or member > $2) order by member limit $3`,
    [organisation, after, limit],
  );
}

/** A member's box, while they are a member and the organisation is a verified one at `now`; null otherwise. */
export async function readMemberKey(
  db: Queryable,
  { organisation, member, now }: { organisation: Address; member: Address; now: number },
): Promise<MemberKey | null> {
  const [row] = await db.query<MemberKey>(
    `select k.organisation, k.member, k.public_key as key, k.box, k.at from member_keys k
     join members m on m.organisation = k.organisation and m.member = k.member
     join credentials c on c.key = k.organisation
     where k.organisation = $1 and k.member = $2 and m.role > 0 and c.status = 2 and c.kind = 7 and c.valid_until > $3`,
    [organisation, member, now],
  );
  return row ?? null;
}

/** Destroys a member's box; false where there is none. */
export async function deleteMemberKey(
  tx: Queryable,
  { organisation, member }: { organisation: Address; member: Address },
): Promise<boolean> {
  const sql = "delete from member_keys where organisation = $1 and member = $2 returning member";
  return (await tx.query(sql, [organisation, member])).length > 0;
}
