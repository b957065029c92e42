// Reading at a gateway whose page one does not use: a sign-in of its own, shown with each request instead of a session.
// Rule: the wallet signs these very words and this very gateway; no other sign-in counts, and none for longer than a session.

import { getAddress, isAddressEqual, type Address, type Hex, type TypedDataDefinition } from "viem";
import { createSiweMessage, parseSiweMessage } from "viem/siwe";
import { concat, utf8, type Bytes } from "../bytes.ts";
import { canonicalBytes } from "../canonical.ts";
import { Failure } from "../failure.ts";
import { MAX_SESSION_SECONDS, sessionResources, type SessionNames } from "../keys/session-key.ts";
import type { Place } from "../keys/wrap.ts";
import { lowerAddresses } from "../shapes.ts";
import { readDelegation, type Delegation } from "./delegation.ts";

/**
 * What the wallet shows, the same to the letter in each such sign-in. A page elsewhere that wants one signed has to show
 * these words, too.
 */
export const ELSEWHERE_STATEMENT =
  "I want to read records at the gateway that is named below and that my patient trusts, because my own service does not hand them over. Until the time below, this page may ask that gateway for records in my name. It may do nothing else.";

/**
 * How far ahead of the gateway's clock the beginning of a sign-in may lie, in seconds; and how far after the moment when the
 * gateway made its nonce. So nobody has one signed today that begins tomorrow.
 */
const MAX_AHEAD = 60;

/** The message that the wallet shows and signs. Times in Unix seconds. */
export function writeElsewhereSignIn(options: {
  account: Address;
  chainId: number;
  /** The page's host, as wallets check it; the origin of the gateway. */
  host: string;
  url: string;
  /** The gateway's own, made for this sign-in. */
  nonce: string;
  names: SessionNames;
  now: number;
  until: number;
}): string {
  const { account, chainId, host, url, nonce, names, now, until } = options;
  return createSiweMessage({
    address: getAddress(account),
    chainId,
    domain: host,
    uri: url,
    version: "1",
    nonce,
    statement: ELSEWHERE_STATEMENT,
    issuedAt: new Date(now * 1000),
    expirationTime: new Date(Math.min(until, now + MAX_SESSION_SECONDS) * 1000),
    resources: sessionResources(names),
  });
}

/**
 * What such a sign-in delegates, now and at this gateway, whose addresses are `origins`; whose signature it carries is for
 * others to check. `timeOfNonce`: when the gateway made a nonce, null for one that it did not make; a reader's own page,
 * which cannot tell, leaves it out. Throws Failure("bad-input") for what is none, Failure("not-authorised", reason
 * "sign-in-over" | "sign-in-nonce") for one that is over, or whose nonce is not of its time.
 */
export function readElsewhereSignIn(
  message: string,
  {
    gateway,
    origins,
    chainId,
    now,
    timeOfNonce,
  }: {
    gateway: Address;
    origins: readonly string[];
    chainId: number;
    now: number;
    timeOfNonce?: (nonce: string) => number | null;
  },
): Delegation {
  const delegation = readDelegation(message);
  const { names, from, until } = delegation;
  const { statement, uri = "", nonce = "" } = parseSiweMessage(message);
  // The address is what a person can recognise of the gateway in the wallet's window; its account they cannot.
  const isShown = statement === ELSEWHERE_STATEMENT && URL.canParse(uri) && origins.includes(new URL(uri).origin);
  const ours = delegation.chainId === chainId && isAddressEqual(names.gateway, gateway);
  if (!ours || !isShown || until - from > MAX_SESSION_SECONDS)
    throw new Failure("bad-input", "This is no sign-in to read at this gateway. Nothing was opened. Sign in anew.", {
      reason: "sign-in",
    });
  if (from > now + MAX_AHEAD || until <= now)
    throw new Failure("not-authorised", "This sign-in is over, or not yet begun. Nothing was opened. Sign in anew.", {
      reason: "sign-in-over",
    });
  const made = timeOfNonce === undefined ? from : timeOfNonce(nonce);
  if (made === null || from > made + MAX_AHEAD)
    throw new Failure(
      "not-authorised",
      "This sign-in was not made with a fresh word of this gateway. Nothing was opened. Check this device's clock and sign in anew.",
      { reason: "sign-in-nonce" },
    );
  return delegation;
}

/**
 * The EIP-712 typed data of a patient's question, under the ledger's domain: what was read of mine at this gateway? It
 * changes nothing. `time` in Unix seconds.
 */
export function typedAskReceipts(
  { chainId, ledger }: Place,
  { subject, gateway, time }: { subject: Address; gateway: Address; time: number },
): TypedDataDefinition<Record<"AskReceipts", { name: string; type: string }[]>, "AskReceipts"> {
  return {
    domain: { name: "Placet", version: "1", chainId, verifyingContract: ledger },
    types: {
      AskReceipts: [
        { name: "subject", type: "address" },
        { name: "gateway", type: "address" },
        { name: "time", type: "uint40" },
      ],
    },
    primaryType: "AskReceipts",
    message: { subject, gateway, time },
  };
}

/** What a reader asks a gateway for besides keys: one block of ciphertext. `time` in Unix seconds. */
export type BlockRequest = { cid: string; gateway: Address; time: number };

/** What the session key signs for it: a line that says what it is, then its canonical JSON. */
export function blockRequestBytes(request: BlockRequest): Bytes {
  return concat(utf8("Placet block request, version 1\n"), canonicalBytes(lowerAddresses(request)));
}

/** A sign-in and the wallet's signature on it. */
export type SignInElsewhere = { message: string; signature: Hex };
