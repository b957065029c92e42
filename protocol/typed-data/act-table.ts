// THE table of acts: for every act, which function sends it plainly, which one takes a signature, what is signed and by
// whom, and whether it opens, ends or cares. Wallet prompts, the relay and tests all read this one statement.

import type { ActName } from "./act.ts";
import type { PrimaryType } from "./types.ts";

/** What the table says about one act. */
export type ActEntry = {
  readonly contract: "ledger" | "providerRegistry";
  /** The function that the actor sends alone; null when words must be signed. */
  readonly plain: string | null;
  /** The function that anyone may send with the actor's signature; null when there is none. */
  readonly signed: string | null;
  readonly primaryType: PrimaryType | null;
  /** The argument that names who acts. */
  readonly actor: string;
  /** True when the subject's vault account may sign instead. */
  readonly vaultMaySign: boolean;
  /** Opens something (words must be signed), ends something (never harder than opening), or cares for it. */
  readonly sort: "opens" | "ends" | "cares";
  /** The event that the act leaves. */
  readonly event: string;
  /** What the typed data names and the ledger must be asked for. */
  readonly asks: readonly ("version" | "generation")[];
  /** What a button or a prompt calls it. */
  readonly label: string;
};

type Row = Omit<ActEntry, "contract" | "vaultMaySign"> & { readonly vaultMaySign?: true };

const onLedger = (row: Row): ActEntry => ({ contract: "ledger", vaultMaySign: false, ...row });
const inRegistry = (actor: string, sort: ActEntry["sort"], plain: string, event: string, label: string): ActEntry => ({
  contract: "providerRegistry",
  plain,
  signed: null,
  primaryType: null,
  actor,
  vaultMaySign: false,
  sort,
  event,
  asks: [],
  label,
});

