import { createDecipheriv, createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from "node:crypto";
import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import { fromBase64Url, toHex, utf8 } from "#protocol/bytes.ts";
import { importSecretKey, publicKeyOf, unwrap, unwrapFast, wrap, type WrapContext } from "#protocol/keys/index.ts";
import vectors from "../../vectors/keys-wrap.json" with { type: "json" };
import { ana, anaKey, document, failureOf, flip, gateway, lena, lenaKey, place } from "./samples.ts";

const context: WrapContext = { ...place, kind: "owner", subject: ana, recipient: lena, ref: document };

describe("A recipient", () => {
  it("opens frozen boxes, by eciesjs and by WebCrypto alike", async () => {
    for (const { secretKey, box, payload, ...named } of vectors.boxes) {
      const bound = named.context as WrapContext;
      const secret = fromBase64Url(secretKey, 32);
      expect(toHex(unwrap(bound, { secretKey: secret, box: fromBase64Url(box) }))).toBe(payload);
      const key = await importSecretKey(secret);
      expect(toHex(await unwrapFast(bound, { key, box: fromBase64Url(box) }))).toBe(payload);
    }
  });

  it("opens what was wrapped for them, whichever way they open it", async () => {
    const key = await importSecretKey(lenaKey.secretKey);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(1, 64, 4096), async (bytes, padTo) => {
        const box = wrap(context, { recipientKey: lenaKey.publicKey, bytes, padTo });
        expect(unwrap(context, { secretKey: lenaKey.secretKey, box })).toEqual(bytes);
        expect(await unwrapFast(context, { key, box })).toEqual(bytes);
        if (padTo > 1) expect((box.length - 60) % padTo).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  it("finds the layout of docs/formats.md in it, as read by another implementation", () => {
    const box = wrap(context, { recipientKey: lenaKey.publicKey, bytes: utf8("hello"), padTo: 256 });
    const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b656e04220420", "hex"), lenaKey.secretKey]);
    const spki = Buffer.concat([Buffer.from("302a300506032b656e032100", "hex"), box.subarray(0, 32)]);
    const shared = diffieHellman({
      privateKey: createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }),
      publicKey: createPublicKey({ key: spki, format: "der", type: "spki" }),
    });
    const ikm = Buffer.concat([box.subarray(0, 32), shared]);
    const aes = createDecipheriv("aes-256-gcm", Buffer.from(hkdfSync("sha256", ikm, "", "", 32)), box.subarray(32, 44));
    aes.setAuthTag(box.subarray(44, 60));
    const frame = Buffer.concat([aes.update(box.subarray(60)), aes.final()]);
    expect(frame.length).toBe(256);
    expect(frame.toString("latin1", 0, 20)).toBe(`PLC1owner${"\0".repeat(11)}`);
    expect(frame.readBigUInt64BE(20)).toBe(31337n);
    expect(frame.toString("hex", 28, 48)).toBe(place.ledger.slice(2).toLowerCase());
    expect(frame.toString("hex", 48, 68)).toBe(ana.slice(2).toLowerCase());
    expect(frame.toString("hex", 68, 88)).toBe(lena.slice(2).toLowerCase());
    expect(frame.toString("hex", 88, 120)).toBe(document.slice(2));
    expect(frame.readUInt32BE(120)).toBe(5);
    expect(frame.toString("utf8", 124, 129)).toBe("hello");
    expect(frame.subarray(129).every((byte) => byte === 0)).toBe(true);
  });

  it("refuses a box from another place, whichever part of the context differs", async () => {
    const box = wrap(context, { recipientKey: lenaKey.publicKey, bytes: utf8("hello") });
    const key = await importSecretKey(lenaKey.secretKey);
    const others: WrapContext[] = [
      { ...context, kind: "seal" },
      { ...context, chainId: 1 },
      { ...context, ledger: gateway },
      { ...context, subject: lena },
      { ...context, recipient: ana },
      { ...context, ref: `0x${"d1".repeat(32)}` },
    ];
    for (const other of others) {
      expect(await failureOf(() => unwrap(other, { secretKey: lenaKey.secretKey, box }))).toBe("tampered/wrong-place");
      expect(await failureOf(() => unwrapFast(other, { key, box }))).toBe("tampered/wrong-place");
    }
  });

  it("refuses every altered bit, every cut, and another's key", async () => {
    const box = wrap(context, { recipientKey: lenaKey.publicKey, bytes: utf8("hello") });
    const key = await importSecretKey(lenaKey.secretKey);
    for (let at = 0; at < box.length; at++) {
      expect(await failureOf(() => unwrap(context, { secretKey: lenaKey.secretKey, box: flip(box, at) }))).toBe(
        "wrong-key",
      );
      expect(await failureOf(() => unwrapFast(context, { key, box: flip(box, at) }))).toBe("wrong-key");
    }
    for (const length of [0, 31, 59, 60, box.length - 1]) {
      const cut = box.slice(0, length);
      expect(await failureOf(() => unwrap(context, { secretKey: lenaKey.secretKey, box: cut }))).toBe("wrong-key");
      expect(await failureOf(() => unwrapFast(context, { key, box: cut }))).toBe("wrong-key");
    }
    expect(await failureOf(() => unwrap(context, { secretKey: anaKey.secretKey, box }))).toBe("wrong-key");
  });

  it("refuses the all-zero point in a box, and a sender refuses it as a key", async () => {
    const box = wrap(context, { recipientKey: lenaKey.publicKey, bytes: utf8("hello") });
    box.fill(0, 0, 32);
    const key = await importSecretKey(lenaKey.secretKey);
    expect(await failureOf(() => unwrap(context, { secretKey: lenaKey.secretKey, box }))).toBe("wrong-key");
    expect(await failureOf(() => unwrapFast(context, { key, box }))).toBe("wrong-key");
    const wrapFor = (recipientKey: Uint8Array) => () => wrap(context, { recipientKey, bytes: utf8("hello") });
    expect(await failureOf(wrapFor(new Uint8Array(32)))).toBe("bad-input");
    expect(await failureOf(wrapFor(new Uint8Array(31)))).toBe("bad-input");
  });

  it("has the public key that RFC 7748 gives for a secret key", () => {
    const bob = Buffer.from("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb", "hex");
    expect(toHex(publicKeyOf(bob))).toBe("0xde9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  });
});
