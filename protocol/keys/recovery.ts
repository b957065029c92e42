// Recovery by guardians on a device that has nothing: it makes a key, asks, and speaks to each guardian. Rule: whom a
// guardian answers is shown by a code that this device made for that guardian alone, that is spoken, typed, and never
// sent. The service sees only what Argon2id makes of it, so it cannot put a key of its own in the place of the device's;
// and one guardian who conspires with the service learns nothing that would fool another.

import { argon2id } from "hash-wasm";
import type { Address, Hex } from "viem";
import { concat, equalBytes, fromHex, sha256, toBytes, toHex, u64, utf8, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import { unwrapFast } from "./unwrap-fast.ts";
import { ARGON2_DEFAULT, type Argon2Cost } from "./vault-format.ts";
import { wrap, type Place, type WrapContext } from "./wrap.ts";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's base 32: no I, L, O, U
const CODE_CHARACTERS = 10; // 50 bits, at half a second of Argon2id each

/** What a recovery is about: whose, by whom asked, under which key. `id` is 16 bytes in hex without 0x. */
export type Recovery = { place: Place; subject: Address; set: Hex; id: string; publicKey: Uint8Array };

/** The keys of a device that asks, neither of which can be read out: one opens answers, one makes the spoken codes. */
export type RecoveryKeys = { privateKey: CryptoKey; codeKey: CryptoKey; publicKey: Bytes };

/** Makes the keys for one recovery (X25519 and HMAC-SHA256, not extractable). */
export async function createRecoveryKeys(): Promise<RecoveryKeys> {
  const pair = (await crypto.subtle.generateKey("X25519", false, ["deriveBits"])) as CryptoKeyPair;
  const codeKey = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const publicKey = toBytes(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  return { privateKey: pair.privateKey, codeKey, publicKey };
}

/** What one guardian is asked, in 32 bytes: every part of the recovery, and the guardian. */
export function digestRecovery({ place, subject, set, id, publicKey }: Recovery, guardian: Address): Bytes {
  return sha256(
    concat(
      utf8("placet/1/recovery"),
      u64(BigInt(place.chainId)),
      fromHex(place.ledger, 20),
      fromHex(subject, 20),
      fromHex(guardian, 20),
      fromHex(set, 32),
      fromHex(`0x${id}`, 16),
      publicKey,
    ),
  );
}

/** The code to speak to one guardian, "K7Q2M-04XNB": the first 50 bits of an HMAC over what the guardian is asked. */
export async function spokenCode(
  recovery: Recovery,
  options: { guardian: Address; codeKey: CryptoKey },
): Promise<string> {
  const digest = digestRecovery(recovery, options.guardian);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", options.codeKey, digest));
  let bits = 0n;
  for (const byte of mac.subarray(0, 7)) bits = (bits << 8n) | BigInt(byte);
  bits >>= 6n;
  let text = "";
  for (let at = CODE_CHARACTERS - 1; at >= 0; at--) text += ALPHABET.charAt(Number((bits >> BigInt(5 * at)) & 31n));
  return `${text.slice(0, 5)}-${text.slice(5)}`;
}

/** The code as it is hashed. Throws Failure("bad-input", reason "code-typo") for what cannot be one. */
function readCode(text: string): string {
  const plain = text.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  if (plain.length !== CODE_CHARACTERS || [...plain].some((character) => !ALPHABET.includes(character))) {
    throw new Failure(
      "bad-input",
      "A code has ten signs, in two groups of five. Nothing was handed over. Ask for it once more.",
      { reason: "code-typo" },
    );
  }
  return plain;
}

/** What the service may see of a code: Argon2id of it, salted with what the guardian is asked. 32 bytes. */
export async function tagCode(
  recovery: Recovery,
  options: { guardian: Address; code: string; cost?: Argon2Cost },
): Promise<Bytes> {
  const { memoryKiB, iterations, parallelism } = options.cost ?? ARGON2_DEFAULT;
  const made = await argon2id({
    password: utf8(readCode(options.code)),
    salt: digestRecovery(recovery, options.guardian),
    memorySize: memoryKiB,
    iterations,
    parallelism,
    hashLength: 32,
    outputType: "binary",
  });
  return toBytes(made);
}

function answerContext(recovery: Recovery, guardian: Address): WrapContext {
  const { place, subject } = recovery;
  const ref = toHex(digestRecovery(recovery, guardian));
  return { ...place, kind: "returned-share", subject, recipient: subject, ref };
}

/**
 * A guardian hands over the share: wrapped for the device that asks, once the code that its owner spoke fits.
 * Throws Failure("wrong-key", reason "wrong-code") where it does not: another device may be asking.
 */
export async function returnShare(
  recovery: Recovery,
  options: { guardian: Address; code: string; tag: Uint8Array; share: Uint8Array; cost?: Argon2Cost },
): Promise<Bytes> {
  if (!equalBytes(await tagCode(recovery, options), options.tag)) {
    throw new Failure(
      "wrong-key",
      "This code does not belong to this request. Nothing was handed over. Hear the code once more; if it stays wrong, somebody else may be asking: hand over nothing.",
      { reason: "wrong-code" },
    );
  }
  return wrap(answerContext(recovery, options.guardian), {
    recipientKey: recovery.publicKey,
    bytes: options.share,
  });
}

/** The device that asked opens an answer. Throws Failure("wrong-key" | "tampered"). */
export function openReturnedShare(
  recovery: Recovery,
  options: { guardian: Address; box: Uint8Array; privateKey: CryptoKey },
): Promise<Bytes> {
  return unwrapFast(answerContext(recovery, options.guardian), { key: options.privateKey, box: options.box });
}
