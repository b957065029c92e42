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

type Field = { name: string; type: string };
type Typed<N extends string> = TypedDataDefinition<Record<N, Field[]>, N>;

const address = (name: string): Field => ({ name, type: "address" });
const time: Field = { name: "time", type: "uint40" };

/** Typed data of this name under the ledger's domain. */
function typed<N extends string>(
  name: N,
  { place, fields, message }: { place: Place; fields: Field[]; message: Record<string, unknown> },
): Typed<N> {
  const domain = { name: "Placet", version: "1", chainId: place.chainId, verifyingContract: place.ledger };
  return { domain, types: { [name]: fields } as Record<N, Field[]>, primaryType: name, message } as unknown as Typed<N>;
}

/** The EIP-712 typed data of such a message, under the ledger's domain. */
export function typedHandIn(place: Place, { subject, gateway, time: said, what }: HandIn): Typed<"HandIn"> {
  const isDrop = what === "drop";
  const fields = [
    address("subject"),
    address("gateway"),
    { name: "drop", type: "bool" },
    { name: "seals", type: "bytes32" },
    time,
  ];
  const seals = keccak256(canonicalBytes(isDrop ? [] : what));
  return typed("HandIn", { place, fields, message: { subject, gateway, drop: isDrop, seals, time: said } });
}

/** The EIP-712 typed data of a question, under the ledger's domain: which of my seals do you hold? It changes nothing. */
export function typedAskHeld(place: Place, { subject, gateway, time: asked }: Omit<HandIn, "what">): Typed<"AskHeld"> {
  const fields = [address("subject"), address("gateway"), time];
  return typed("AskHeld", { place, fields, message: { subject, gateway, time: asked } });
}
