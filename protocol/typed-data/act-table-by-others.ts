// The rows of the table of acts for what others do in a patient's stead or in an emergency, and for many acts under one
// signature. `event` of a batch is what each of its parts leaves.

import type { ActName } from "./act.ts";
import { onLedger, type ActEntry } from "./act-entry.ts";

type Rows<Names extends ActName> = Readonly<Record<Names, ActEntry>>;

/** Arming, and breaking the glass. */
export const emergencyActs: Rows<"arm" | "breakGlass"> = {
  arm: onLedger({
    plain: null,
    signed: "arm",
    primaryType: "Arm",
    actor: "subject",
    sort: "opens",
    event: "Armed",
    asks: ["version", "generation"],
    label: "Arm an emergency consent",
  }),
  breakGlass: onLedger({
    plain: "breakGlass",
    signed: "breakGlassSigned",
    primaryType: "BreakGlass",
    actor: "by",
    sort: "cares",
    event: "GlassBroken",
    asks: ["version", "generation"],
    label: "Break the glass",
  }),
};

/** Proxies, and the old account's word about a new one. */
export const proxyActs: Rows<
  "appoint" | "grantByProxy" | "renewByProxy" | "revokeByProxy" | "declineByProxy" | "declareMove"
> = {
  appoint: onLedger({
    plain: null,
    signed: "appoint",
    primaryType: "Appoint",
    actor: "subject",
    sort: "opens",
    event: "Appointed",
    asks: ["version", "generation"],
    label: "Appoint a proxy",
  }),
  grantByProxy: onLedger({
    plain: null,
    signed: "grantByProxy",
    primaryType: "GrantByProxy",
    actor: "proxy",
    sort: "opens",
    event: "GrantedByProxy",
    asks: ["version", "generation", "mandateVersion", "proxyGeneration"],
    label: "Grant a consent for somebody",
  }),
  renewByProxy: onLedger({
    plain: null,
    signed: "renewByProxy",
    primaryType: "RenewByProxy",
    actor: "proxy",
    sort: "opens",
    event: "RenewedByProxy",
    asks: ["version", "generation", "mandateVersion", "proxyGeneration"],
    label: "Renew a consent for somebody",
  }),
  revokeByProxy: onLedger({
    plain: "revokeByProxy",
    signed: "revokeByProxySigned",
    primaryType: "RevokeByProxy",
    actor: "proxy",
    sort: "ends",
    event: "RevokedByProxy",
    asks: ["mandateVersion"],
    label: "Revoke a consent for somebody",
  }),
  declineByProxy: onLedger({
    plain: "declineByProxy",
    signed: "declineByProxySigned",
    primaryType: "DeclineByProxy",
    actor: "proxy",
    sort: "ends",
    event: "DeclinedByProxy",
    asks: ["generation"],
    label: "Decline a request for somebody",
  }),
  declareMove: onLedger({
    plain: null,
    signed: "declareMove",
    primaryType: "Moved",
    actor: "subject",
    vaultMaySign: true,
    sort: "ends",
    event: "Moved",
    asks: ["generation"],
    label: "Say that you use another account now",
  }),
};

/** Many acts under one signature. */
export const batchActs: Rows<"grantMany" | "revokeMany" | "anchorMany" | "publishDays"> = {
  grantMany: onLedger({
    plain: null,
    signed: "grantMany",
    primaryType: "GrantMany",
    actor: "subject",
    sort: "opens",
    event: "Granted",
    asks: ["versions", "generation"],
    label: "Grant several consents",
  }),
  revokeMany: onLedger({
    plain: "revokeMany",
    signed: "revokeManySigned",
    primaryType: "RevokeMany",
    actor: "subject",
    vaultMaySign: true,
    sort: "ends",
    event: "Revoked",
    asks: [],
    label: "Revoke several consents",
  }),
  anchorMany: onLedger({
    plain: "anchorMany",
    signed: "anchorManySigned",
    primaryType: "AnchorMany",
    actor: "subject",
    sort: "cares",
    event: "Anchored",
    asks: ["generation"],
    label: "Add several records",
  }),
  publishDays: onLedger({
    plain: "publishDays",
    signed: "publishDaysSigned",
    primaryType: "AvailabilityMany",
    actor: "provider",
    sort: "cares",
    event: "AvailabilityPublished",
    asks: ["generation"],
    label: "Publish open hours for several days",
  }),
};
