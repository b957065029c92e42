// A provider's licence number: committed to on the ledger by a salted hash, and wrapped for a gateway, which shows it to
// registrars and to nobody else. Rule: what a registrar sees is checked against the hash on the ledger.

import { encodeAbiParameters, keccak256, type Address, type Hex } from "viem";
import { z } from "zod";
import { fromBase64Url, randomBytes, toBase64Url, toHex } from "../bytes.ts";
import { canonicalBytes, parseCanonical } from "../canonical.ts";
import { Failure } from "../failure.ts";
import { unwrap, wrap, type Place, type WrapContext } from "../keys/wrap.ts";

const licenceSchema = z.strictObject({
  authority: z.string().trim().min(1).max(160),
  number: z.string().trim().min(1).max(60),
  salt: z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value)),
});

/** Who issued a licence, its number, and the 256-bit salt of its commitment. */
export type Licence = z.infer<typeof licenceSchema>;

/** A licence with a fresh salt. Throws Failure("bad-input") when a field is empty or too long. */
export function createLicence(options: { authority: string; number: string }): Licence {
  const parsed = licenceSchema.safeParse({ ...options, salt: toHex(randomBytes(32)) });
  if (!parsed.success) {
    throw new Failure("bad-input", "Give the issuing authority and the licence number. Nothing was sent.");
  }
  return parsed.data;
}

/** What the ledger holds of a licence: keccak256(abi.encode(salt, authority, number)). */
export function licenceHash(licence: Licence): Hex {
  return keccak256(
    encodeAbiParameters(
      [{ type: "bytes32" }, { type: "string" }, { type: "string" }],
      [licence.salt, licence.authority, licence.number],
    ),
  );
}

function contextOf(options: { place: Place; account: Address; gateway: Address; hash: Hex }): WrapContext {
  const { place, account, gateway, hash } = options;
  return { ...place, kind: "licence", subject: account, recipient: gateway, ref: hash };
}

/** Wraps a licence for a gateway (base64url), for the card's field of that name. */
export function wrapLicence(options: {
  place: Place;
  account: Address;
  gateway: { address: Address; key: Uint8Array };
  licence: Licence;
}): string {
  const { gateway, licence } = options;
  const context = contextOf({ ...options, gateway: gateway.address, hash: licenceHash(licence) });
  return toBase64Url(wrap(context, { recipientKey: gateway.key, bytes: canonicalBytes(licence), padTo: 1024 }));
}

/**
 * Opens a licence at the gateway and compares it with the hash on the ledger.
 * Throws Failure("wrong-key") where it is for another gateway, Failure("tampered") where it differs.
 */
export function openLicence(options: {
  place: Place;
  account: Address;
  gateway: Address;
  secretKey: Uint8Array;
  hash: Hex;
  box: string;
}): Licence {
  const bytes = unwrap(contextOf(options), { secretKey: options.secretKey, box: fromBase64Url(options.box) });
  const licence = parseCanonical(bytes, licenceSchema, { maxBytes: 4096, what: "licence" });
  if (licenceHash(licence) !== options.hash) {
    throw new Failure("tampered", "This licence is not the one that the ledger commits to. It was not shown.");
  }
  return licence;
}