/** Every act of both contracts. */
export const actTable: Readonly<Record<ActName, ActEntry>> = {
  request: onLedger({
    plain: "request",
    signed: "requestSigned",
    primaryType: "Request",
    actor: "grantee",
    sort: "cares",
    event: "Requested",
    asks: ["generation"],
    label: "Ask for access",
  }),
  grant: onLedger({
    plain: null,
    signed: "grant",
    primaryType: "Grant",
    actor: "subject",
    sort: "opens",
    event: "Granted",
    asks: ["version", "generation"],
    label: "Grant a consent",
  }),
  renew: onLedger({
    plain: null,
    signed: "renew",
    primaryType: "Renew",
    actor: "subject",
    sort: "opens",
    event: "Renewed",
    asks: ["version", "generation"],
    label: "Renew a consent",
  }),
  replace: onLedger({
    plain: null,
    signed: "replace",
    primaryType: "Replace",
    actor: "subject",
    sort: "opens",
    event: "Replaced",
    asks: ["version", "generation"],
    label: "Change a consent",
  }),
  revoke: onLedger({
    plain: "revoke",
    signed: "revokeSigned",
    primaryType: "Revoke",
    actor: "subject",
    vaultMaySign: true,
    sort: "ends",
    event: "Revoked",
    asks: [],
    label: "Revoke a consent",
  }),
  renounce: onLedger({
    plain: "renounce",
    signed: "renounceSigned",
    primaryType: "Renounce",
    actor: "grantee",
    sort: "ends",
    event: "Renounced",
    asks: ["version"],
    label: "Give a consent back",
  }),
  decline: onLedger({
    plain: "decline",
    signed: "declineSigned",
    primaryType: "Decline",
    actor: "subject",
    sort: "ends",
    event: "Declined",
    asks: ["generation"],
    label: "Decline a request",
  }),
  mute: onLedger({
    plain: "mute",
    signed: "muteSigned",
    primaryType: "Mute",
    actor: "subject",
    sort: "ends",
    event: "Muted",
    asks: ["generation"],
    label: "Mute a provider",
  }),
  cancelSigned: onLedger({
    plain: "cancelSigned",
    signed: "cancelSignedSigned",
    primaryType: "CancelSigned",
    actor: "subject",
    vaultMaySign: true,
    sort: "ends",
    event: "SignedCancelled",
    asks: ["generation"],
    label: "Cancel everything signed and not yet sent",
  }),
  rekey: onLedger({
    plain: "rekey",
    signed: "rekeySigned",
    primaryType: "Rekey",
    actor: "subject",
    vaultMaySign: true,
    sort: "cares",
    event: "Rekeyed",
    asks: [],
    label: "Change the keys",
  }),
  publishKey: onLedger({
    plain: "publishKey",
    signed: "publishKeySigned",
    primaryType: "PublishKey",
    actor: "account",
    sort: "cares",
    event: "KeyPublished",
    asks: ["generation"],
    label: "Publish an encryption key",
  }),
  anchor: onLedger({
    plain: "anchor",
    signed: "anchorSigned",
    primaryType: "Anchor",
    actor: "subject",
    sort: "cares",
    event: "Anchored",
    asks: ["generation"],
    label: "Add a record",
  }),
  file: onLedger({
    plain: "file",
    signed: "fileSigned",
    primaryType: "File",
    actor: "author",
    sort: "cares",
    event: "Filed",
    asks: ["generation"],
    label: "Add a record to a patient's chart",
  }),
  withdraw: onLedger({
    plain: "withdraw",
    signed: "withdrawSigned",
    primaryType: "Withdraw",
    actor: "account",
    sort: "ends",
    event: "Withdrawn",
    asks: ["version"],
    label: "Withdraw a record",
  }),
  reject: onLedger({
    plain: "reject",
    signed: "rejectSigned",
    primaryType: "Reject",
    actor: "subject",
    sort: "ends",
    event: "Rejected",
    asks: ["version"],
    label: "Reject a record",
  }),
  publishAvailability: onLedger({
    plain: "publishAvailability",
    signed: "publishAvailabilitySigned",
    primaryType: "Availability",
    actor: "provider",
    sort: "cares",
    event: "AvailabilityPublished",
    asks: ["generation"],
    label: "Publish open hours",
  }),
  requestAppointment: onLedger({
    plain: "requestAppointment",
    signed: "requestAppointmentSigned",
    primaryType: "RequestAppointment",
    actor: "account",
    sort: "cares",
    event: "AppointmentRequested",
    asks: ["generation"],
    label: "Ask for an appointment",
  }),
  confirmAppointment: onLedger({
    plain: "confirmAppointment",
    signed: "confirmAppointmentSigned",
    primaryType: "ConfirmAppointment",
    actor: "account",
    sort: "cares",
    event: "AppointmentConfirmed",
    asks: ["version", "generation"],
    label: "Confirm an appointment",
  }),
  rescheduleAppointment: onLedger({
    plain: "rescheduleAppointment",
    signed: "rescheduleAppointmentSigned",
    primaryType: "RescheduleAppointment",
    actor: "account",
    sort: "cares",
    event: "AppointmentRescheduled",
    asks: ["version", "generation"],
    label: "Move an appointment",
  }),
  cancelAppointment: onLedger({
    plain: "cancelAppointment",
    signed: "cancelAppointmentSigned",
    primaryType: "CancelAppointment",
    actor: "account",
    sort: "ends",
    event: "AppointmentCancelled",
    asks: ["version"],
    label: "Cancel an appointment",
  }),
  completeAppointment: onLedger({
    plain: "completeAppointment",
    signed: null,
    primaryType: null,
    actor: "account",
    sort: "cares",
    event: "AppointmentCompleted",
    asks: [],
    label: "Say that an appointment took place",
  }),
  missAppointment: onLedger({
    plain: "missAppointment",
    signed: null,
    primaryType: null,
    actor: "account",
    sort: "cares",
    event: "AppointmentMissed",
    asks: [],
    label: "Say that a patient did not come",
  }),
  anchorReceipts: onLedger({
    plain: "anchorReceipts",
    signed: null,
    primaryType: null,
    actor: "gateway",
    sort: "cares",
    event: "ReceiptsAnchored",
    asks: [],
    label: "Anchor receipts",
  }),
  applyFor: inRegistry("account", "cares", "applyFor", "Applied", "Apply as a provider"),
  publishCard: inRegistry("account", "cares", "publishCard", "CardPublished", "Publish a card"),
  verify: inRegistry("registrar", "opens", "verify", "Verified", "Verify a provider"),
  suspend: inRegistry("registrar", "ends", "suspend", "Suspended", "Suspend a provider"),
  refuse: inRegistry("registrar", "ends", "refuse", "Refused", "Refuse an application"),
  addMember: inRegistry("organisation", "opens", "addMember", "MemberAdded", "Add a member"),
  removeMember: inRegistry("organisation", "ends", "removeMember", "MemberRemoved", "Remove a member"),
  leaveOrganisation: inRegistry("member", "ends", "leaveOrganisation", "MemberRemoved", "Leave an organisation"),
  appointAuditor: inRegistry("registrar", "opens", "appointAuditor", "AuditorAppointed", "Appoint an auditor"),
  dismissAuditor: inRegistry("registrar", "ends", "dismissAuditor", "AuditorDismissed", "Dismiss an auditor"),
  proposeRegistrar: inRegistry("by", "opens", "proposeRegistrar", "RegistrarProposed", "Propose a registrar"),
  acceptRegistrar: inRegistry("account", "cares", "acceptRegistrar", "RegistrarAccepted", "Become a registrar"),
  dismissRegistrar: inRegistry("by", "ends", "dismissRegistrar", "RegistrarDismissed", "Dismiss a registrar"),
  transferOwnership: inRegistry("by", "opens", "transferOwnership", "OwnerProposed", "Propose a new owner"),
  acceptOwnership: inRegistry("account", "cares", "acceptOwnership", "OwnerAccepted", "Become the owner"),
};
