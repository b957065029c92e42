// One of everything that can happen, on a real chain: every act of the table, plainly and signed, by demo people.

import { pad, toHex, zeroAddress } from "viem";
import type { Hex } from "viem";
import { dayOf, openMask } from "#protocol/appointments/index.ts";
import { CONTRIBUTE, MANAGE, READ } from "#protocol/codes/index.ts";
import { createOpening, scopeOf, type Opening } from "#protocol/consent/index.ts";
import type { Act } from "#protocol/typed-data/index.ts";
import { who, type TestChain } from "./chain.ts";

/** The demo accounts that the story uses. */
export const [rosa, gateway, ana, ben, lena, tomas, clinic, ines, sam, vault] = [
  0, 1, 2, 3, 4, 5, 7, 8, 9, 13,
] as const;

/** A 32-byte word for a test: the number, padded. */
export const word = (value: number): Hex => pad(toHex(value));

/** An opening whose salt is this number. */
export const openingOf = (salt: number, categories: string[] = ["labs"], purposes: string[] = ["TREAT"]): Opening =>
  createOpening({ categories, purposes, salt: word(salt) });

/** What the story leaves behind to ask about. */
export type Told = {
  readonly openings: Opening[];
  /** Times (Unix seconds) at which the consent to Lena began and ended. */
  readonly granted: number;
  readonly revoked: number;
  /** Emergency and proxy: when the clinic's glass was broken, when the proxy's grant to Tomás stood, and beyond what. */
  readonly later: Later;
};

/** What emergencies and proxies leave to ask about. Times in Unix seconds. */
export type Later = {
  readonly armed: number;
  readonly broken: number;
  readonly byProxy: number;
  readonly emergency: Opening;
  readonly mandate: Opening;
  readonly within: Opening;
  readonly beyond: Opening;
  /** What Ana granted to Tomás herself: when it stood, when Ben renewed it, when Ana did. */
  readonly own: Opening;
  readonly ownGranted: number;
  readonly ownRenewedByProxy: number;
  readonly ownRenewed: number;
};

type Draft = { opening: Opening; grantee: number; days?: number; ops?: number };

