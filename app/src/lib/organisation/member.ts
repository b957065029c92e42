// A member of an organisation as its page shows them: what the ledger says of them, and how they stand to its key.
import { isAddressEqual, type Address, type Hex } from "viem";

/** Somebody whom the ledger names as a member. `since` in unix seconds: of the last change of their role. */
export type Member = { address: Address; role: number; since: number };

/**
 * How a member stands to the organisation's key. current: they have the present one; older: one before it; none: none yet,
 * or the service lost what was left for them.
 */
export type KeyState = "current" | "older" | "none";

/** What the vault remembers of whom it gave its key, and what lies at the service for them. */
export type Shared = {
  given: readonly { member: Address; current: boolean }[];
  left: readonly { member: Address; key: Hex }[];
  /** The vault's present public key. */
  key: Hex | undefined;
};

/** How this member stands to the key. Both count: what was never sent helps nobody, and what the vault knows nothing of is not ours. */
export function keyStateOf(member: Address, { given, left, key }: Shared): KeyState {
  const remembered = given.find((one) => isAddressEqual(one.member, member));
  const box = left.find((one) => isAddressEqual(one.member, member));
  if (!box) return "none";
  return remembered?.current === true && box.key.toLowerCase() === key?.toLowerCase() ? "current" : "older";
}

/** The members who had an earlier key and have not the present one: what is left to do after a change. */
export function listBehind(members: readonly Member[], shared: Shared): Member[] {
  return members.filter(({ address }) => keyStateOf(address, shared) === "older");
}

/** Those for whom something lies at the service though they are members no more: what a page that went away left undone. */
export function listStrays(members: readonly Member[], { left }: Pick<Shared, "left">): Address[] {
  return left.map(({ member }) => member).filter((one) => !members.some(({ address }) => isAddressEqual(address, one)));
}
