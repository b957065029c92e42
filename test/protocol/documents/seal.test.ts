import { describe, expect, it } from "vitest";
import { fromBase64Url, toBase64Url, toHex } from "#protocol/bytes.ts";
import { makeSeal, openRelease, openSealAtGateway, releaseSchema, releaseToJson } from "#protocol/documents/index.ts";
import { compartmentKey } from "#protocol/keys/index.ts";
import { ana, document, failureOf, filled, flip, gateway, gatewayKey, lena, lenaKey, place } from "../keys/samples.ts";
import vectors from "../../vectors/documents-seal.json" with { type: "json" };

const name = { place, subject: ana, document, gateway };
const header = { version: 3, category: "labs", epoch: 4001, keyedBy: "category" } as const;
const key = compartmentKey(filled(1), { category: "labs", epoch: 4001 });
const dek = filled(0x77);
const seal = makeSeal(name, { ...header, key, dek, gatewayKey: gatewayKey.publicKey });

describe("A gateway that opens a seal", () => {
  it("learns document, version, category and epoch, and not the DEK", async () => {
    const release = openSealAtGateway(name, { secretKey: gatewayKey.secretKey, seal });
    expect(release).toMatchObject({ ...header, document });
    expect(toHex(release.wrappedDek)).not.toContain("77".repeat(8));
    const guess = { release, key: gatewayKey.secretKey };
    expect(await failureOf(() => openRelease({ place, subject: ana }, guess))).toBe("wrong-key");
  });

  it("opens a frozen seal, and the grantee the release", () => {
    const release = openSealAtGateway(name, { secretKey: gatewayKey.secretKey, seal: fromBase64Url(vectors.seal) });
    expect(releaseToJson(release)).toEqual(vectors.release);
    expect(openRelease({ place, subject: ana }, { release, key: fromBase64Url(vectors.key, 32) })).toEqual(
      fromBase64Url(vectors.dek, 32),
    );
  });

  it("refuses a seal for another document, subject, ledger or gateway, and one that was altered", async () => {
    const open = (other: object, bytes = seal) =>
      failureOf(() => openSealAtGateway({ ...name, ...other }, { secretKey: gatewayKey.secretKey, seal: bytes }));
    expect(await open({ document: `0x${"d1".repeat(32)}` })).toBe("tampered/wrong-place");
    expect(await open({ subject: lena })).toBe("tampered/wrong-place");
    expect(await open({ gateway: lena })).toBe("tampered/wrong-place");
    expect(await open({ place: { ...place, chainId: 1 } })).toBe("tampered/wrong-place");
    for (const at of [0, 40, 70, seal.length - 1]) expect(await open({}, flip(seal, at))).toBe("wrong-key");
    expect(await failureOf(() => openSealAtGateway(name, { secretKey: lenaKey.secretKey, seal }))).toBe("wrong-key");
  });
});

describe("A grantee who receives a release", () => {
  const release = openSealAtGateway(name, { secretKey: gatewayKey.secretKey, seal });

  it("opens it with the compartment key of its epoch", () => {
    const received = releaseSchema.parse(JSON.parse(JSON.stringify(releaseToJson(release))));
    expect(openRelease({ place, subject: ana }, { release: received, key })).toEqual(dek);
  });

  it("opens one for a single document with that document's key", () => {
    const own = compartmentKey(filled(1), { document, epoch: 4001 });
    const single = makeSeal(name, { ...header, keyedBy: "document", key: own, dek, gatewayKey: gatewayKey.publicKey });
    const opened = openSealAtGateway(name, { secretKey: gatewayKey.secretKey, seal: single });
    expect(opened.keyedBy).toBe("document");
    expect(openRelease({ place, subject: ana }, { release: opened, key: own })).toEqual(dek);
  });

  it("opens it with no other key, and not when a gateway changed a word of it", async () => {
    const open = (other: object, by = key) =>
      failureOf(() => openRelease({ place, subject: ana }, { release: { ...release, ...other }, key: by }));
    expect(await open({}, compartmentKey(filled(1), { category: "labs", epoch: 4000 }))).toBe("wrong-key");
    expect(await open({ version: 4 })).toBe("wrong-key");
    expect(await open({ category: "imaging" })).toBe("wrong-key");
    expect(await open({ epoch: 4000 })).toBe("wrong-key");
    expect(await open({ keyedBy: "document" })).toBe("wrong-key");
    expect(await open({ document: `0x${"d1".repeat(32)}` })).toBe("wrong-key");
    expect(await open({ wrappedDek: flip(release.wrappedDek, 20) })).toBe("wrong-key");
    expect(await open({})).toBe("none");
    expect(toBase64Url(release.wrappedDek).length).toBe(80);
  });
});
