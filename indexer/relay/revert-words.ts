// What the ledger answers when it refuses a transaction, in words for the person whose act it was.

import { BaseError, decodeErrorResult, isHex } from "viem";
import type { Hex } from "viem";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";

/** Why an act did not come onto the ledger: a stable name, and a sentence. */
export type Refusal = { reason: string; detail: string };

const AGAIN = "Nothing was changed. Look at the newest state and sign again.";

const words: Readonly<Record<string, string>> = {
  BadSignature: `The signature does not fit this act as it stands on the ledger now: something was decided since it was signed, or another key signed it. ${AGAIN}`,
  DeadlinePassed: "This was signed too long ago. Nothing was changed. Sign it again.",
  BadWindow:
    "The times do not make a window: it must end later than it begins, and in the future. Nothing was changed. Choose other times.",
  BadOps: "This asks for something that no consent can allow. Nothing was changed.",
  BadAddress: "This names an address that cannot take part. Nothing was changed.",
  StillInForce: "There is a consent in force for exactly this already. Nothing was changed. Renew it, or end it first.",
  NotInForce: "The consent is not in force any more. Nothing was changed.",
  AlreadyEnded: "This had ended already. Nothing was changed, and nothing needs to be done.",
  AlreadySent: "The ledger has this act already. It was not done twice.",
  OutOfTurn:
    "The ledger has this act already, or one of its kind that was signed later or sent since. Nothing was changed.",
  ScopeUsed: "This consent's words were used before. Nothing was changed. Sign again: the app chooses new ones.",
  WrongEpoch: `The keys were changed on another device in the meantime. ${AGAIN}`,
  KeyIsZero: "This is no encryption key. Nothing was changed.",
  VaultAccountNeedsItself:
    "The vault account that is appointed has to agree to being replaced. Nothing was changed. Unlock the present vault first.",
  WrongVersion: `The document has another version on the ledger by now. ${AGAIN}`,
  NotAuthor: "Only whoever filed this document can do that. Nothing was changed.",
  NotPermitted: "There is no live consent that allows adding records here. Nothing was filed.",
  DocumentEnded: "This document was withdrawn or rejected. Nothing was changed.",
  NotParty: "This appointment belongs to others. Nothing was changed.",
  WrongState: `The appointment is not in the state that this needs. ${AGAIN}`,
  NotOpen: "The provider has not opened that time. Nothing was booked. Choose another time.",
  AlreadyBooked: "That time has just been taken. Nothing was booked. Choose another time.",
  BadTime: "That is not a time that can be booked. Nothing was booked. Choose another time.",
  NotOrdinary:
    "An emergency consent or a proxy's mandate cannot be renewed or replaced. Nothing was changed. Revoke it, then make a new one.",
  BadTimes: "An emergency consent can be opened once to nine times. Nothing was changed. Choose another number.",
  NotVerified:
    "An emergency consent is for clinicians and organisations that a registrar has verified, and this account is none now. Nothing was changed.",
  NotArmed: "There is no emergency consent here that could be opened now. Nothing was opened.",
  StillOpen: "The glass is broken already: the consent is open. Nothing was changed, and nothing needs to be done.",
  UsedUp:
    "This emergency consent was opened as often as it may be. Nothing was opened. Ask the patient or their proxy.",
  NoteNeeded:
    "Whoever opens a consent in an emergency must say why. Nothing was opened. Write the reason, then try again.",
  NotClinician: "Only a doctor or nurse of this organisation can open it in an emergency. Nothing was opened.",
  NotProxy: "There is no mandate in force that lets you act for this person. Nothing was changed.",
  BeyondMandate: "This goes beyond what the mandate allows. Nothing was changed. Ask for less, or for a shorter time.",
  NotSubject: "Only the account itself, or its vault account, can say this. Nothing was changed.",
  EmptyBatch: "There is nothing in this batch. Nothing was changed.",
  NotEnoughGas: "These acts together need more than one transaction may use. Nothing was changed. Send fewer at once.",
  WrongFirst: "The ledger expects another receipt number. Nothing was anchored.",
  NoReceipts: "There are no receipts to anchor.",
};

/** The revert data inside whatever viem threw; null when the node answered nothing of that kind. */
export function findRevertData(error: unknown): Hex | null {
  if (!(error instanceof BaseError)) return null;
  let found: Hex | null = null;
  error.walk((inner) => {
    const data = (inner as { data?: unknown }).data;
    // Nodes differ: the data itself, or an object that holds it.
    const hex = typeof data === "object" && data !== null ? (data as { data?: unknown }).data : data;
    if (typeof hex === "string" && isHex(hex) && hex.length >= 10) found = hex;
    return found !== null;
  });
  return found;
}

/** True where the node executed the call and the contract refused it (as against a node that did not answer). */
export function isRevert(error: unknown): boolean {
  if (findRevertData(error) !== null) return true;
  if (!(error instanceof BaseError)) return false;
  return (
    error.walk(
      (inner) => /revert/i.test((inner as Error).name) || /execution reverted|reverted/i.test((inner as Error).message),
    ) !== null
  );
}

/** Tells in words why the ledger refuses. */
export function explainRevert(error: unknown): Refusal {
  const data = findRevertData(error);
  try {
    if (data !== null) {
      const { errorName } = decodeErrorResult({ abi: ledgerAbi, data });
      return { reason: errorName, detail: words[errorName] ?? "The ledger refuses this act. Nothing was changed." };
    }
  } catch {
    // An error that the ledger does not declare, for instance of the account's own wallet contract.
  }
  return {
    reason: "refused-by-ledger",
    detail: "The ledger refuses this act and gives no reason. Nothing was changed.",
  };
}
