// An organisation's encryption key for its members: what patients wrap for the organisation opens for whoever reads in its
// name. Rule: a member gets the key pairs alone, never the root, which makes every later key and acts for the organisation.

import type { Address, Hex } from "viem";
import { z } from "zod";
import { fromBase64Url, fromHex, toBase64Url, toHex, wipe, type Bytes } from "../bytes.ts";
import { canonicalBytes, parseCanonical } from "../canonical.ts";
import { Failure } from "../failure.ts";
import type { Party } from "./capsule.ts";
import { publicKeyOf, type EncryptionKey } from "./derive.ts";
import { boxSize, NOTE_UNIT, unwrap, wrap, type Place, type WrapContext } from "./wrap.ts";

/** Most keys in a box: the present one, and those before it, for what was wrapped for them. */
const MOST_MEMBER_KEYS = 32;

/** How long every member's box is, in bytes, however many keys are in it. */
export const MEMBER_KEY_BOX_BYTES = boxSize(0, NOTE_UNIT);

const contentSchema = z.strictObject({
  v: z.literal(1),
  /** Secret keys, the present one last. */
  keys: z.array(z.string().length(43)).min(1).max(MOST_MEMBER_KEYS),
});

/** Whose key it is, for whom, and which: `key` is the organisation's newest public key (32 bytes). */
export type MemberKeyName = { place: Place; organisation: Address; member: Address; key: Hex };

function contextOf({ place, organisation, member, key }: MemberKeyName): WrapContext {
  return { ...place, kind: "member-key", subject: organisation, recipient: member, ref: key };
}

/**
 * Wraps an organisation's secret keys (32 bytes each, the present one last) for a member's X25519 key, all boxes of one
 * size. Of more than 32 the newest go in. Throws Failure("bad-input") for no key, or an unusable one.
 */
export function makeMemberKey(options: {
  place: Place;
  organisation: Address;
  member: Party;
  secretKeys: readonly Uint8Array[];
}): { key: Hex; box: Bytes } {
  const { place, organisation, member } = options;
  const given = options.secretKeys.slice(-MOST_MEMBER_KEYS);
  const newest = given.at(-1);
  if (newest === undefined) {
    throw new Failure("bad-input", "There is no key to share. Nothing was shared. Unlock your vault, then try again.");
  }
  const key = toHex(publicKeyOf(newest));
  const bytes = canonicalBytes({ v: 1, keys: given.map((one) => toBase64Url(one)) });
  try {
    const context = contextOf({ place, organisation, member: member.address, key });
    return { key, box: wrap(context, { recipientKey: member.key, bytes, padTo: NOTE_UNIT }) };
  } finally {
    wipe(bytes);
  }
}

/**
 * Opens a member's box: the organisation's key pairs, the present one last, which is the one that the box is named by.
 * Throws Failure("wrong-key" | "tampered" | "bad-input").
 */
export function openMemberKey(
  name: MemberKeyName,
  { secretKey, box }: { secretKey: Uint8Array; box: Uint8Array },
): EncryptionKey[] {
  const bytes = unwrap(contextOf(name), { secretKey, box });
  const { keys } = parseCanonical(bytes, contentSchema, { maxBytes: NOTE_UNIT, what: "member's key" });
  wipe(bytes);
  const pairs = keys.map((text) => {
    const secret = fromBase64Url(text, 32);
    return { secretKey: secret, publicKey: publicKeyOf(secret) };
  });
  const newest = pairs.at(-1);
  if (newest === undefined || toHex(newest.publicKey) !== toHex(fromHex(name.key, 32))) {
    wipe(...pairs.map(({ secretKey: secret }) => secret));
    throw new Failure(
      "tampered",
      "This is not the key that the organisation has. It was not used. Ask them to share it again.",
      { reason: "other-key" },
    );
  }
  return pairs;
}
