// What signed revokes end. Rule: one counts here from the moment it is received, whoever sends it to the ledger; of what does
// not stand, of which anybody can sign as many as they like, nothing is kept for who only tells of it.

import type { Address, Hex } from "viem";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { Failure } from "#protocol/failure.ts";
import type { Act } from "#protocol/typed-data/index.ts";
import type { Foundation } from "../service.ts";
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

/** What a revoke ends: in force, armed, not yet begun, open after a broken glass, used up. */
const STANDING = [1, 5, 7, 8, 9] as const;

/** Makes what knows of revokes. */
export function createRevokes({ chain, database }: Foundation) {
  const { ledger } = chain.deployment;

  /** Whether there is anything to end. */
  async function isStanding({ subject, grantee, scope }: Revoked): Promise<boolean> {
    const asked = { address: ledger, abi: ledgerAbi, functionName: "effectiveStatus" } as const;
    // Without an answer the doubt is the patient's: a revoke goes on.
    const status = await chain.client
      .readContract({ ...asked, args: [subject, grantee, scope] })
      .catch(() => STANDING[0]);
    return STANDING.some((one) => one === status);
  }

  /**
   * Hears a patient's revoke whose signature the ledger takes; gives how many consents that stand it ends. `onContract`: told
   * before a contract wallet is asked, which runs code of a stranger's on the node; it may throw.
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
    const standing = await Promise.all(revokedBy(act).map(async (one) => ((await isStanding(one)) ? [one] : [])));
    const revoked = standing.flat();
    await database.transaction((tx) => noteRevokes(tx, revoked));
    return revoked.length;
  }

  return { isStanding, hear };
}
