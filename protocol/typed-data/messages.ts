// What is signed for each act, message by message. Rule: every function here is total over its named fields; numbers
// become the integers that the types ask for, and nothing else is added or left out.

import type { Address, Hex } from "viem";
import { CONTRIBUTE, hasOp, READ } from "../codes/index.ts";
import type { Opening } from "../consent/index.ts";
import { typedData, type Place, type TypedData } from "./types.ts";

/** What every opening act names. */
export type Open = {
  readonly opening: Opening;
  readonly subject: Address;
  readonly grantee: Address;
  readonly ops: number;
  readonly expiresAt: number;
  /** The record's version before the act. */
  readonly version: number;
  /** The subject's generation. */
  readonly generation: bigint;
  /** Unix seconds; the deadline itself is still in time. */
  readonly deadline: number;
};
/** What opens a consent. */
export type Grant = Open & { readonly notBefore: number; readonly capsule: Hex };
type Named = { readonly subject: Address; readonly grantee: Address };
type Timed = { readonly generation: bigint; readonly deadline: number };
type Appointment = {
  readonly account: Address;
  readonly patient: Address;
  readonly provider: Address;
  readonly id: Hex;
};
type Booking = Appointment & {
  readonly day: number;
  readonly slot: number;
  readonly length: number;
  readonly details: Hex;
};

/** The fields that every opening act begins with, its scope opened. */
export const openFields = ({ opening, subject, grantee, ops, version, generation, deadline }: Open) => ({
  scope: opening,
  subject,
  grantee,
  mayRead: hasOp(ops, READ),
  mayAdd: hasOp(ops, CONTRIBUTE),
  ops,
  version,
  generation,
  deadline,
});

/** Grant: opens a consent. `version` is that of the record under this scope (0 when there is none). */
export function typedGrant(place: Place, act: Grant): TypedData {
  const { notBefore, expiresAt, capsule } = act;
  return typedData(place, "Grant", { ...openFields(act), from: notBefore, until: expiresAt, capsule });
}

/** Renew: gives a consent another end; `ops` are those that it has. */
export function typedRenew(place: Place, act: Open): TypedData {
  return typedData(place, "Renew", { ...openFields(act), until: act.expiresAt });
}

/** Replace: ends one consent and opens another. `version` is that of the consent that ends. */
export function typedReplace(place: Place, act: Grant & { readonly replaced: Hex }): TypedData {
  const { notBefore, expiresAt, capsule, replaced } = act;
  const fields = { ...openFields(act), replaces: replaced, from: notBefore, until: expiresAt, capsule };
  return typedData(place, "Replace", fields);
}

/** Revoke: ends a consent at or below the version `ceiling`, also one that was not sent yet. */
export function typedRevoke(place: Place, act: Named & { readonly scope: Hex; readonly ceiling: number }): TypedData {
  const { subject, grantee, scope, ceiling } = act;
  return typedData(place, "Revoke", { subject, grantee, scope, ceiling });
}

/** Renounce: the grantee gives a consent back. */
export function typedRenounce(place: Place, act: Named & { readonly scope: Hex; readonly version: number }): TypedData {
  const { subject, grantee, scope, version } = act;
  return typedData(place, "Renounce", { subject, grantee, scope, version });
}

/** Decline: says no to a request; `note` is the digest of an encrypted reason. */
export function typedDecline(
  place: Place,
  act: Named & Timed & { readonly request: Hex; readonly note: Hex },
): TypedData {
  const { subject, grantee, request, note, generation, deadline } = act;
  return typedData(place, "Decline", { subject, grantee, request, note, generation, deadline });
}

/** Mute: the subject wants no more requests from a grantee, or again wants them. */
export function typedMute(place: Place, act: Named & Timed & { readonly muted: boolean }): TypedData {
  const { subject, grantee, muted, generation, deadline } = act;
  return typedData(place, "Mute", { subject, grantee, muted, generation, deadline });
}

/** CancelSigned: kills everything that the subject signed and nobody sent yet. */
export function typedCancelSigned(
  place: Place,
  act: { readonly subject: Address; readonly generation: bigint },
): TypedData {
  return typedData(place, "CancelSigned", { subject: act.subject, generation: act.generation });
}

