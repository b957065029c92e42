// Credentials, members, auditors and registrars, as ProviderRegistry.sol tells them.

import { keyOf, patch, put } from "./change.ts";
import type { Change, KnownAct } from "./change.ts";

const APPLIED = 1;
const VERIFIED = 2;
const SUSPENDED = 3;
const REFUSED = 4;

const empty = {
  status: 0,
  kind: 0,
  licence: null,
  card: null,
  valid_until: 0,
  changed_at: 0,
  applied_at: null,
  registrar: null,
};

/** What an act does to the registry's tables. */
export function registryChanges(act: KnownAct): Change[] {
  const at = act.stamp.time;
  switch (act.event) {
    case "Applied": {
      const { account, kind, licence, card } = act.args;
      return [
        patch(
          "credentials",
          account,
          { status: APPLIED, kind, licence, card, valid_until: 0, changed_at: at, applied_at: at, registrar: null },
          empty,
        ),
      ];
    }
    case "CardPublished":
      return [patch("credentials", act.args.account, { card: act.args.card }, empty)];
    case "Verified": {
      const { account, registrar, kind, licence, validUntil } = act.args;
      return [
        patch(
          "credentials",
          account,
          { status: VERIFIED, kind, licence, valid_until: Number(validUntil), changed_at: at, registrar },
          empty,
        ),
      ];
    }
    case "Suspended":
      return [
        patch(
          "credentials",
          act.args.account,
          { status: SUSPENDED, changed_at: at, registrar: act.args.registrar },
          empty,
        ),
      ];
    case "Refused":
      return [
        patch(
          "credentials",
          act.args.account,
          { status: REFUSED, changed_at: at, registrar: act.args.registrar },
          empty,
        ),
      ];
    case "MemberAdded": {
      const { organisation, member, role } = act.args;
      return [put("members", { key: keyOf(organisation, member), organisation, member, role, changed_at: at })];
    }
    case "MemberRemoved": {
      const { organisation, member } = act.args;
      return [put("members", { key: keyOf(organisation, member), organisation, member, role: 0, changed_at: at })];
    }
    case "AuditorAppointed": {
      const { auditor, registrar, validUntil } = act.args;
      return [
        put("auditors", { key: auditor, valid_until: Number(validUntil), appointed: true, changed_at: at, registrar }),
      ];
    }
    case "AuditorDismissed": {
      const { auditor, registrar } = act.args;
      return [patch("auditors", auditor, { appointed: false, changed_at: at, registrar }, { valid_until: 0 })];
    }
    case "RegistrarProposed":
      return [put("registrars", { key: act.args.account, state: "proposed", changed_at: at, by: act.args.by })];
    case "RegistrarAccepted":
      return [patch("registrars", act.args.account, { state: "accepted", changed_at: at }, { by: null })];
    case "RegistrarDismissed":
      return [put("registrars", { key: act.args.account, state: "dismissed", changed_at: at, by: act.args.by })];
    default:
      return [];
  }
}
