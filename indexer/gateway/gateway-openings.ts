// What a gateway may know of a consent: the opening that the patient wrapped for it inside the capsule. It is kept
// wrapped, opened in memory, and used only when it hashes to the scope on the ledger.

import type { Address, Hex } from "viem";
import { z } from "zod";
import { fromBase64Url } from "#protocol/bytes.ts";
import { parseCanonical } from "#protocol/canonical.ts";
import { checkOpening, type Opening } from "#protocol/consent/index.ts";
import { Failure } from "#protocol/failure.ts";
import { decodeEnvelope, keyId, unwrap, type Place } from "#protocol/keys/index.ts";
import type { GatewayKey } from "./gateway-key.ts";

/** Which consent an opening belongs to. */
export type ConsentOf = { subject: Address; grantee: Address; scope: Hex };

/** The gateway's eyes on openings. */
export type GatewayOpenings = {
  /** Opens a box that is kept. Throws Failure("wrong-key" | "tampered" | "bad-input"). */
  openBox(consent: ConsentOf & { box: Uint8Array }): Opening;
  /** Finds this gateway's box in a capsule, opens it and gives both. Throws Failure("wrong-key") when there is none for it, "tampered" or "bad-input" when it is false. */
  readCapsule(consent: ConsentOf & { bytes: Uint8Array }): { box: Uint8Array; opening: Opening };
};

const MAX_OPENING_BYTES = 262_144;
const KEPT = 2_000;

/** Makes the reader of openings for one gateway key. */
export function createOpenings({ key, place }: { key: GatewayKey; place: Place }): GatewayOpenings {
  const name = keyId(key.publicKey);
  // Opened ones, oldest out first: opening one costs two milliseconds, and a busy consent is read again and again.
  const opened = new Map<string, Opening>();

  function openBox({ subject, scope, box }: ConsentOf & { box: Uint8Array }): Opening {
    const known = opened.get(`${subject} ${scope}`);
    if (known !== undefined) return known;
    const context = { ...place, kind: "opening", subject, recipient: key.account.address, ref: scope } as const;
    const bytes = unwrap(context, { secretKey: key.secretKey, box });
    const opening = checkOpening(parseCanonical(bytes, z.unknown(), { maxBytes: MAX_OPENING_BYTES, what: "consent" }), {
      scope,
    });
    opened.set(`${subject} ${scope}`, opening);
    for (const oldest of opened.keys()) {
      if (opened.size <= KEPT) break;
      opened.delete(oldest);
    }
    return opening;
  }

  return {
    openBox,
    readCapsule(consent) {
      const wraps = decodeEnvelope("capsule", consent.bytes).wraps.filter((one) => one.to === name);
      let failure = new Failure(
        "wrong-key",
        "This consent was not entrusted to this gateway. It cannot release anything under it.",
      );
      for (const { box: text } of wraps) {
        const box = fromBase64Url(text);
        try {
          return { box, opening: openBox({ ...consent, box }) };
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          failure = error;
        }
      }
      throw failure;
    },
  };
}
