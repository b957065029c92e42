// Consents, requests and mutes, as the acts of Consents, Emergency, Proxies and Requests tell them.

import type { Address, Hex } from "viem";
import { unpackConsent } from "#protocol/consent/index.ts";
import { keyOf, patch, put } from "./change.ts";
import type { Change, KnownAct } from "./change.ts";

const SUPERSEDED = 4;
const MAX_VERSION = 2 ** 32 - 1;

/** What an act does to consents, requests and mutes. */
export function consentChanges(act: KnownAct): Change[] {
  switch (act.event) {
    case "Granted":
    case "Armed":
    case "Appointed":
      return [consent(act, { ...fresh, capsule: act.args.capsule })];
    case "GrantedByProxy": {
      const { capsule, proxy, mandate } = act.args;
      return [consent(act, { ...fresh, capsule, proxy, mandate })];
    }
    case "Replaced": {
      const { subject, grantee, scope, replaced, capsule } = act.args;
      return [
        consent(act, { ...fresh, capsule, replaces: replaced }),
        {
          table: "consents",
          key: keyOf(subject, grantee, replaced),
          next: (before) =>
            before && {
              ...before,
              status: SUPERSEDED,
              version: Math.min(Number(before["version"]) + 1, MAX_VERSION),
              changed_at: act.stamp.time,
              replaced_by: scope,
              ended_by: subject,
              ...placeOf(act),
            },
        },
      ];
    }
    case "GlassBroken":
      return [consent(act, {})];
    // Who prolongs a consent answers for what it covers: the subject signed its words, a proxy is held to their mandate.
    case "Renewed":
      return [consent(act, { proxy: null, mandate: null })];
    case "RenewedByProxy": {
      const { proxy, mandate } = act.args;
      return [consent(act, { proxy, mandate })];
    }
    case "Revoked":
      return [consent(act, { ended_by: act.args.subject })];
    case "RevokedByVault":
      return [consent(act, { ended_by: act.args.vaultAccount })];
    case "RevokedByProxy":
      return [consent(act, { ended_by: act.args.proxy })];
    case "Renounced":
      return [consent(act, { ended_by: act.args.grantee })];
    case "Requested":
      return [
        put("requests", {
          key: act.headAfter,
          grantee: act.args.grantee,
          subject: act.args.subject,
          note: act.args.note,
          at: act.stamp.time,
          declined_at: null,
          declined_note: null,
          ...placeOf(act),
        }),
      ];
    case "Declined":
    case "DeclinedByProxy": {
      // Only the one who was asked can decline: an act that names a stranger's request, or none, changes nothing.
      const { subject, grantee, request, note } = act.args;
      return [
        {
          table: "requests",
          key: request,
          next: (before) =>
            before !== null &&
            before["subject"] === subject &&
            before["grantee"] === grantee &&
            before["declined_at"] === null
              ? { ...before, declined_at: act.stamp.time, declined_note: note }
              : before,
        },
      ];
    }
    case "Muted": {
      const { subject, grantee, muted } = act.args;
      return [put("mutes", { key: keyOf(subject, grantee), subject, grantee, muted })];
    }
    default:
      return [];
  }
}

type OneConsent = Extract<
  KnownAct,
  {
    event:
      | "Granted"
      | "Armed"
      | "Appointed"
      | "GrantedByProxy"
      | "Replaced"
      | "Renewed"
      | "RenewedByProxy"
      | "GlassBroken"
      | "Revoked"
      | "RevokedByVault"
      | "RevokedByProxy"
      | "Renounced";
  }
>;

type Columns = {
  capsule: Hex | null;
  replaces: Hex | null;
  replaced_by: Hex | null;
  ended_by: Address | null;
  proxy: Address | null;
  mandate: Hex | null;
};

/** What a consent is that was just opened by its subject. */
const fresh: Columns = { capsule: null, replaces: null, replaced_by: null, ended_by: null, proxy: null, mandate: null };

function consent(act: OneConsent, columns: Partial<Columns>): Change {
  const { subject, grantee, scope } = act.args;
  const record = unpackConsent(act.args.record);
  return patch(
    "consents",
    keyOf(subject, grantee, scope),
    {
      subject,
      grantee,
      scope,
      status: record.status,
      version: record.version,
      ops: record.ops,
      not_before: record.notBefore,
      expires_at: record.expiresAt,
      granted_at: record.grantedAt,
      changed_at: record.changedAt,
      times: record.times,
      used: record.used,
      ...columns,
      ...placeOf(act),
    },
    fresh,
  );
}

function placeOf(act: KnownAct): { block: number; log_index: number; tx: Hex } {
  return { block: Number(act.block), log_index: act.logIndex, tx: act.tx };
}
