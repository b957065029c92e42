// A seal: a document version's DEK under a compartment (or document) key, and again for one gateway. Rule: the gateway
// learns which compartment it is about and can withhold the inner wrap, but never open it; the grantee can open the
// inner wrap, but gets it only through a gateway.

import type { Address } from "viem";
import { z } from "zod";
import type { Hex } from "viem";
import {
  concat,
  equalBytes,
  fromBase64Url,
  fromHex,
  fromUtf8,
  readU32,
  toBase64Url,
  toBytes,
  u32,
  utf8,
  type Bytes,
} from "../bytes.ts";
import { Failure } from "../failure.ts";
import { decryptSmall, encryptSmall, SMALL_OVERHEAD } from "../keys/aead.ts";
import { deriveBytes } from "../keys/hkdf.ts";
import { unwrap, wrap, type Place, type WrapContext } from "../keys/wrap.ts";

const CATEGORY_BYTES = 32;
const DEK_BYTES = 32;
const HEADER_BYTES = 4 + 1 + 4 + CATEGORY_BYTES;

/** What a gateway finds in a seal and hands to the reader. */
export type Release = {
  document: Hex;
  version: number;
  category: string;
  epoch: number;
  /** Which key opens `wrappedDek`: the category's at this epoch, or the single document's. */
  keyedBy: "category" | "document";
  wrappedDek: Bytes;
};

/** Of whose document the seal is, and for which gateway. */
export type SealName = { place: Place; subject: Address; document: Hex; gateway: Address };

type SealHeader = Omit<Release, "wrappedDek" | "document">;

function encodeHeader(header: SealHeader): Bytes {
  const category = new Uint8Array(CATEGORY_BYTES);
  const name = utf8(header.category);
  if (name.length === 0 || name.length > CATEGORY_BYTES) {
    throw new Failure("bad-input", "This is no category of records. Nothing was sealed.");
  }
  category.set(name);
  const keyedBy = Uint8Array.of(header.keyedBy === "category" ? 1 : 2);
  return concat(u32(header.version), keyedBy, u32(header.epoch), category);
}

function decodeHeader(bytes: Uint8Array): SealHeader {
  const keyedBy = bytes[4] === 1 ? "category" : bytes[4] === 2 ? "document" : undefined;
  if (keyedBy === undefined) throw new Failure("bad-input", "This seal is of an unknown kind. It was not opened.");
  const padded = bytes.subarray(9, HEADER_BYTES);
  const end = padded.findIndex((byte) => byte === 0);
  const category = fromUtf8(padded.subarray(0, end < 0 ? CATEGORY_BYTES : end));
  const header: SealHeader = { version: readU32(bytes, 0), keyedBy, epoch: readU32(bytes, 5), category };
  if (!equalBytes(encodeHeader(header), bytes)) {
    throw new Failure("tampered", "This seal is not spelled as it should be. It was not opened.");
  }
  return header;
}

function contextOf({ place, subject, document, gateway }: SealName): WrapContext {
  return { ...place, kind: "seal", subject, recipient: gateway, ref: document };
}

function innerContext(name: { place: Place; subject: Address; document: Hex }, header: SealHeader): Bytes {
  const { place, subject, document } = name;
  const chain = utf8(`placet/1/seal ${place.chainId} `);
  return concat(chain, fromHex(place.ledger, 20), fromHex(subject, 20), fromHex(document, 32), encodeHeader(header));
}

function innerKey(key: Uint8Array, document: Hex, header: SealHeader): Bytes {
  return deriveBytes(key, { label: "seal/", parts: [fromHex(document, 32), encodeHeader(header)] });
}

/**
 * Makes the seal of a document version for a gateway. `key` is the compartment key CK(category, epoch), or
 * DK(document, epoch) where `keyedBy` is "document".
 */
export function makeSeal(
  name: SealName,
  options: SealHeader & { key: Uint8Array; dek: Uint8Array; gatewayKey: Uint8Array },
): Bytes {
  const { version, category, epoch, keyedBy, key, dek, gatewayKey } = options;
  const header = { version, category, epoch, keyedBy };
  const inner = encryptSmall(innerKey(key, name.document, header), { bytes: dek, context: innerContext(name, header) });
  return wrap(contextOf(name), { recipientKey: gatewayKey, bytes: concat(encodeHeader(header), inner) });
}

/** Opens the outer wrap, as the gateway. Throws Failure("wrong-key" | "tampered" | "bad-input"). */
export function openSealAtGateway(name: SealName, options: { secretKey: Uint8Array; seal: Uint8Array }): Release {
  const payload = unwrap(contextOf(name), { secretKey: options.secretKey, box: options.seal });
  if (payload.length !== HEADER_BYTES + DEK_BYTES + SMALL_OVERHEAD) {
    throw new Failure("bad-input", "This seal has another length than seals have. It was not opened.");
  }
  const header = decodeHeader(payload.subarray(0, HEADER_BYTES));
  return { ...header, document: name.document, wrappedDek: toBytes(payload.slice(HEADER_BYTES)) };
}

/**
 * The DEK in a release, as the grantee, with the key from `keyForRelease`.
 * Throws Failure("wrong-key") for another key, or a release that was changed on the way.
 */
export function openRelease(
  name: { place: Place; subject: Address },
  options: { release: Release; key: Uint8Array },
): Bytes {
  const { release, key } = options;
  const { document, version, category, epoch, keyedBy, wrappedDek } = release;
  const header = { version, category, epoch, keyedBy };
  const context = innerContext({ ...name, document }, header);
  return decryptSmall(innerKey(key, document, header), { bytes: wrappedDek, context });
}

/** A release as JSON; `releaseSchema` reads it back. */
export function releaseToJson(release: Release): z.input<typeof releaseSchema> {
  return { ...release, wrappedDek: toBase64Url(release.wrappedDek) };
}

/** The shape of a release in an answer of a gateway. */
export const releaseSchema = z.strictObject({
  document: z
    .string()
    .regex(/^0x[0-9a-f]{64}$/)
    .transform((text) => text as Hex),
  version: z.int().min(1).max(0xffffffff),
  category: z.string().min(1).max(CATEGORY_BYTES),
  epoch: z.int().min(0).max(4095),
  keyedBy: z.enum(["category", "document"]),
  wrappedDek: z
    .string()
    .length(80)
    .transform((text) => fromBase64Url(text)),
});
