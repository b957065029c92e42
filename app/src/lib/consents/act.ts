// The acts on consents: grant, renew, shorten, revoke, and the re-keying that follows an end. Rule: whatever ends a
// consent needs nothing but the ledger; whatever opens one shows the very words that are signed.
import { hasOp, READ } from "#protocol/codes/index.ts";
import { scopeOf, type Opening } from "#protocol/consent/index.ts";
import { rawCid } from "#protocol/documents/index.ts";
import { Failure } from "#protocol/failure.ts";
import { readGateways } from "#protocol/keys/index.ts";
import { confirmKey, readLedgerEpoch, readLedgerKey, type LedgerKey } from "#app/people/index.ts";
import { gatewayInfo, putBlock } from "#app/service/index.ts";
import { perform, type Performed } from "#app/transactions/index.ts";
import { t } from "#app/ui/index.ts";
import { makeCapsule, readSettings, rememberLedger } from "#app/vault/index.ts";
import type { Address } from "viem";
import type { Consent } from "./consent.ts";
import { gatewaysToTell } from "./telling.ts";
import { tellRevoke } from "./tell-revoke.ts";

/** A signed revoke holds also against acts that are sent before it, of which a proxy can sign many. Scopes are used once. */
const CEILING_MARGIN = 1_000_000;
/** The highest version there is. Who stole a wallet could have lifted a consent's up to here, and it must still end. */
const TOP_VERSION = 0xffff_ffff;

/** What the last page of granting has put together. Times in unix seconds. */
export type GrantWish = {
  subject: Address;
  grantee: Address;
  granteeName: string;
  /** The recipient's key, which the person has confirmed. */
  granteeKey: LedgerKey;
  opening: Opening;
  ops: number;
  notBefore: number;
  expiresAt: number;
  /** How often it may be opened in an emergency; 0 for one that is open from the start. */
  times: number;
};

/** Makes the capsule, stores it, and asks for the signature. Throws Failure before anything is signed. */
export async function grantConsent(wish: GrantWish): Promise<Performed> {
  const { subject, grantee, opening } = wish;
  // Asked again at the last moment: what the capsule is wrapped for is what the person compared.
  const now = await readLedgerKey(grantee);
  if (now?.key !== wish.granteeKey.key) {
    throw new Failure("conflict", t("patient.grant.error.keyChanged", { name: wish.granteeName }));
  }
  const [gateway, epoch] = await Promise.all([gatewayInfo(), readLedgerEpoch(subject)]);
  const scope = scopeOf(opening);
  const capsule = await makeCapsule({
    subject,
    scope,
    grantee: { address: grantee, key: now.key },
    // Each trusted gateway is told what the consent covers: without that it could hand over nothing under it.
    gateways: [gateway, ...readGateways(readSettings(), gateway)].map((one) => ({
      address: one.address,
      key: one.encryptionKey,
    })),
    opening,
    epoch,
    mayRead: hasOp(wish.ops, READ),
    told: await gatewaysToTell(),
  });
  await putBlock(rawCid(capsule.digest), capsule.bytes);
  await confirmKey(grantee, now.key);
  if (hasOp(wish.ops, READ)) {
    await rememberLedger(await gatewayInfo(), (memory) => ({
      ...memory,
      granted: [...memory.granted, { grantee, scope, epoch }],
    }));
  }
  const { ops, notBefore, expiresAt, times } = wish;
  // The deadline is filled in when it is signed.
  const args = { subject, grantee, scope, ops, notBefore, expiresAt, capsule: capsule.digest, deadline: 0 };
  const name = wish.granteeName;
  return perform({
    act: times > 0 ? { name: "arm", args: { ...args, times } } : { name: "grant", args },
    opening,
    title: times > 0 ? t("emergency.act.arm", { name }) : t("patient.act.grant", { name }),
    context: { kind: times > 0 ? "arm" : "grant", grantee, scope },
  });
}

/** Ends a consent. `how: "plain"` sends it from the person's own wallet, without the service. */
export function revokeConsent(consent: Consent, options: { name: string; how?: "relay" | "plain" }): Performed {
  return perform({
    act: {
      name: "revoke",
      args: {
        subject: consent.subject,
        grantee: consent.grantee,
        scope: consent.scope,
        ceiling: Math.min(consent.version + CEILING_MARGIN, TOP_VERSION),
      },
    },
    title: t("patient.act.revoke", { name: options.name }),
    how: options.how ?? "relay",
    onagreed: (revoke) => void tellRevoke(revoke),
    context: { kind: "revoke", grantee: consent.grantee, scope: consent.scope },
  });
}

/** The most consents that one signature ends. */
const ENDED_AT_ONCE = 40;

/** Ends consents of an account whose wallet is lost, by its vault account, without a wallet window. */
export async function endByVault(consents: readonly Consent[], options: { vaultAccount: Address }): Promise<void> {
  for (let at = 0; at < consents.length; at += ENDED_AT_ONCE) {
    const some = consents.slice(at, at + ENDED_AT_ONCE);
    const [first] = some;
    if (first === undefined) return;
    const revocations = some.map(({ grantee, scope, version }) => ({
      ...{ grantee, scope },
      ceiling: Math.min(version + CEILING_MARGIN, TOP_VERSION),
    }));
    await perform({
      act: { name: "revokeMany", args: { subject: first.subject, revocations } },
      by: "vault",
      vaultAccount: options.vaultAccount,
      title: t("moved.act.end", { count: some.length }),
      onagreed: (revoke) => void tellRevoke(revoke),
      context: { kind: "revoke-many" },
    }).done;
  }
}

/** Moves the end of a consent, later (renew) or earlier (shorten): the same act, the same words. */
export function moveEnd(consent: Consent, options: { name: string; expiresAt: number }): Performed {
  if (!consent.opening) {
    throw new Failure("conflict", t("patient.consent.error.noOpening"));
  }
  const { subject, grantee, scope } = consent;
  const later = options.expiresAt > consent.expiresAt;
  return perform({
    act: { name: "renew", args: { subject, grantee, scope, expiresAt: options.expiresAt, deadline: 0 } },
    opening: consent.opening,
    title: t(later ? "patient.act.renew" : "patient.act.shorten", { name: options.name }),
    context: { kind: "renew", grantee, scope },
  });
}
