// One plain sentence for one row of the trail. Rule: it says what the ledger says and no more; names come from the
// caller, and an account without a name is shown by its address.

import type { Address } from "viem";
import { appointmentTimes, unpackAppointment } from "../appointments/index.ts";
import { findMemberRole, findProviderKind } from "../codes/index.ts";
import { formatDate, formatTime, openUntil, unpackConsent } from "../consent/index.ts";
import { unpackDocument } from "./document-record.ts";

/** What a sentence is made from: an act or its row. */
export type Describable = {
  readonly account: string;
  readonly args: Readonly<Record<string, unknown>> | object;
} & ({ readonly event: string } | { readonly act: string });

/** Who is asking and what they call others. */
export type DescribeOptions = {
  /** The name of an address, undefined when there is none. */
  readonly nameOf?: (address: Address) => string | undefined;
  /** The one who reads the sentence: they are called "you". */
  readonly viewer?: Address;
  /** For dates; UTC unless given. */
  readonly timeZone?: string;
};

/** "0x1234…abcd" */
export function shortAddress(address: string): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}

/** The sentence of an act: "Ana Silva revoked the consent of Dr Lena Lindqvist." */
export function describeAct(act: Describable, options: DescribeOptions = {}): string {
  const { nameOf, viewer, timeZone = "UTC" } = options;
  const args = new Map<string, unknown>(Object.entries(act.args));
  const event = "event" in act ? act.event : act.act;
  const isViewer = (address: string) => viewer !== undefined && viewer.toLowerCase() === address.toLowerCase();
  const addressOf = (name: string) => String(args.get(name) ?? act.account);
  const who = (name: string) => {
    const address = addressOf(name);
    return isViewer(address) ? "you" : (nameOf?.(address as Address) ?? shortAddress(address));
  };
  const whose = (name: string) => (isViewer(addressOf(name)) ? "your" : `${who(name)}’s`);
  const word = (name: string) => BigInt(String(args.get(name) ?? 0));
  const number = (name: string) => Number(args.get(name) ?? 0);
  const byOther = (by: string, self: string) =>
    addressOf(by).toLowerCase() === addressOf(self).toLowerCase() ? "" : ", by the vault account";
  const until = () => formatTime(unpackConsent(word("record")).expiresAt, timeZone);
  const times = () => {
    const count = unpackConsent(word("record")).times;
    return count === 1 ? "once" : `${count} times at most`;
  };
  const opened = () => formatTime(openUntil(unpackConsent(word("record"))) ?? 0, timeZone);
  const revoked = (by: string, how: string) =>
    unpackConsent(word("record")).status === 2
      ? `${by} revoked a consent to ${who("grantee")}${how}.`
      : `${by} made sure that no consent to ${who("grantee")} can come out of an old signature${how}.`;
  const when = () => formatTime(appointmentTimes(unpackAppointment(word("record"))).start, timeZone);
  const other = () =>
    addressOf("account").toLowerCase() === addressOf("patient").toLowerCase() ? who("provider") : who("patient");
  const kind = () => findProviderKind(number("kind"))?.label.toLowerCase() ?? "provider";

  const sentences: Record<string, () => string> = {
    Requested: () => `${who("grantee")} asked ${who("subject")} for access.`,
    Granted: () => `${who("subject")} granted a consent to ${who("grantee")}, until ${until()}.`,
    Renewed: () => `${who("subject")} renewed a consent to ${who("grantee")}, until ${until()}.`,
    Replaced: () => `${who("subject")} replaced a consent to ${who("grantee")} by another, until ${until()}.`,
    Armed: () =>
      `${who("subject")} armed an emergency consent for ${who("grantee")}, to be opened ${times()}, until ${until()}.`,
    GlassBroken: () =>
      `${who("by")} broke the glass${addressOf("by").toLowerCase() === addressOf("grantee").toLowerCase() ? "" : ` for ${who("grantee")}`}: ${whose("subject")} emergency consent is open until ${opened()}.`,
    Appointed: () => `${who("subject")} appointed ${who("grantee")} as proxy, until ${until()}.`,
    GrantedByProxy: () =>
      `${who("proxy")} granted a consent to ${who("grantee")} in ${whose("subject")} name, until ${until()}.`,
    RenewedByProxy: () =>
      `${who("proxy")} renewed a consent to ${who("grantee")} in ${whose("subject")} name, until ${until()}.`,
    Revoked: () => revoked(who("subject"), ""),
    RevokedByVault: () => revoked(who("subject"), ", by the vault account"),
    RevokedByProxy: () => revoked(who("proxy"), ` in ${whose("subject")} name`),
    Moved: () =>
      `${who("subject")} said that ${who("newAccount")} is the account in use now${byOther("by", "subject")}.`,
    Renounced: () => `${who("grantee")} gave a consent of ${who("subject")} back.`,
    Declined: () => `${who("subject")} declined a request of ${who("grantee")}.`,
    DeclinedByProxy: () => `${who("proxy")} declined a request of ${who("grantee")} in ${whose("subject")} name.`,
    Muted: () =>
      args.get("muted") === false
        ? `${who("subject")} will hear requests of ${who("grantee")} again.`
        : `${who("subject")} muted requests of ${who("grantee")}.`,
    SignedCancelled: () => `${who("subject")} cancelled everything signed and not yet sent${byOther("by", "subject")}.`,
    Rekeyed: () =>
      `${who("subject")} changed the keys of ${isViewer(addressOf("subject")) ? "your" : "their"} records${byOther("by", "subject")}.`,
    KeyPublished: () => `${who("account")} published an encryption key.`,
    Anchored: () => {
      const { version } = unpackDocument(word("record"));
      return version > 1
        ? `${who("subject")} added version ${version} of a record.`
        : `${who("subject")} added a record.`;
    },
    Filed: () => {
      const { author } = unpackDocument(word("record"));
      const name = isViewer(author) ? "you" : (nameOf?.(author) ?? shortAddress(author));
      return `${name} added a record to ${whose("subject")} chart.`;
    },
    Withdrawn: () => {
      const own = addressOf("by").toLowerCase() === addressOf("subject").toLowerCase() && !isViewer(addressOf("by"));
      return `${who("by")} withdrew a record from ${own ? "their" : whose("subject")} chart.`;
    },
    Rejected: () =>
      `${who("subject")} rejected a record that was added to ${isViewer(addressOf("subject")) ? "your" : "their"} chart.`,
    AvailabilityPublished: () =>
      `${who("provider")} published open hours for ${formatDate(number("day") * 86_400, "UTC")}.`,
    AppointmentRequested: () => `${who("account")} asked ${other()} for an appointment on ${when()}.`,
    AppointmentConfirmed: () => `${who("account")} confirmed the appointment with ${who("other")} on ${when()}.`,
    AppointmentRescheduled: () => `${who("account")} asked ${other()} to move an appointment to ${when()}.`,
    AppointmentCancelled: () => `${who("account")} cancelled the appointment with ${other()} on ${when()}.`,
    AppointmentCompleted: () => `${who("account")} said that the appointment with ${other()} on ${when()} took place.`,
    AppointmentMissed: () => `${who("account")} said that ${who("patient")} did not come on ${when()}.`,
    ReceiptsAnchored: () => {
      const count = number("count");
      return `The gateway ${who("gateway")} anchored ${count} receipt${count === 1 ? "" : "s"}.`;
    },
    Applied: () => `${who("account")} applied to be verified as a ${kind()}.`,
    CardPublished: () => `${who("account")} published a card for the directory.`,
    Verified: () =>
      `${who("registrar")} verified ${who("account")} as a ${kind()}, until ${formatDate(number("validUntil"), timeZone)}.`,
    Suspended: () => `${who("registrar")} suspended ${who("account")}.`,
    Refused: () => `${who("registrar")} refused the application of ${who("account")}.`,
    MemberAdded: () =>
      `${who("organisation")} took in ${who("member")} as ${findMemberRole(number("role"))?.label.toLowerCase() ?? "a member"}.`,
    MemberRemoved: () =>
      addressOf("by").toLowerCase() === addressOf("member").toLowerCase()
        ? `${who("member")} left ${who("organisation")}.`
        : `${who("organisation")} removed ${who("member")}.`,
    AuditorAppointed: () =>
      `${who("registrar")} appointed ${who("auditor")} as auditor, until ${formatDate(number("validUntil"), timeZone)}.`,
    AuditorDismissed: () => `${who("registrar")} dismissed ${who("auditor")} as auditor.`,
    RegistrarProposed: () => `${who("by")} proposed ${who("account")} as registrar.`,
    RegistrarAccepted: () => `${who("account")} became a registrar.`,
    RegistrarDismissed: () => `${who("by")} dismissed ${who("account")} as registrar.`,
    OwnerProposed: () => `${who("by")} proposed ${who("account")} as the registry’s owner.`,
    OwnerAccepted: () => `${who("account")} became the registry’s owner.`,
  };
  const sentence = sentences[event]?.() ?? `${who("account")} did something that this version does not know.`;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
