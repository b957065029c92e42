// The time of the last message by which each patient's vault spoke to this gateway without a session. Kept for good, so
// that a message that somebody carried is heard once, at whichever process, also after a restart.

import type { Address } from "viem";
import type { Queryable } from "./database.ts";

/** Notes a message of this time (Unix seconds); false where one of the same or a later time was heard before. */
export async function advanceHandIn(
  db: Queryable,
  { subject, time }: { subject: Address; time: number },
): Promise<boolean> {
  const rows = await db.query(
    `insert into hand_ins (subject, time) values ($1, $2)
     on conflict (subject) do update set time = $2 where hand_ins.time < $2 returning subject`,
    [subject, time],
  );
  return rows.length === 1;
}
