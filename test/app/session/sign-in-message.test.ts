import { parseSiweMessage, validateSiweMessage } from "viem/siwe";
import { describe, expect, test } from "vitest";
import { createSessionKey, MAX_SESSION_SECONDS, readSessionResources } from "#protocol/keys/index.ts";
import { writeSignInMessage } from "../../../app/src/lib/session/sign-in-message.ts";

const NOW = 1_795_000_000;
const ACCOUNT = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const GATEWAY = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

async function write(organisation?: typeof ACCOUNT) {
  const { publicKey } = await createSessionKey();
  const message = writeSignInMessage({
    account: ACCOUNT,
    chainId: 31337,
    site: { host: "placet.example", origin: "https://placet.example" },
    nonce: "abcdefgh12345678",
    statement: "Sign in to Placet.",
    publicKey,
    gateway: GATEWAY,
    organisation,
    now: NOW,
  });
  return { publicKey, parsed: parseSiweMessage(message) };
}

describe("A person who signs in", () => {
  test("signs words that name site, chain and nonce, and are worth nothing after twelve hours", async () => {
    const { parsed } = await write();
    expect(parsed).toMatchObject({
      address: ACCOUNT,
      chainId: 31337,
      domain: "placet.example",
      uri: "https://placet.example",
      nonce: "abcdefgh12345678",
      statement: "Sign in to Placet.",
    });
    const at = (seconds: number): boolean =>
      validateSiweMessage({ message: parsed, domain: "placet.example", time: new Date(seconds * 1000) });
    expect(at(NOW)).toBe(true);
    expect(at(NOW + MAX_SESSION_SECONDS - 1)).toBe(true);
    expect(at(NOW + MAX_SESSION_SECONDS)).toBe(false);
  });

  test("names the session key and the gateway, and an organisation only when reading for one", async () => {
    const alone = await write();
    const names = readSessionResources(alone.parsed.resources ?? []);
    expect(names.gateway).toBe(GATEWAY);
    expect([...names.publicKey]).toEqual([...alone.publicKey]);
    expect(names.organisation).toBeUndefined();
    const member = await write(ACCOUNT);
    expect(readSessionResources(member.parsed.resources ?? []).organisation).toBe(ACCOUNT);
  });

  test("holds a key whose private half nobody can read out", async () => {
    const { privateKey } = await createSessionKey();
    expect(privateKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("pkcs8", privateKey)).rejects.toThrow();
  });
});
