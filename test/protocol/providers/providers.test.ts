import { describe, expect, it } from "vitest";
import { randomBytes, toBase64Url, toHex } from "#protocol/bytes.ts";
import { isFailure } from "#protocol/failure.ts";
import { publicKeyOf } from "#protocol/keys/index.ts";
import {
  createLicence,
  decodeCard,
  encodeCard,
  licenceHash,
  openLicence,
  wrapLicence,
} from "#protocol/providers/index.ts";

const account = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65" as const;
const gateway = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8" as const;
const place = { chainId: 31337, ledger: "0x5FbDB2315678afecb367f032d93F642f64180aa3" as const };
const card = {
  format: "placet-card" as const,
  formatVersion: 1 as const,
  name: "Dr Lena Lindqvist",
  specialty: "Cardiology",
  place: "Lisbon",
  about: "",
  languages: ["English"],
  licence: null,
};

describe("A provider's card", () => {
  it("reads back as it was written, under a digest of its own bytes", () => {
    const { bytes, digest } = encodeCard(card);
    expect(decodeCard(bytes)).toEqual(card);
    expect(encodeCard({ ...card, place: "Porto" }).digest).not.toBe(digest);
  });

  it("is refused with a field that nobody knows, or with no name", () => {
    expect(() => encodeCard({ ...card, verified: true } as typeof card)).toThrow(/shape/);
    expect(() => encodeCard({ ...card, name: " " })).toThrow(/shape/);
  });
});

describe("A provider's licence", () => {
  const secretKey = randomBytes(32);
  const licence = createLicence({ authority: "Ordem dos Médicos", number: "OM-48213" });
  const hash = licenceHash(licence);
  const box = wrapLicence({ place, account, gateway: { address: gateway, key: publicKeyOf(secretKey) }, licence });

  it("opens at the gateway and is the one that the ledger commits to", () => {
    expect(openLicence({ place, account, gateway, secretKey, hash, box })).toEqual(licence);
  });

  it("cannot be confirmed by a guess: the same number has another hash each time", () => {
    expect(licenceHash(createLicence({ authority: "Ordem dos Médicos", number: "OM-48213" }))).not.toBe(hash);
  });

  it("does not open for another key, nor as another provider's", () => {
    const opening = (change: object) => () => openLicence({ place, account, gateway, secretKey, hash, box, ...change });
    expect(opening({ secretKey: randomBytes(32) })).toThrow(
      expect.toSatisfy((e: unknown) => isFailure(e, "wrong-key")),
    );
    expect(opening({ account: gateway })).toThrow(expect.toSatisfy((e: unknown) => isFailure(e, "tampered")));
    expect(opening({ hash: toHex(randomBytes(32)) })).toThrow(
      expect.toSatisfy((e: unknown) => isFailure(e, "tampered")),
    );
    expect(opening({ box: toBase64Url(randomBytes(300)) })).toThrow(
      expect.toSatisfy((e: unknown) => isFailure(e, "wrong-key")),
    );
  });
});
