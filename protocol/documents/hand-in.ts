// What a patient tells a gateway without being signed in there: here are my seals, or let go of them all. Rule: the
// vault's account (the patient's own where the ledger names none) signs exactly which seals, for which gateway and when, so
// that nobody who carries the message can add, leave out, redirect or keep one for later. A gateway hears no message whose
// time is not later than that of the last one: who says several in one second counts their times on.

import { keccak256, type Address, type Hex, type TypedDataDefinition } from "viem";
import { canonicalBytes } from "../canonical.ts";
import type { Place } from "../keys/wrap.ts";

/** How far from the gateway's clock the time in such a message may lie, in seconds. */
export const HAND_IN_SECONDS = 120;

/** A seal as it is handed in: base64url. */
export type HandedSeal = { document: Hex; version: number; seal: string };

/** What is signed. `time` in Unix seconds on the patient's clock. */
export type HandIn = {
  subject: Address;
  gateway: Address;
  time: number;
  /** The seals in their order; "drop" for: let go of everything that you hold of me. */
  what: readonly HandedSeal[] | "drop";
};

/** The EIP-712 typed data of such a message, under the ledger's domain. */
export function typedHandIn(
  { chainId, ledger }: Place,
  { subject, gateway, time, what }: HandIn,
): TypedDataDefinition<Record<"HandIn", { name: string; type: string }[]>, "HandIn"> {
  const seals = what === "drop" ? [] : what;
  return {
    domain: { name: "Placet", version: "1", chainId, verifyingContract: ledger },
    types: {
      HandIn: [
        { name: "subject", type: "address" },
        { name: "gateway", type: "address" },
        { name: "drop", type: "bool" },
        { name: "seals", type: "bytes32" },
        { name: "time", type: "uint40" },
      ],
    },
    primaryType: "HandIn",
    message: { subject, gateway, drop: what === "drop", seals: keccak256(canonicalBytes(seals)), time },
  };
}

/** The EIP-712 typed data of a question, under the ledger's domain: which of my seals do you hold? It changes nothing. */
export function typedAskHeld(
  { chainId, ledger }: Place,
  { subject, gateway, time }: Omit<HandIn, "what">,
): TypedDataDefinition<Record<"AskHeld", { name: string; type: string }[]>, "AskHeld"> {
  return {
    domain: { name: "Placet", version: "1", chainId, verifyingContract: ledger },
    types: {
      AskHeld: [
        { name: "subject", type: "address" },
        { name: "gateway", type: "address" },
        { name: "time", type: "uint40" },
      ],
    },
    primaryType: "AskHeld",
    message: { subject, gateway, time },
  };
}
