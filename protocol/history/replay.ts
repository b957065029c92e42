// Replaying a history: from acts, in chain order, to the state and all its earlier states. Rule: the ledger's own words
// count (each event carries the record after the act); nothing is computed that it states.

import type { Address, Hex } from "viem";
import { unpackAppointment } from "../appointments/index.ts";
import { consentKey, unpackConsent } from "../consent/index.ts";
import type { KnownAct, LedgerAct } from "./decode.ts";
import { unpackDocument } from "./document-record.ts";
import { sidesOf } from "./in-record.ts";
import { compareLogs } from "./log.ts";
import {
  latest,
  pairKey,
  type AppointmentHistory,
  type ConsentHistory,
  type DocumentHistory,
  type LedgerState,
  type RequestHistory,
  type Timeline,
} from "./state.ts";

/** Replays acts of both contracts. They may come in any order; unknown acts change nothing. */
export function replay(acts: readonly LedgerAct[]): LedgerState {
  const consents = new Map<Hex, ConsentHistory>();
  const requests = new Map<Hex, RequestHistory>();
  const documents = new Map<string, DocumentHistory>();
  const appointments = new Map<string, AppointmentHistory>();
  const state = {
    consents,
    requests,
    documents,
    appointments,
    openHours: new Map<string, Timeline<bigint>>(),
    keys: new Map<Address, Timeline<{ encryptionKey: Hex; vaultAccount: Address }>>(),
    generations: new Map<Address, Timeline<bigint>>(),
    epochs: new Map<Address, Timeline<{ epoch: number; bundle: Hex }>>(),
    moves: new Map<Address, Timeline<Address>>(),
    muted: new Map<string, Timeline<boolean>>(),
    anchors: new Map<Address, Timeline<{ root: Hex; previous: Hex; first: bigint; count: bigint }>>(),
    credentials: new Map<Address, Timeline<{ status: number; kind: number; validUntil: number }>>(),
    cards: new Map<Address, Timeline<Hex>>(),
    members: new Map<string, Timeline<number>>(),
    auditors: new Map<Address, Timeline<number>>(),
    registrars: new Map<Address, Timeline<boolean>>(),
    owner: [] as Timeline<Address>,
  } satisfies LedgerState;

  const note = <T>(timeline: Timeline<T>, value: T, act: KnownAct) =>
    timeline.push({ since: act.stamp.time, value, act });
  const put = <K, T>(map: Map<K, Timeline<T>>, key: K, value: T, act: KnownAct) => {
    const timeline = map.get(key) ?? [];
    map.set(key, timeline);
    note(timeline, value, act);
  };
  const consentOf = (names: { subject: Address; grantee: Address; scope: Hex }) => {
    const key = consentKey(names);
    const { subject, grantee, scope } = names;
    const consent = consents.get(key) ?? {
      subject,
      grantee,
      scope,
      records: [],
      capsules: [],
      mandates: [],
      breakings: [],
    };
    consents.set(key, consent);
    return consent;
  };
  const documentOf = (subject: Address, document: Hex) => {
    const key = pairKey(subject, document);
    const entry = documents.get(key) ?? { subject, document, records: [], manifests: [] };
    documents.set(key, entry);
    return entry;
  };
  const appointmentOf = (names: { patient: Address; provider: Address; id: Hex }) => {
    const { patient, provider, id } = names;
    const key = pairKey(patient, provider, id);
    const entry = appointments.get(key) ?? { patient, provider, id, records: [], details: [] };
    appointments.set(key, entry);
    return entry;
  };

  const inOrder = [...acts].sort((a, b) => compareLogs(a.log, b.log));
  for (const act of inOrder) {
    switch (act.event) {
      case "Granted":
      case "Armed":
      case "Appointed":
      case "GrantedByProxy":
      case "Replaced": {
        const { subject, grantee, record, capsule } = act.args;
        const consent = consentOf(act.args);
        note(consent.records, unpackConsent(record), act);
        note(consent.capsules, capsule, act);
        if (act.event === "GrantedByProxy") {
          const { proxy, mandate } = act.args;
          note(consent.mandates, { proxy, mandate }, act);
        } else if (consent.mandates.length > 0) note(consent.mandates, null, act);
        if (act.event === "Replaced") {
          const replaced = consentOf({ subject, grantee, scope: act.args.replaced });
          const before = latest(replaced.records);
          // The ledger logs the new record only; that the old one is superseded, one version higher, is its rule.
          if (before !== undefined) {
            const version = Math.min(before.version + 1, 0xffff_ffff);
            note(replaced.records, { ...before, status: 4, version, changedAt: act.stamp.time }, act);
          }
        }
        break;
      }
      case "Renewed":
      case "RenewedByProxy": {
        // Who prolongs a consent answers for what it covers: the subject signed its words, a proxy is held to their mandate.
        const consent = consentOf(act.args);
        note(consent.records, unpackConsent(act.args.record), act);
        if (act.event === "RenewedByProxy") {
          const { proxy, mandate } = act.args;
          note(consent.mandates, { proxy, mandate }, act);
        } else if (consent.mandates.length > 0) note(consent.mandates, null, act);
        break;
      }
      case "Revoked":
      case "RevokedByVault":
      case "RevokedByProxy":
      case "Renounced":
        note(consentOf(act.args).records, unpackConsent(act.args.record), act);
        break;
      case "GlassBroken": {
        const consent = consentOf(act.args);
        note(consent.records, unpackConsent(act.args.record), act);
        note(consent.breakings, { by: act.args.by, note: act.args.note }, act);
        break;
      }
      case "Requested":
        requests.set(act.headAfter, {
          id: act.headAfter,
          grantee: act.args.grantee,
          subject: act.args.subject,
          note: act.args.note,
          at: act.stamp.time,
          declined: null,
        });
        break;
      case "Declined":
      case "DeclinedByProxy": {
        const request = requests.get(act.args.request);
        // A subject can write any number here; only a decline of a request that was made to them counts.
        if (request?.subject === act.args.subject && request.grantee === act.args.grantee) {
          requests.set(request.id, { ...request, declined: { at: act.stamp.time, note: act.args.note } });
        }
        break;
      }
      case "Muted":
        put(state.muted, pairKey(act.args.subject, act.args.grantee), act.args.muted, act);
        break;
      case "SignedCancelled":
        put(state.generations, act.args.subject, act.args.generation, act);
        break;
      case "Moved":
        put(state.generations, act.args.subject, act.args.generation, act);
        put(state.moves, act.args.subject, act.args.newAccount, act);
        break;
      case "Rekeyed":
        put(state.epochs, act.args.subject, { epoch: act.args.epoch, bundle: act.args.bundle }, act);
        break;
      case "KeyPublished": {
        const { account, encryptionKey, vaultAccount } = act.args;
        put(state.keys, account, { encryptionKey, vaultAccount }, act);
        break;
      }
      case "Anchored":
      case "Filed": {
        const document = documentOf(act.args.subject, act.args.document);
        note(document.records, unpackDocument(act.args.record), act);
        note(document.manifests, act.args.manifest, act);
        break;
      }
      case "Withdrawn":
      case "Rejected":
        note(documentOf(act.args.subject, act.args.document).records, unpackDocument(act.args.record), act);
        break;
      case "AvailabilityPublished":
        put(state.openHours, pairKey(act.args.provider, String(act.args.day)), act.args.open, act);
        break;
      case "AppointmentRequested":
      case "AppointmentRescheduled":
        note(appointmentOf(act.args).details, act.args.details, act);
        note(appointmentOf(act.args).records, unpackAppointment(act.args.record), act);
        break;
      case "AppointmentConfirmed": {
        const { id, record } = act.args;
        note(appointmentOf({ ...sidesOf(act.args), id }).records, unpackAppointment(record), act);
        break;
      }
      case "AppointmentCancelled":
      case "AppointmentCompleted":
      case "AppointmentMissed":
        note(appointmentOf(act.args).records, unpackAppointment(act.args.record), act);
        break;
      case "ReceiptsAnchored": {
        const { gateway, root, previous, first, count } = act.args;
        put(state.anchors, gateway, { root, previous, first, count }, act);
        break;
      }
      case "Applied":
        put(state.credentials, act.args.account, { status: 1, kind: act.args.kind, validUntil: 0 }, act);
        put(state.cards, act.args.account, act.args.card, act);
        break;
      case "CardPublished":
        put(state.cards, act.args.account, act.args.card, act);
        break;
      case "Verified": {
        const { account, kind, validUntil } = act.args;
        put(state.credentials, account, { status: 2, kind, validUntil }, act);
        break;
      }
      case "Suspended":
      case "Refused": {
        const before = latest(state.credentials.get(act.args.account)) ?? { kind: 0, validUntil: 0 };
        put(state.credentials, act.args.account, { ...before, status: act.event === "Suspended" ? 3 : 4 }, act);
        break;
      }
      case "MemberAdded":
        put(state.members, pairKey(act.args.organisation, act.args.member), act.args.role, act);
        break;
      case "MemberRemoved":
        put(state.members, pairKey(act.args.organisation, act.args.member), 0, act);
        break;
      case "AuditorAppointed":
        put(state.auditors, act.args.auditor, act.args.validUntil, act);
        break;
      case "AuditorDismissed":
        put(state.auditors, act.args.auditor, 0, act);
        break;
      case "RegistrarAccepted":
        put(state.registrars, act.args.account, true, act);
        break;
      case "RegistrarProposed":
      case "RegistrarDismissed":
        put(state.registrars, act.args.account, false, act);
        break;
      case "OwnerAccepted":
        note(state.owner, act.args.account, act);
        break;
      default:
        break;
    }
  }
  return state;
}
