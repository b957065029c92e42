// What is signed when others act in a patient's stead or in an emergency, and for many acts at once. Rule as in
// messages.ts: total over its named fields, nothing added, nothing left out; a batch signs each act exactly as alone.

import type { Address, Hex } from "viem";
import { BREAK_GLASS_HOURS } from "../consent/index.ts";
import {
  openFields,
  typedAnchor,
  typedAvailability,
  typedGrant,
  typedRevoke,
  type Grant,
  type Open,
} from "./messages.ts";
import { typedData, type Place, type TypedData } from "./types.ts";

type ConsentName = { readonly subject: Address; readonly grantee: Address; readonly scope: Hex };
type Timed = { readonly generation: bigint; readonly deadline: number };
/** Whose power a proxy uses: the mandate's scope, and its record's version. */
type ByProxy = { readonly proxy: Address; readonly mandate: Hex };
type Checked = ByProxy & { readonly mandateVersion: number; readonly proxyGeneration: bigint };

/** Arm: a consent that opens nothing until its grantee breaks the glass, `times` times at most. */
export function typedArm(place: Place, act: Grant & { readonly times: number }): TypedData {
  const { notBefore, expiresAt, capsule, times } = act;
  const fields = { from: notBefore, until: expiresAt, times, hoursEach: BREAK_GLASS_HOURS, capsule };
  return typedData(place, "Arm", { ...openFields(act), ...fields });
}

/** BreakGlass: opens an armed consent for four hours; `note` is the digest of the reason, encrypted. */
export function typedBreakGlass(
  place: Place,
  act: ConsentName & Timed & { readonly by: Address; readonly note: Hex; readonly version: number },
): TypedData {
  const { by, subject, grantee, scope, note, version, generation, deadline } = act;
  return typedData(place, "BreakGlass", { by, subject, grantee, scope, note, version, generation, deadline });
}

/** Appoint: a consent with MANAGE, whose holder may grant and revoke in the subject's name within it. */
export function typedAppoint(place: Place, act: Grant): TypedData {
  const { grantee, ...fields } = openFields(act);
  const { notBefore, expiresAt, capsule } = act;
  const window = { from: notBefore, until: expiresAt, capsule };
  return typedData(place, "Appoint", { ...fields, proxy: grantee, mayManage: true, ...window });
}

/** GrantByProxy: opens a consent in the subject's name. */
export function typedGrantByProxy(place: Place, act: Grant & Checked): TypedData {
  const { notBefore, expiresAt, capsule, proxy, mandate, mandateVersion, proxyGeneration } = act;
  const fields = { proxy, from: notBefore, until: expiresAt, capsule, mandate, mandateVersion, proxyGeneration };
  return typedData(place, "GrantByProxy", { ...openFields(act), ...fields });
}

/** RenewByProxy: gives a consent another end, in the subject's name. */
export function typedRenewByProxy(place: Place, act: Open & Checked): TypedData {
  const { expiresAt, proxy, mandate, mandateVersion, proxyGeneration } = act;
  const fields = { proxy, until: expiresAt, mandate, mandateVersion, proxyGeneration };
  return typedData(place, "RenewByProxy", { ...openFields(act), ...fields });
}

/** RevokeByProxy: ends a consent in the subject's name, at or below the version `ceiling`, under this very mandate. */
export function typedRevokeByProxy(
  place: Place,
  act: ConsentName & ByProxy & { readonly ceiling: number; readonly mandateVersion: number },
): TypedData {
  const { subject, proxy, grantee, scope, ceiling, mandate, mandateVersion } = act;
  return typedData(place, "RevokeByProxy", { subject, proxy, grantee, scope, ceiling, mandate, mandateVersion });
}

/** DeclineByProxy: says no to a request, in the subject's name; `generation` is the proxy's. */
export function typedDeclineByProxy(
  place: Place,
  act: ByProxy &
    Timed & { readonly subject: Address; readonly grantee: Address; readonly request: Hex; readonly note: Hex },
): TypedData {
  const { subject, proxy, grantee, request, note, mandate, generation, deadline } = act;
  const fields = { subject, proxy, grantee, request, note, mandate, generation, deadline };
  return typedData(place, "DeclineByProxy", fields);
}

/** Moved: an account says which account its person uses now; signed by both. It transfers nothing. */
export function typedMoved(
  place: Place,
  act: Timed & { readonly subject: Address; readonly newAccount: Address },
): TypedData {
  const { subject, newAccount, generation, deadline } = act;
  return typedData(place, "Moved", { subject, newAccount, generation, deadline });
}

/** GrantMany: several consents under one signature, all or none. */
export function typedGrantMany(place: Place, grants: readonly Grant[]): TypedData {
  return typedData(place, "GrantMany", { grants: grants.map((grant) => typedGrant(place, grant).message) });
}

/** RevokeMany: several revokes under one signature. */
export function typedRevokeMany(
  place: Place,
  revokes: readonly (ConsentName & { readonly ceiling: number })[],
): TypedData {
  return typedData(place, "RevokeMany", { revokes: revokes.map((revoke) => typedRevoke(place, revoke).message) });
}

/** AnchorMany: several documents of the subject's own under one signature. */
export function typedAnchorMany(place: Place, anchors: readonly Parameters<typeof typedAnchor>[1][]): TypedData {
  return typedData(place, "AnchorMany", { anchors: anchors.map((anchor) => typedAnchor(place, anchor).message) });
}

/** AvailabilityMany: several days' open hours under one signature. */
export function typedAvailabilityMany(
  place: Place,
  days: readonly Parameters<typeof typedAvailability>[1][],
): TypedData {
  return typedData(place, "AvailabilityMany", { days: days.map((day) => typedAvailability(place, day).message) });
}
