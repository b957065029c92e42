// The sign-in (EIP-4361) that lets a session key read. Rule: a message counts only where writing its fields down again
// gives the same text, so that nothing in it can be read in two ways.

import { createSiweMessage, parseSiweMessage } from "viem/siwe";
import type { SiweMessage } from "viem/siwe";
import type { Address } from "viem";
import { Failure } from "../failure.ts";
import { readSessionResources, type SessionNames } from "../keys/session-key.ts";

/** What a sign-in says: who, on which chain, for which session, in Unix seconds from when until when. */
export type Delegation = {
  address: Address;
  chainId: number;
  domain: string;
  nonce: string;
  names: SessionNames;
  from: number;
  until: number;
};

/** Reads a sign-in message; its signature and its time are for others to check. Throws Failure("bad-input"). */
export function readDelegation(text: string): Delegation {
  const refuse = (cause?: unknown) =>
    new Failure("bad-input", "This sign-in is not as Placet writes it. Nothing was changed. Sign in again.", { cause });
  const message = parseSiweMessage(text);
  const { address, chainId, domain, nonce, issuedAt, expirationTime, resources } = message;
  if (address === undefined || chainId === undefined || domain === undefined || nonce === undefined) throw refuse();
  if (issuedAt === undefined || expirationTime === undefined || resources === undefined) throw refuse();
  let again: string;
  try {
    again = createSiweMessage(message as SiweMessage);
  } catch (cause) {
    throw refuse(cause);
  }
  if (again !== text) throw refuse();
  const from = Math.floor(issuedAt.getTime() / 1000);
  const until = Math.floor(expirationTime.getTime() / 1000);
  return { address, chainId, domain, nonce, names: readSessionResources(resources), from, until };
}
