import { describe, expect, it } from "vitest";
import { utf8 } from "#protocol/bytes.ts";
import {
  createSessionKey,
  readSessionResources,
  sessionResources,
  signWithSession,
  verifySession,
} from "#protocol/keys/index.ts";
import { failureOf, flip, gateway, lena } from "./samples.ts";

describe("A session", () => {
  it("signs with a key that cannot be taken out", async () => {
    const key = await createSessionKey();
    const bytes = utf8("a read");
    const signature = await signWithSession(key, bytes);
    expect(signature.length).toBe(64);
    expect(await verifySession(key.publicKey, { signature, bytes })).toBe(true);
    await expect(crypto.subtle.exportKey("pkcs8", key.privateKey)).rejects.toThrow();
    await expect(crypto.subtle.exportKey("jwk", key.privateKey)).rejects.toThrow();
  });

  it("is not believed for other bytes, another key, or no key at all", async () => {
    const key = await createSessionKey();
    const bytes = utf8("a read");
    const signature = await signWithSession(key, bytes);
    expect(await verifySession(key.publicKey, { signature, bytes: flip(bytes, 0) })).toBe(false);
    expect(await verifySession(key.publicKey, { signature: flip(signature, 10), bytes })).toBe(false);
    expect(await verifySession((await createSessionKey()).publicKey, { signature, bytes })).toBe(false);
    expect(await verifySession(new Uint8Array(65), { signature, bytes })).toBe(false);
  });

  it("is named in the sign-in, and read back", async () => {
    const { publicKey } = await createSessionKey();
    const names = { publicKey, gateway, organisation: lena };
    expect(readSessionResources(sessionResources(names))).toEqual(names);
    expect(readSessionResources(sessionResources({ publicKey, gateway }))).toEqual({ publicKey, gateway });
    const lines = sessionResources({ publicKey, gateway });
    for (const bad of [
      [],
      lines.slice(1),
      lines.slice(0, 1),
      [...lines, ...lines],
      [...lines, "https://example.org"],
    ]) {
      expect(await failureOf(() => readSessionResources(bad))).toBe("bad-input");
    }
  });
});
