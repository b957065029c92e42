// What a patient says when the service shall keep no earlier copy of their vault: those copies are what is left where a
// thief of a session overwrote the vault, so a session alone does not destroy them. Rule: the vault's account signs which
// copy stays, at which service and when.

import type { Address, Hex, TypedDataDefinition } from "viem";
import type { Place } from "./wrap.ts";

/** How far from the service's clock the time in such a message may lie, in seconds. */
export const FORGET_SECONDS = 120;

/** What is signed. `digest`: SHA-256 of the copy that stays, as its ETag says it; `time`: Unix seconds. */
export type ForgetCopies = { account: Address; gateway: Address; digest: Hex; time: number };

/** The EIP-712 typed data of such a message, under the ledger's domain. */
export function typedForgetCopies(
  { chainId, ledger }: Place,
  { account, gateway, digest, time }: ForgetCopies,
): TypedDataDefinition<Record<"ForgetCopies", { name: string; type: string }[]>, "ForgetCopies"> {
  return {
    domain: { name: "Placet", version: "1", chainId, verifyingContract: ledger },
    types: {
      ForgetCopies: [
        { name: "account", type: "address" },
        { name: "gateway", type: "address" },
        { name: "copy", type: "bytes32" },
        { name: "time", type: "uint40" },
      ],
    },
    primaryType: "ForgetCopies",
    message: { account, gateway, copy: digest, time },
  };
}
