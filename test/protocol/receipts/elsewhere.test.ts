// A sign-in by which a reader asks a gateway whose page they do not use.

import { createSiweMessage, parseSiweMessage } from "viem/siwe";
import { describe, expect, it } from "vitest";
import { createSessionKey } from "#protocol/keys/index.ts";
import {
  ELSEWHERE_STATEMENT,
  readElsewhereSignIn,
  verifyReceipt,
  writeElsewhereSignIn,
} from "#protocol/receipts/index.ts";
import { failureOf, lena, place, tomas } from "../keys/samples.ts";
import { gatewayAccount, lenaAccount, now, releasedBody, signedReceipt } from "./samples.ts";
import { signRequest } from "#protocol/receipts/index.ts";

const key = await createSessionKey();
const gateway = gatewayAccount.address;
const here = { gateway, origins: ["https://second.example"], chainId: place.chainId, now };
const signIn = {
  account: lenaAccount.address,
  chainId: place.chainId,
  host: "clinic.example",
  url: "https://second.example",
  nonce: "0123456789abcdef",
  names: { publicKey: key.publicKey, gateway },
  now,
  until: now + 3_600,
};
const message = writeElsewhereSignIn(signIn);

describe("A reader who signs in to another gateway", () => {
  it("signs words that say so, for this gateway, this key and no longer than their session", () => {
    expect(message).toContain(ELSEWHERE_STATEMENT);
    expect(message.startsWith("clinic.example wants you to sign in")).toBe(true);
    const read = readElsewhereSignIn(message, here);
    expect(read).toMatchObject({ address: lenaAccount.address, from: now, until: now + 3_600 });
    expect(read.names.publicKey).toEqual(key.publicKey);
    const long = writeElsewhereSignIn({ ...signIn, until: now + 100 * 3_600 });
    expect(readElsewhereSignIn(long, here).until).toBe(now + 12 * 3_600);
    const member = writeElsewhereSignIn({ ...signIn, names: { ...signIn.names, organisation: tomas } });
    expect(readElsewhereSignIn(member, here).names.organisation).toBe(tomas);
  });

  it("is heard nowhere else, never later, and by no other words", async () => {
    const other = { ...parseSiweMessage(message), statement: "I sign in to Placet." } as Parameters<
      typeof createSiweMessage
    >[0];
    expect(await failureOf(() => readElsewhereSignIn(message, { ...here, gateway: lena }))).toBe("bad-input/sign-in");
    expect(await failureOf(() => readElsewhereSignIn(message, { ...here, chainId: 1 }))).toBe("bad-input/sign-in");
    expect(await failureOf(() => readElsewhereSignIn(createSiweMessage(other), here))).toBe("bad-input/sign-in");
    // The gateway's account in it, and another address in the window that a person saw.
    const hidden = writeElsewhereSignIn({ ...signIn, url: "https://harmless.example" });
    expect(await failureOf(() => readElsewhereSignIn(hidden, here))).toBe("bad-input/sign-in");
    for (const at of [now + 3_600, now - 100])
      expect(await failureOf(() => readElsewhereSignIn(message, { ...here, now: at }))).toBe(
        "not-authorised/sign-in-over",
      );
    expect(await failureOf(() => readElsewhereSignIn(`${message}\n`, here))).not.toBe("none");
    // Its nonce is the gateway's own, and of the time at which it begins.
    for (const made of [null, now - 61])
      expect(await failureOf(() => readElsewhereSignIn(message, { ...here, timeOfNonce: () => made }))).toBe(
        "not-authorised/sign-in-nonce",
      );
    const asked: string[] = [];
    const timeOfNonce = (nonce: string) => asked.push(nonce) - 1 + now - 60;
    expect(readElsewhereSignIn(message, { ...here, timeOfNonce }).from).toBe(now);
    expect(asked).toEqual([signIn.nonce]);
  });

  it("stands behind a receipt as any other sign-in does: an auditor needs no new rule", async () => {
    const body = await releasedBody();
    const request = body.request?.request;
    if (request === undefined) throw new Error("A receipt of a read has a request.");
    const signature = await lenaAccount.signMessage({ message });
    const receipt = await signedReceipt(body, {
      request: await signRequest(key, request),
      delegation: { message, signature },
    });
    expect(await verifyReceipt(receipt)).toBe("wallet");
  });
});
