// What signed revokes end. Rule: one counts here from the moment it is received, whoever sends it to the ledger; of consents
// that never were, of which anybody can sign as many revokes as they like, nothing is kept for who only tells of it.

import type { Address, Hex } from "viem";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { Failure } from "#protocol/failure.ts";
import type { Act } from "#protocol/typed-data/index.ts";
import type { Foundation } from "../service.ts";
import { pickKnownConsents } from "../store/consents.ts";
import { noteRevokes } from "../store/relays.ts";
import type { Simulate } from "./simulate.ts";

/** A consent that a signed act ends, at or below a version. */
export type Revoked = { subject: Address; grantee: Address; scope: Hex; ceiling: number };

/** The consents that a signed revoke ends, whoever signed it; none for any other act. */
export function revokedBy(act: Act): readonly Revoked[] {
  if (act.name === "revokeMany") return act.args.revocations.map((each) => ({ ...each, subject: act.args.subject }));
  if (act.name !== "revoke" && act.name !== "revokeByProxy") return [];
  const { subject, grantee, scope, ceiling } = act.args;
  return [{ subject, grantee, scope, ceiling }];
}

/** What the ledger says of a consent that was never given. */
const NONE = 0;
/** What a revoke ends: in force, armed, not yet begun, open after a broken glass, used up. */
const STANDING = [1, 5, 7, 8, 9] as const;

/** Makes what knows of revokes. */
export function createRevokes({ chain, database }: Foundation) {
  const { ledger } = chain.deployment;

  /** Its effective status on the ledger; null without an answer. */
  async function askStatus({ subject, grantee, scope }: Revoked): Promise<number | null> {
    const asked = { address: ledger, abi: ledgerAbi, functionName: "effectiveStatus" } as const;
    return chain.client.readContract({ ...asked, args: [subject, grantee, scope] }).catch(() => null);
  }

  /** Whether there is anything to end. Without an answer the doubt is the patient's: a revoke goes on. */
  async function isStanding(one: Revoked): Promise<boolean> {
    const status = await askStatus(one);
    return status === null || STANDING.some((each) => each === status);
  }

  /** Those that were ever given, as the ledger says or, where it does not know (yet) or does not answer, what was read here. */
  async function pickGiven(revoked: readonly Revoked[]): Promise<Revoked[]> {
    const asked = await Promise.all(revoked.map(async (one) => ({ one, status: await askStatus(one) })));
    const isGiven = (status: number | null) => status !== null && status !== NONE;
    const unseen = asked.filter(({ status }) => !isGiven(status)).map(({ one }) => one);
    const known = await pickKnownConsents(database, unseen);
    return [...asked.filter(({ status }) => isGiven(status)).map(({ one }) => one), ...known];
  }

  /**
   * Hears a patient's revoke whose signature the ledger takes; gives how many consents are at an end by it. `onContract`: told
   * before a contract wallet is asked, which runs code of a stranger's on the node; it may throw. Throws
   * Failure("unavailable", reason "consent-unseen") where one of them is not seen here: a node may lag behind a fresh grant.
   * The others are at an end even so.
   */
  async function hear(
    act: Act,
    { signature, onContract }: { signature: Hex; onContract: () => void },
    { simulate, isOwnRevoke }: Simulate,
  ): Promise<number> {
    if (act.name !== "revoke" && act.name !== "revokeMany")
      throw new Failure("bad-input", "Only a patient's own revoke is heard here. Nothing was changed.");
    if (!(await isOwnRevoke(act, signature))) onContract();
    await simulate(act, { signature });
    const revoked = revokedBy(act);
    const given = await pickGiven(revoked);
    await database.transaction((tx) => noteRevokes(tx, given));
    if (given.length < revoked.length)
      throw new Failure(
        "unavailable",
        "This service does not see every consent on the ledger that this ends. Those that it sees are at an end here. Tell it again in a moment.",
        { reason: "consent-unseen" },
      );
    return revoked.length;
  }

  return { isStanding, hear };
}
