// The keys of one consent, from its capsule or from the bundle of a re-keying: opened and given back, held by nobody.
import { fetchBlock } from "#app/service/index.ts";
import { rawCid } from "#protocol/documents/index.ts";
import { findInBundle, openCapsule, type CapsuleContent, type ConsentName } from "#protocol/keys/index.ts";
import type { Hex } from "viem";
import type { KeySource } from "../calls.ts";
import { secretKeysFor, withEachKey } from "./keyring.ts";

/** What is in there for us; null where a bundle has nothing. Throws Failure("wrong-key" | "tampered" | "bad-input"). */
export async function openKeys(consent: ConsentName, from: KeySource): Promise<CapsuleContent | null> {
  const { grantee } = consent;
  if ("capsule" in from) {
    return withEachKey((secretKey) => openCapsule(consent, { secretKey, bytes: from.capsule }), grantee);
  }
  const parts = new Map<Hex, Promise<Uint8Array>>();
  const fetchPart = (digest: Hex): Promise<Uint8Array> => {
    const part = parts.get(digest) ?? fetchBlock(rawCid(digest));
    parts.set(digest, part);
    return part;
  };
  // Who re-keyed may not have confirmed the newest key yet: then there is one for the key before.
  for (const secretKey of secretKeysFor(grantee)) {
    const content = await findInBundle(consent, { secretKey, index: from.index, fetchPart });
    if (content) return content;
  }
  return null;
}
