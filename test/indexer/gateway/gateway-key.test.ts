// The gateway's key: made once, kept from others' eyes, and never quietly replaced.

import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toHex } from "#protocol/bytes.ts";
import { publicKeyOf } from "#protocol/keys/index.ts";
import { createGatewayKey, loadGatewayKey } from "#indexer/gateway/gateway-key.ts";

const KEY = `0x${"5a".repeat(32)}` as const;

describe("An operator's gateway key", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "placet-key-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("is made on first use, readable by its owner alone, and the same ever after", async () => {
    const first = await loadGatewayKey({ dataDir: join(folder, "new"), gatewayKey: null });
    const second = await loadGatewayKey({ dataDir: join(folder, "new"), gatewayKey: null });
    expect(second.account.address).toBe(first.account.address);
    expect(second.publicKey).toEqual(first.publicKey);
    expect((await stat(join(folder, "new", "gateway.json"))).mode & 0o777).toBe(0o600);
  });

  it("from the environment is taken as it is, and written nowhere", async () => {
    const given = await loadGatewayKey({ dataDir: folder, gatewayKey: KEY });
    expect(given.account.address).toBe(createGatewayKey(KEY).account.address);
    await expect(readFile(join(folder, "gateway.json"))).rejects.toThrow();
  });

  it("that is damaged stops the service in words that do not quote it", async () => {
    await writeFile(
      join(folder, "gateway.json"),
      JSON.stringify({ format: "placet-gateway", version: 1, key: `${KEY}00` }),
    );
    const failed = loadGatewayKey({ dataDir: folder, gatewayKey: null });
    await expect(failed).rejects.toMatchObject({ code: "tampered", message: expect.not.stringContaining("5a5a") });
    await expect(failed).rejects.not.toHaveProperty("cause.message");
  });

  it("gives an encryption key that is no plain function of the account's", () => {
    const { account, secretKey, publicKey } = createGatewayKey(KEY);
    expect(publicKeyOf(secretKey)).toEqual(publicKey);
    expect(toHex(secretKey)).not.toBe(KEY);
    expect(account.publicKey).not.toContain(toHex(publicKey).slice(2));
  });

  it("knows the nonces that it made, with their time, and nobody else's", () => {
    const { makeNonce, readNonce } = createGatewayKey(KEY);
    const nonce = makeNonce(1_900_000_000);
    expect(nonce).toMatch(/^[0-9a-f]{42}$/);
    expect(createGatewayKey(KEY).readNonce(nonce)).toBe(1_900_000_000);
    const later = (1_900_086_400).toString(16).padStart(10, "0") + nonce.slice(10);
    const others = [later, `${nonce}0`, nonce.toUpperCase(), "0123456789abcdef", "", `${nonce.slice(0, -1)}é`];
    for (const other of others) expect(readNonce(other)).toBeNull();
    expect(createGatewayKey(`0x${"6b".repeat(32)}`).readNonce(nonce)).toBeNull();
  });
});
