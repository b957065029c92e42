// A call that a session signs: what it covers, and what it does not pass for.
import { getAddress, pad } from "viem";
import { describe, expect, it } from "vitest";
import { utf8 } from "#protocol/bytes.ts";
import { CALL_SKEW_SECONDS, createSessionKey, signCall, verifyCall } from "#protocol/keys/index.ts";

const account = getAddress(pad("0x0a", { size: 20 }));
const gateway = getAddress(pad("0x0b", { size: 20 }));
const call = { method: "PUT", path: "/api/vault?kits=", body: utf8("{}"), account, gateway };
const now = 1_790_000_000;

describe("A call that a session's key signed", () => {
  it("is known again, within a quarter of an hour to either side", async () => {
    const key = await createSessionKey();
    const signed = await signCall(key, call, { now });
    for (const off of [0, -CALL_SKEW_SECONDS, CALL_SKEW_SECONDS]) {
      const verified = await verifyCall(call, { publicKey: key.publicKey, signed, now: now + off });
      expect(verified).toEqual({ nonce: signed["placet-nonce"], time: now });
    }
    for (const off of [-CALL_SKEW_SECONDS - 1, CALL_SKEW_SECONDS + 1])
      await expect(verifyCall(call, { publicKey: key.publicKey, signed, now: now + off })).rejects.toMatchObject({
        reason: "call-time",
      });
  });

  it("passes for no other call, key, person or gateway, and a missing signature for none", async () => {
    const key = await createSessionKey();
    const other = await createSessionKey();
    const { publicKey } = key;
    const signed = await signCall(key, call, { now });
    const refused = { code: "forbidden", reason: "call-signature" };
    for (const changed of [
      { method: "DELETE" },
      { path: "/api/vault" },
      { body: utf8("{} ") },
      { account: gateway },
      { gateway: account },
    ])
      await expect(verifyCall({ ...call, ...changed }, { publicKey, signed, now })).rejects.toMatchObject(refused);
    await expect(verifyCall(call, { publicKey: other.publicKey, signed, now })).rejects.toMatchObject(refused);
    await expect(verifyCall(call, { publicKey: null, signed, now })).rejects.toMatchObject(refused);
    await expect(verifyCall(call, { publicKey, signed: {}, now })).rejects.toMatchObject(refused);
    for (const changed of [
      { "placet-nonce": "A".repeat(22) },
      { "placet-time": String(now + 1) },
      { "placet-signature": "B".repeat(86) },
    ])
      await expect(verifyCall(call, { publicKey, signed: { ...signed, ...changed }, now })).rejects.toMatchObject(
        refused,
      );
  });
});