/** Tells the story. */
export async function tellStory(chain: TestChain): Promise<Told> {
  const begin = await chain.now();
  const deadline = begin + 86_400;
  const grantTo = async ({ opening, grantee, days = 30, ops = READ + CONTRIBUTE }: Draft) => {
    const act: Act = {
      name: "grant",
      args: {
        subject: who(ana),
        grantee: who(grantee),
        scope: scopeOf(opening),
        ops,
        notBefore: 0,
        expiresAt: begin + days * 86_400,
        capsule: word(77),
        deadline,
      },
    };
    await chain.send(gateway, act, await chain.sign(ana, act, { opening }));
    return act;
  };
  const both = async (plain: readonly [number, Act], signed: readonly [number, Act]) => {
    await chain.send(...plain);
    await chain.send(gateway, signed[1], await chain.sign(...signed));
  };

  // The registry: a doctor, a clinic with a member, an auditor, an application that is refused, a suspension.
  for (const [account, kind] of [
    [lena, 1],
    [clinic, 7],
    [sam, 2],
  ] as const) {
    await chain.send(account, {
      name: "applyFor",
      args: { account: who(account), kind, licence: word(kind), card: word(1) },
    });
  }
  const validUntil = begin + 365 * 86_400;
  for (const [account, kind] of [
    [lena, 1],
    [clinic, 7],
  ] as const) {
    const args = { registrar: who(rosa), account: who(account), kind, licence: word(kind), validUntil };
    await chain.send(rosa, { name: "verify", args });
  }
  await chain.send(rosa, { name: "refuse", args: { registrar: who(rosa), account: who(sam) } });
  await chain.send(lena, { name: "publishCard", args: { account: who(lena), card: word(2) } });
  await chain.send(clinic, { name: "addMember", args: { organisation: who(clinic), member: who(tomas), role: 1 } });
  await chain.send(rosa, { name: "appointAuditor", args: { registrar: who(rosa), auditor: who(ines), validUntil } });
  await chain.send(rosa, { name: "proposeRegistrar", args: { by: who(rosa), account: who(sam) } });
  await chain.send(sam, { name: "acceptRegistrar", args: { account: who(sam) } });
  await chain.send(rosa, { name: "dismissRegistrar", args: { by: who(rosa), account: who(sam) } });

  // Keys.
  const keyOf = (account: number, key: number): Act => ({
    name: "publishKey",
    args: { account: who(account), encryptionKey: word(key), vaultAccount: zeroAddress, deadline },
  });
  await both([ana, keyOf(ana, 11)], [ben, keyOf(ben, 12)]);

  // Documents.
  const anchorOf = (document: number, version: number): Act => ({
    name: "anchor",
    args: { subject: who(ana), document: word(document), manifest: word(900 + version), version, deadline },
  });
  await both([ana, anchorOf(1, 1)], [ana, anchorOf(1, 2)]);
  await both([ana, anchorOf(2, 1)], [ana, anchorOf(3, 1)]);
  await chain.send(ana, { name: "withdraw", args: { account: who(ana), subject: who(ana), document: word(2) } });
  const withdrawal: Act = { name: "withdraw", args: { account: who(ana), subject: who(ana), document: word(3) } };
  await chain.send(gateway, withdrawal, await chain.sign(ana, withdrawal));

  // Consents.
  const toLena = openingOf(1, ["labs", "imaging"]);
  const toLenaLater = openingOf(2, ["labs"]);
  const toClinic = openingOf(3, ["profile", "labs"]);
  const asking: Act = { name: "request", args: { grantee: who(lena), subject: who(ana), note: word(5), deadline } };
  await both([lena, asking], [lena, { ...asking, args: { ...asking.args, note: word(6) } }]);
  await grantTo({ opening: toLena, grantee: lena });
  const granted = await chain.now();
  await grantTo({ opening: toClinic, grantee: clinic });
  const names = { subject: who(ana), grantee: who(lena), scope: scopeOf(toLena) };
  const renewal: Act = { name: "renew", args: { ...names, expiresAt: begin + 40 * 86_400, deadline } };
  await chain.send(gateway, renewal, await chain.sign(ana, renewal, { opening: toLena }));
  const fileOf = (document: number): Act => ({
    name: "file",
    args: { author: who(lena), ...names, document: word(document), manifest: word(800), version: 1, deadline },
  });
  await both([lena, fileOf(20)], [lena, fileOf(21)]);
  await chain.send(ana, { name: "reject", args: { subject: who(ana), document: word(20) } });
  const rejection: Act = { name: "reject", args: { subject: who(ana), document: word(21) } };
  await chain.send(gateway, rejection, await chain.sign(ana, rejection));
  const change: Act = {
    name: "replace",
    args: {
      replaced: names.scope,
      subject: who(ana),
      grantee: who(lena),
      scope: scopeOf(toLenaLater),
      ops: READ,
      notBefore: 0,
      expiresAt: begin + 50 * 86_400,
      capsule: word(78),
      deadline,
    },
  };
  await chain.send(gateway, change, await chain.sign(ana, change, { opening: toLenaLater }));
  const later = { ...names, scope: scopeOf(toLenaLater) };
  // So that "before" and "after" the revocation are different seconds.
  await new Promise((resolve) => setTimeout(resolve, 2100));
  await chain.send(ana, { name: "revoke", args: { ...later, ceiling: 1 } });
  const revoked = await chain.now();
  const toTomas = openingOf(4);
  await grantTo({ opening: toTomas, grantee: tomas });
  const tomasNames = { subject: who(ana), grantee: who(tomas), scope: scopeOf(toTomas) };
  const revocation: Act = { name: "revoke", args: { ...tomasNames, ceiling: 1 } };
  await chain.send(gateway, revocation, await chain.sign(ana, revocation));
  await grantTo({ opening: openingOf(5), grantee: tomas });
  await chain.send(tomas, { name: "renounce", args: { ...tomasNames, scope: scopeOf(openingOf(5)) } });
  await grantTo({ opening: openingOf(6), grantee: tomas });
  const giving: Act = { name: "renounce", args: { ...tomasNames, scope: scopeOf(openingOf(6)) } };
  await chain.send(gateway, giving, await chain.sign(tomas, giving));
  const noTo = (request: number): Act => ({
    name: "decline",
    args: { subject: who(ana), grantee: who(lena), request: word(request), note: word(9), deadline },
  });
  await both([ana, noTo(1)], [ana, noTo(2)]);
  const muteOf = (muted: boolean): Act => ({
    name: "mute",
    args: { subject: who(ana), grantee: who(tomas), muted, deadline },
  });
  await both([ana, muteOf(true)], [ana, muteOf(false)]);
  const others = await tellOfOthers(chain, { begin, deadline });
  const cancel: Act = { name: "cancelSigned", args: { subject: who(ana) } };
  await both([ana, cancel], [ana, cancel]);
  const rekeyAt = (epoch: number): Act => ({
    name: "rekey",
    args: { subject: who(ana), bundle: word(30 + epoch), epoch },
  });
  await both([ana, rekeyAt(0)], [ana, rekeyAt(1)]);

  // Appointments.
  const day = dayOf(begin) + 2;
  const openOn = (open: number): Act => ({
    name: "publishAvailability",
    args: { provider: who(lena), day: open, open: openMask([{ from: 36, to: 68 }]), deadline },
  });
  await both([lena, openOn(day)], [lena, openOn(day + 1)]);
  const meeting = (id: number) => ({ patient: who(ana), provider: who(lena), id: word(id) });
  const bookingOf = (id: number, slot: number): Act => ({
    name: "requestAppointment",
    args: { account: who(ana), ...meeting(id), day, slot, length: 2, details: word(40), deadline },
  });
  await both([ana, bookingOf(1, 36)], [ana, bookingOf(2, 40)]);
  const confirmOf = (id: number): Act => ({
    name: "confirmAppointment",
    args: { account: who(lena), ...meeting(id), deadline },
  });
  await both([lena, confirmOf(1)], [lena, confirmOf(2)]);
  const moveOf = (id: number, slot: number): Act => ({
    name: "rescheduleAppointment",
    args: { account: who(ana), ...meeting(id), day, slot, length: 3, details: word(41), deadline },
  });
  await both([ana, moveOf(1, 44)], [ana, moveOf(2, 50)]);
  const cancelOf = (id: number): Act => ({ name: "cancelAppointment", args: { account: who(ana), ...meeting(id) } });
  await both([ana, cancelOf(1)], [ana, cancelOf(2)]);

  // Receipts, and the rest of the registry.
  await chain.send(gateway, {
    name: "anchorReceipts",
    args: { gateway: who(gateway), root: word(50), first: 1, count: 3 },
  });
  await chain.send(gateway, {
    name: "anchorReceipts",
    args: { gateway: who(gateway), root: word(51), first: 4, count: 1 },
  });
  await chain.send(clinic, { name: "addMember", args: { organisation: who(clinic), member: who(ben), role: 3 } });
  await chain.send(clinic, { name: "removeMember", args: { organisation: who(clinic), member: who(ben) } });
  await chain.send(clinic, { name: "addMember", args: { organisation: who(clinic), member: who(sam), role: 2 } });
  await chain.send(sam, { name: "leaveOrganisation", args: { member: who(sam), organisation: who(clinic) } });
  await chain.send(rosa, { name: "dismissAuditor", args: { registrar: who(rosa), auditor: who(ines) } });
  await chain.send(rosa, { name: "suspend", args: { registrar: who(rosa), account: who(lena) } });
  await chain.send(rosa, { name: "transferOwnership", args: { by: who(rosa), account: who(sam) } });
  await chain.send(sam, { name: "acceptOwnership", args: { account: who(sam) } });
  return { openings: [toLena, toLenaLater, toClinic, toTomas], granted, revoked, later: others };
}

