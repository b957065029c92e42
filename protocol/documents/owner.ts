// The owner's wrap: a document version's DEK for its subject, inside the manifest. Rule: whoever has the root opens every
// document whose bytes somebody still holds, without asking anybody.

import type { Address, Hex } from "viem";
import { concat, fromBase64Url, readU32, toBase64Url, toBytes, u32, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import { keyId } from "../keys/fingerprint.ts";
import { unwrapFast } from "../keys/unwrap-fast.ts";
import { unwrap, wrap, type Place, type WrapContext } from "../keys/wrap.ts";
import type { VersionName } from "./document-keys.ts";

/** The wrap as it stands in a manifest, with the name of the key that it was made for. */
export type OwnerWrap = { keyId: Hex; box: string };

/** Whose document version it is, and where. */
export type OwnedVersion = VersionName & { place: Place; subject: Address };

function contextOf({ place, subject, document }: OwnedVersion): WrapContext {
  return { ...place, kind: "owner", subject, recipient: subject, ref: document };
}

function dekOf(payload: Bytes, version: number): Bytes {
  if (payload.length !== 36 || readU32(payload, 0) !== version) {
    throw new Failure("tampered", "This key was wrapped for another version of the document. It was not used.");
  }
  return toBytes(payload.slice(4));
}

/** Wraps a DEK for the subject's public key (32 bytes): version (4) ‖ DEK (32). */
export function wrapOwner(name: OwnedVersion, options: { subjectKey: Uint8Array; dek: Uint8Array }): OwnerWrap {
  const { subjectKey, dek } = options;
  const box = wrap(contextOf(name), { recipientKey: subjectKey, bytes: concat(u32(name.version), dek) });
  return { keyId: keyId(subjectKey), box: toBase64Url(box) };
}

/** Opens it. Throws Failure("wrong-key" | "tampered"). Choose the secret key by `owner.keyId`: old roots have old keys. */
export function openOwner(name: OwnedVersion, options: { secretKey: Uint8Array; owner: OwnerWrap }): Bytes {
  const box = fromBase64Url(options.owner.box);
  return dekOf(unwrap(contextOf(name), { secretKey: options.secretKey, box }), name.version);
}

/** `openOwner` by WebCrypto, with a key from `importSecretKey`: for thousands. */
export async function openOwnerFast(name: OwnedVersion, options: { key: CryptoKey; owner: OwnerWrap }): Promise<Bytes> {
  const box = fromBase64Url(options.owner.box);
  return dekOf(await unwrapFast(contextOf(name), { key: options.key, box }), name.version);
}