/** Request: a grantee asks a subject; `note` is the digest of what is asked and why, encrypted. */
export function typedRequest(place: Place, act: Named & Timed & { readonly note: Hex }): TypedData {
  const { grantee, subject, note, generation, deadline } = act;
  return typedData(place, "Request", { grantee, subject, note, generation, deadline });
}

/** Rekey: hands out fresh capsules; `epoch` is the present one. */
export function typedRekey(
  place: Place,
  act: { readonly subject: Address; readonly bundle: Hex; readonly epoch: number },
): TypedData {
  return typedData(place, "Rekey", { subject: act.subject, bundle: act.bundle, epoch: act.epoch });
}

/** PublishKey: an X25519 public key, and the vault account (zero keeps the present one). */
export function typedPublishKey(
  place: Place,
  act: Timed & { readonly account: Address; readonly encryptionKey: Hex; readonly vaultAccount: Address },
): TypedData {
  const { account, encryptionKey, vaultAccount, generation, deadline } = act;
  return typedData(place, "PublishKey", { account, encryptionKey, vaultAccount, generation, deadline });
}

/** Anchor: the subject's own document; `version` is the new one. */
export function typedAnchor(
  place: Place,
  act: Timed & {
    readonly subject: Address;
    readonly document: Hex;
    readonly manifest: Hex;
    readonly version: number;
  },
): TypedData {
  const { subject, document, manifest, version, generation, deadline } = act;
  return typedData(place, "Anchor", { subject, document, manifest, version, generation, deadline });
}

/** File: a document that an author adds to a subject's chart under a consent; `version` is the new one. */
export function typedFile(
  place: Place,
  act: Named &
    Timed & {
      readonly author: Address;
      readonly scope: Hex;
      readonly document: Hex;
      readonly manifest: Hex;
      readonly version: number;
    },
): TypedData {
  const { author, subject, grantee, scope, document, manifest, version, generation, deadline } = act;
  const message = { author, subject, grantee, scope, document, manifest, version, generation, deadline };
  return typedData(place, "File", message);
}

/** Withdraw: author or subject takes a document back. */
export function typedWithdraw(
  place: Place,
  act: { readonly account: Address; readonly subject: Address; readonly document: Hex; readonly version: number },
): TypedData {
  const { account, subject, document, version } = act;
  return typedData(place, "Withdraw", { account, subject, document, version });
}

/** Reject: the subject refuses a document that somebody filed. */
export function typedReject(
  place: Place,
  act: { readonly subject: Address; readonly document: Hex; readonly version: number },
): TypedData {
  const { subject, document, version } = act;
  return typedData(place, "Reject", { subject, document, version });
}

/** Availability: a provider's open quarter-hours of one UTC day. */
export function typedAvailability(
  place: Place,
  act: Timed & { readonly provider: Address; readonly day: number; readonly open: bigint },
): TypedData {
  const { provider, day, open, generation, deadline } = act;
  return typedData(place, "Availability", { provider, day, open, generation, deadline });
}

const bookingFields = ({ account, patient, provider, id, day, slot, length, details }: Booking) => ({
  account,
  patient,
  provider,
  id,
  day,
  slot,
  length,
  details,
});

/** RequestAppointment: asks for a time; holds nothing. */
export function typedRequestAppointment(place: Place, act: Booking & Timed): TypedData {
  const { generation, deadline } = act;
  return typedData(place, "RequestAppointment", { ...bookingFields(act), generation, deadline });
}

/** ConfirmAppointment: the other side says yes, and the time is booked. */
export function typedConfirmAppointment(
  place: Place,
  act: Appointment & Timed & { readonly version: number },
): TypedData {
  const { account, patient, provider, id, version, generation, deadline } = act;
  return typedData(place, "ConfirmAppointment", { account, patient, provider, id, version, generation, deadline });
}

/** RescheduleAppointment: frees the old time and asks for another. */
export function typedRescheduleAppointment(
  place: Place,
  act: Booking & Timed & { readonly version: number },
): TypedData {
  const { version, generation, deadline } = act;
  return typedData(place, "RescheduleAppointment", { ...bookingFields(act), version, generation, deadline });
}

/** CancelAppointment: either side ends it. */
export function typedCancelAppointment(place: Place, act: Appointment & { readonly version: number }): TypedData {
  const { account, patient, provider, id, version } = act;
  return typedData(place, "CancelAppointment", { account, patient, provider, id, version });
}
