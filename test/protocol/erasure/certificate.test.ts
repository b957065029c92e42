// A certificate of erasure: its frozen form, and what makes it worth nothing.

import { hashTypedData } from "viem";
import { describe, expect, it } from "vitest";
import { utf8 } from "#protocol/bytes.ts";
import { decodeErasure, encodeErasure, requireErasure, verifyErasure } from "#protocol/erasure/index.ts";
import { erasureTypedData } from "#protocol/erasure/certificate.ts";
import vectors from "../../vectors/erasure.json" with { type: "json" };

describe("A certificate of erasure", () => {
  const certificate = decodeErasure(utf8(vectors.certificate));

  it("reads, hashes and writes as the frozen one does, and its gateway's signature is right", async () => {
    expect(hashTypedData(erasureTypedData(certificate.body))).toBe(vectors.digest);
    expect(certificate.body.gateway).toBe(vectors.gateway);
    expect(encodeErasure(certificate)).toEqual(utf8(vectors.certificate));
    await expect(verifyErasure(certificate)).resolves.toBeUndefined();
  });

  it("is refused once any word, number or address in it was changed", async () => {
    const { body, signature } = certificate;
    const other = "0x00000000000000000000000000000000000000A1" as const;
    const changes: Partial<typeof body>[] = [
      { seals: 4 },
      { erasedAt: body.erasedAt + 1 },
      { subject: other },
      { gateway: other },
      { document: `0x${"d1".repeat(32)}` },
      { versions: body.versions.slice(0, 1) },
      { ended: { ...body.ended, act: "reject" } },
    ];
    for (const change of changes)
      await expect(verifyErasure({ signature, body: { ...body, ...change } })).rejects.toMatchObject({
        code: "tampered",
      });
    const garbled = `0x${"00".repeat(65)}` as const;
    await expect(verifyErasure({ body, signature: garbled })).rejects.toMatchObject({ code: "tampered" });
  });

  it("is worth nothing for another document, person, gateway or ledger", async () => {
    const { chainId, ledger, gateway, subject, document } = certificate.body;
    const meant = { place: { chainId, ledger }, gateway, subject, document };
    await expect(requireErasure(certificate, meant)).resolves.toBeUndefined();
    const others: Partial<typeof meant>[] = [
      { document: `0x${"d1".repeat(32)}` },
      { subject: gateway },
      { gateway: subject },
      { place: { chainId: 1, ledger } },
      { place: { chainId, ledger: subject } },
    ];
    for (const other of others) {
      const failing = requireErasure(certificate, { ...meant, ...other });
      await expect(failing).rejects.toMatchObject({ code: "tampered", reason: "other-erasure" });
    }
    const spoilt = { ...certificate, body: { ...certificate.body, seals: 4 } };
    await expect(requireErasure(spoilt, meant)).rejects.toMatchObject({ code: "tampered" });
  });

  it("says what the format says to the letter, and nothing more", () => {
    const changed = vectors.certificate.replace("nobody can open", "we cannot open");
    expect(() => decodeErasure(utf8(changed))).toThrow();
    const spaced = vectors.certificate.replace(",", ", ");
    expect(() => decodeErasure(utf8(spaced))).toThrow();
  });
});