/** Emergencies, proxies, batches and a move. */
async function tellOfOthers(
  chain: TestChain,
  { begin, deadline }: { begin: number; deadline: number },
): Promise<Later> {
  const second = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_100));
  const [emergency, mandate, within, beyond] = [
    openingOf(50, ["labs"], ["ETREAT"]),
    openingOf(51, ["labs"]),
    openingOf(52, ["labs"]),
    openingOf(53, ["labs", "imaging"]),
  ] as const;
  const termsOf = (opening: Opening, grantee: number, ops: number, days = 10) => ({
    subject: who(ana),
    grantee: who(grantee),
    scope: scopeOf(opening),
    ops,
    notBefore: 0,
    expiresAt: begin + days * 86_400,
    capsule: word(79),
    deadline,
  });
  const signedBy = async (signer: number, act: Act, opening?: Opening): Promise<void> => {
    await chain.send(gateway, act, await chain.sign(signer, act, opening === undefined ? {} : { opening }));
  };

  // The clinic is armed; Tomás, a doctor there, breaks the glass; Lena, armed herself, by a signature.
  await signedBy(ana, { name: "arm", args: { ...termsOf(emergency, clinic, READ), times: 2 } }, emergency);
  const armed = await chain.now();
  await second();
  const glass = { subject: who(ana), grantee: who(clinic), scope: scopeOf(emergency), note: word(60) };
  await chain.send(tomas, { name: "breakGlass", args: { by: who(tomas), ...glass } });
  const broken = await chain.now();
  const forLena = openingOf(54, ["labs"], ["ETREAT"]);
  await signedBy(ana, { name: "arm", args: { ...termsOf(forLena, lena, READ), times: 1 } }, forLena);
  await signedBy(lena, {
    name: "breakGlass",
    args: { by: who(lena), ...glass, grantee: who(lena), scope: scopeOf(forLena), deadline },
  });

  // Ben is Ana's proxy: he grants within his mandate and beyond it, renews, revokes and declines in her name.
  await signedBy(ana, { name: "appoint", args: termsOf(mandate, ben, MANAGE + READ, 20) }, mandate);
  const under = { proxy: who(ben), mandate: scopeOf(mandate) };
  const granting = (opening: Opening): Act => ({
    name: "grantByProxy",
    args: { ...under, ...termsOf(opening, tomas, READ) },
  });
  await signedBy(ben, granting(within), within);
  await signedBy(ben, granting(beyond), beyond);
  const byProxy = await chain.now();
  await second();
  const ended = (opening: Opening, grantee: number = tomas) => ({
    grantee: who(grantee),
    scope: scopeOf(opening),
    ceiling: 9,
  });
  const renewed = { subject: who(ana), grantee: who(tomas), scope: scopeOf(within), expiresAt: begin + 12 * 86_400 };
  await signedBy(ben, { name: "renewByProxy", args: { ...under, ...renewed, deadline } }, within);
  const own = openingOf(58, ["labs", "imaging"]);
  const renewal = (days: number) => ({ ...renewed, scope: scopeOf(own), expiresAt: begin + days * 86_400, deadline });
  await signedBy(ana, { name: "grant", args: termsOf(own, tomas, READ) }, own);
  const ownGranted = await chain.now();
  await second();
  await signedBy(ben, { name: "renewByProxy", args: { ...under, ...renewal(12) } }, own);
  const ownRenewedByProxy = await chain.now();
  await second();
  await signedBy(ana, { name: "renew", args: renewal(13) }, own);
  const ownRenewed = await chain.now();
  await second();
  await signedBy(ana, { name: "revoke", args: { subject: who(ana), ...ended(own) } });
  const ending = (opening: Opening): Act => ({
    name: "revokeByProxy",
    args: { ...under, subject: who(ana), ...ended(opening) },
  });
  await chain.send(ben, ending(beyond));
  await signedBy(ben, ending(within));
  const noTo = (request: number): Act => ({
    name: "declineByProxy",
    args: { ...under, subject: who(ana), grantee: who(lena), request: word(request), note: word(9), deadline },
  });
  await chain.send(ben, noTo(3));
  await signedBy(ben, noTo(4));

  // Many at once, by one signature and plainly.
  const batch = [openingOf(55), openingOf(56)];
  const grants = batch.map((opening) => {
    const { subject: _subject, deadline: _deadline, ...part } = termsOf(opening, tomas, READ);
    return part;
  });
  const granted: Act = { name: "grantMany", args: { subject: who(ana), grants, deadline } };
  await chain.send(gateway, granted, await chain.sign(ana, granted, { openings: batch }));
  const revoking = (openings: readonly Opening[], grantee: number): Act => ({
    name: "revokeMany",
    args: { subject: who(ana), revocations: openings.map((opening) => ended(opening, grantee)) },
  });
  await chain.send(ana, revoking(batch.slice(0, 1), tomas));
  await signedBy(ana, revoking(batch.slice(1), tomas));
  const anchoring = (documents: readonly number[]): Act => ({
    name: "anchorMany",
    args: {
      subject: who(ana),
      anchors: documents.map((document) => ({ document: word(document), manifest: word(950), version: 1 })),
      deadline,
    },
  });
  await chain.send(ana, anchoring([60, 61]));
  await signedBy(ana, anchoring([62, 63]));
  const opening = (days: readonly number[]): Act => ({
    name: "publishDays",
    args: { provider: who(lena), days: days.map((day) => ({ day: dayOf(begin) + day, open: 7n })), deadline },
  });
  await chain.send(lena, opening([20, 21]));
  await signedBy(lena, opening([22, 23]));

  // Ana has a vault account now, which revokes; and she says that she uses another account.
  const keeping: Act = {
    name: "publishKey",
    args: { account: who(ana), encryptionKey: word(13), vaultAccount: who(vault), deadline },
  };
  await chain.send(gateway, keeping, {
    ...(await chain.sign(ana, keeping)),
    vaultSignature: (await chain.sign(vault, keeping)).signature,
  });
  await signedBy(vault, { name: "revoke", args: { subject: who(ana), ...ended(forLena, lena) } });
  const moving: Act = { name: "declareMove", args: { subject: who(ana), newAccount: who(sam), deadline } };
  await chain.send(gateway, moving, {
    ...(await chain.sign(vault, moving)),
    newSignature: (await chain.sign(sam, moving)).signature,
  });
  return {
    ...{ armed, broken, byProxy, emergency, mandate, within, beyond },
    ...{ own, ownGranted, ownRenewedByProxy, ownRenewed },
  };
}
