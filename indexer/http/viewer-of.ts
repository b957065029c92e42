// In whose name a signed-in person may look: their own, and the organisation's that they signed in for while they are
// a member of it.

import type { Address } from "viem";
import type { Service } from "../service.ts";
import { readMovedTo } from "../store/accounts.ts";
import { listOrganisationsOf } from "../store/registry.ts";
import type { Session } from "../store/sessions.ts";

/**
 * Whether this is the signed-in person: by the account they have now, or by one of which the ledger says, signed by both
 * sides, that they moved from it. Who moved may see what they left behind.
 */
export async function isThemself(service: Service, session: Session, subject: Address): Promise<boolean> {
  return subject === session.account || (await readMovedTo(service.database, subject)) === session.account;
}

/** The accounts whose consents this person may use, own first, with their role (0: it is themselves). */
export async function listNames(service: Service, session: Session): Promise<{ account: Address; role: number }[]> {
  const own = { account: session.account, role: 0 };
  if (session.organisation === null) return [own];
  const memberships = await listOrganisationsOf(service.database, { member: session.account, now: service.now() });
  const membership = memberships.find(({ organisation }) => organisation === session.organisation);
  return membership === undefined ? [own] : [own, { account: membership.organisation, role: membership.role }];
}

/** The time to judge windows by: the later of the wall clock and the chain's newest block, so that nothing looks alive that has ended. */
export function judgeTime(service: Service): number {
  return Math.max(service.now(), service.sync.status().cursor?.time ?? 0);
}
