// Who sealed this vault? The public keys of its unlockers stand in clear, so anybody could lock a vault of their own
// making for them. A tag says that whoever sealed it had opened this vault before. Rule: a box of scheme 2 is looked into
// only after its tag was right.

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as sha256Hash } from "@noble/hashes/sha2.js";
import type { Address } from "viem";
import { concat, equalBytes, fromHex, sha256, toBytes, u32, utf8, type Bytes } from "../bytes.ts";
import { canonicalBytes } from "../canonical.ts";
import { lowerAddresses } from "../shapes.ts";
import { publicKeyOf, type EncryptionKey } from "./derive.ts";
import { deriveBytes } from "./hkdf.ts";
import type { Unlocker } from "./vault-format.ts";

/** Stands for the root among the unlockers. */
export const ROOT_ID = "0".repeat(32);

/** What a tag vouches for: one box of one revision of one vault, and the body that it opens. */
export type Tagged = {
  account: Address;
  vaultId: string;
  revision: number;
  unlocker: Unlocker | "root";
  box: Uint8Array;
  body: Uint8Array;
};

function message({ account, vaultId, revision, unlocker, box, body }: Tagged): Bytes {
  return concat(
    utf8("placet/1/vault-tag"),
    fromHex(account, 20),
    fromHex(`0x${vaultId}`, 16),
    u32(revision),
    sha256(canonicalBytes(lowerAddresses(unlocker))),
    sha256(box),
    sha256(body),
  );
}

/** The tag: HMAC-SHA256 (RFC 2104), 32 bytes. */
export function makeTag(key: Uint8Array, tagged: Tagged): Bytes {
  return toBytes(hmac(sha256Hash, key, message(tagged)));
}

/** Whether a tag was made with this key for this. */
export function isTagRight(key: Uint8Array, tagged: Tagged & { tag: Uint8Array }): boolean {
  return equalBytes(makeTag(key, tagged), tagged.tag);
}

/** The key of an unlocker's tags, from its secret. It is kept inside the vault too, so that any unlocker can seal for all. */
export function tagKeyOf(secret: Uint8Array, options: { type: string; vaultId: string; id: string }): Bytes {
  const { type, vaultId, id } = options;
  return deriveBytes(secret, {
    label: `vault/tag/${type}/`,
    parts: [fromHex(`0x${vaultId}`, 16), fromHex(`0x${id}`, 16)],
  });
}

/** What a root gives a device that holds it: the key pair for its box and the key of its tag. */
export function rootUnlocker(root: Uint8Array, vaultId: string): EncryptionKey & { tagKey: Bytes } {
  const secretKey = deriveBytes(root, { label: "vault/2/root/", parts: [fromHex(`0x${vaultId}`, 16)] });
  return {
    secretKey,
    publicKey: publicKeyOf(secretKey),
    tagKey: tagKeyOf(root, { type: "root", vaultId, id: ROOT_ID }),
  };
}
