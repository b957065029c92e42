// An organisation's key, from its own vault's worker to a member's: what each can open, and for how long.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { randomBytes, toHex } from "#protocol/bytes.ts";
import { createOpening, scopeOf } from "#protocol/consent/index.ts";
import {
  compartmentKey,
  deriveEncryptionKey,
  listShared,
  makeCapsule,
  noteShared,
  requestRef,
  wrapNote,
  type OpenVault,
} from "#protocol/keys/index.ts";
import { consentCalls } from "#app/vault/worker/consents.ts";
import { dropVault, holdVault, openRing, renewRing } from "#app/vault/worker/keyring.ts";
import { memberCalls } from "#app/vault/worker/members.ts";
import { capsuleCalls } from "#app/vault/worker/open-capsules.ts";
import type { Address, Hex } from "viem";
import { ana, anaKey, gateway, lena, place, tomas } from "../../protocol/keys/samples.ts";

const context = { signal: new AbortController().signal, progress: () => undefined };
const clinic = gateway;
const roots = { before: randomBytes(32), present: randomBytes(32), lena: randomBytes(32), patient: randomBytes(32) };

const vaultOf = (account: Address, ...own: Uint8Array[]): OpenVault => ({
  ...{ account, vaultId: "00".repeat(16), revision: 1, unlockers: [], kits: [], tagKeys: {}, settings: {} },
  roots: own.map((root) => Uint8Array.from(root)),
});

/** What the clinic gives Lena, made with these of its roots. */
async function share(...own: Uint8Array[]): Promise<{ key: Hex; box: string }> {
  holdVault(vaultOf(clinic, ...own));
  const key = toHex(deriveEncryptionKey(roots.lena).publicKey);
  const made = await memberCalls.shareWithMembers({ place, members: [{ address: lena, key }] }, context);
  return { key: made.key, box: made.boxes[0]?.box ?? "" };
}

function give(grantee: Address, key: Uint8Array) {
  const opening = createOpening({ categories: ["labs"], purposes: ["TREAT"], salt: toHex(randomBytes(32)) });
  const scope = scopeOf(opening);
  const categories = [{ category: "labs", key: compartmentKey(roots.patient, { category: "labs", epoch: 0 }) }];
  const { bytes } = makeCapsule(
    { place, subject: ana, scope },
    {
      grantee: { address: grantee, key },
      subjectKey: anaKey.publicKey,
      gateways: [],
      content: { epoch: 0, opening, categories, documents: [] },
    },
  );
  return { subject: ana, grantee, scope, bytes };
}

const publicKeyOf = (root: Uint8Array) => deriveEncryptionKey(root).publicKey;
const toClinicBefore = give(clinic, publicKeyOf(roots.before));
const toClinic = give(clinic, publicKeyOf(roots.present));
const toLena = give(lena, publicKeyOf(roots.lena));

/** Which of the three capsules open now. */
async function openAll(): Promise<boolean[]> {
  const capsules = [toClinicBefore, toClinic, toLena];
  return (await capsuleCalls.openCapsules({ place, capsules }, context)).map(({ ok }) => ok);
}

describe("A member who reads in an organisation's name", () => {
  beforeEach(() => void holdVault(vaultOf(lena, roots.lena)));
  afterEach(dropVault);

  async function hold(shared: { key: Hex; box: string }): Promise<Hex[]> {
    holdVault(vaultOf(lena, roots.lena));
    return (await memberCalls.holdOrganisation({ place, organisation: clinic, ...shared }, context)).keys;
  }

  it("opens what was wrapped for the organisation, before its key changed and after, and their own as ever", async () => {
    expect(await openAll()).toEqual([false, false, true]);
    const keys = await hold(await share(roots.before, roots.present));
    expect(keys).toEqual([roots.before, roots.present].map((root) => toHex(publicKeyOf(root))));
    expect(await openAll()).toEqual([true, true, true]);
  });

  it("opens with an earlier key what was wrapped for that alone", async () => {
    await hold(await share(roots.before));
    expect(await openAll()).toEqual([true, false, true]);
  });

  it("reads the organisation's notes, and nobody else's", async () => {
    await hold(await share(roots.present));
    const note = { categories: ["labs"], purposes: ["TREAT"], ops: 1, days: 3, reason: "to see", name: "Clinic" };
    const name = { place, kind: "request", subject: ana, ref: requestRef(clinic) } as const;
    const to = (address: Address, key: Uint8Array) => wrapNote(name, { recipients: [{ address, key }], note }).bytes;
    const read = async (recipient: Address, bytes: Uint8Array) =>
      consentCalls.openNote({ ...name, recipient, bytes }, context);
    expect(await read(clinic, to(clinic, publicKeyOf(roots.present)))).toEqual(note);
    await expect(read(lena, to(clinic, publicKeyOf(roots.present)))).rejects.toMatchObject({ code: "wrong-key" });
    await expect(read(clinic, to(clinic, publicKeyOf(roots.lena)))).rejects.toMatchObject({ code: "wrong-key" });
  });

  it("keeps the organisation's keys when their own vault changes, and loses them with it", async () => {
    await hold(await share(roots.present));
    renewRing({ ...vaultOf(lena, roots.lena, randomBytes(32)), settings: { idleMinutes: 5 } });
    expect(await openAll()).toEqual([false, true, true]);
    const held = openRing().organisation;
    dropVault();
    expect(held?.pairs.map(({ secretKey }) => toHex(secretKey))).toEqual([`0x${"00".repeat(32)}`]);
    holdVault(vaultOf(lena, roots.lena));
    expect(await openAll()).toEqual([false, false, true]);
  });

  it("forgets keys and what they opened when they stop reading for it", async () => {
    await hold(await share(roots.before, roots.present));
    await openAll();
    const held = openRing();
    const theirs = [...held.capsules.values()].filter((_, at) => at < 2).flatMap(({ categories }) => categories);
    await memberCalls.dropOrganisation(undefined, context);
    expect(theirs.map(({ key }) => toHex(key))).toEqual(Array(2).fill(`0x${"00".repeat(32)}`));
    expect(held.capsules.size).toBe(1);
    expect(await openAll()).toEqual([false, false, true]);
  });

  it("holds nothing of what was still being opened when they stopped", async () => {
    await hold(await share(roots.present));
    const derive = crypto.subtle.deriveBits.bind(crypto.subtle);
    const derived = vi.spyOn(crypto.subtle, "deriveBits").mockImplementation(async (...args) => {
      await memberCalls.dropOrganisation(undefined, context);
      return derive(...args);
    });
    const stopped = openAll();
    await expect(stopped.finally(() => derived.mockRestore())).rejects.toMatchObject({ code: "locked" });
    expect([...openRing().capsules.keys()].filter((name) => name.includes(clinic.toLowerCase()))).toEqual([]);
  });

  it("opens what is their own with their own keys, whatever a service names as the organisation", async () => {
    const made = randomBytes(32);
    holdVault(vaultOf(lena, made));
    const key = toHex(publicKeyOf(roots.lena));
    const shared = await memberCalls.shareWithMembers({ place, members: [{ address: lena, key }] }, context);
    holdVault(vaultOf(lena, roots.lena));
    const own = { place, organisation: lena, key: shared.key, box: shared.boxes[0]?.box ?? "" };
    expect(() => memberCalls.holdOrganisation(own, context)).toThrow(/names your own account/);
    expect(await openAll()).toEqual([false, false, true]);
  });

  it("takes no box that is for another member, of another organisation, or of another key", async () => {
    const { key, box } = await share(roots.present);
    const take = async (account: Address, organisation: Address, named: Hex) => {
      holdVault(vaultOf(account, roots.lena));
      return memberCalls.holdOrganisation({ place, organisation, key: named, box }, context);
    };
    await expect(take(tomas, clinic, key)).rejects.toMatchObject({ reason: "wrong-place" });
    await expect(take(lena, tomas, key)).rejects.toMatchObject({ reason: "wrong-place" });
    const other = toHex(publicKeyOf(roots.before));
    await expect(take(lena, clinic, other)).rejects.toMatchObject({ reason: "wrong-place" });
    expect(openRing().organisation).toBeUndefined();
  });
});

describe("What an organisation's vault remembers of its key", () => {
  const member = (at: number): Address => `0x${at.toString(16).padStart(40, "0")}`;

  it("says who has the present key, and who an earlier one alone", () => {
    const first = noteShared({ idleMinutes: 5 }, [lena, tomas], 1);
    expect(listShared(first, 1).map(({ current }) => current)).toEqual([true, true]);
    const second = noteShared(first, [tomas], 2);
    expect(listShared(second, 2)).toEqual([
      { member: lena.toLowerCase(), current: false },
      { member: tomas.toLowerCase(), current: true },
    ]);
    expect(second["idleMinutes"]).toBe(5);
  });

  it("forgets who has an earlier key alone before it runs out of room, and nobody who has the present one", () => {
    const many = Array.from({ length: 600 }, (_, at) => member(at + 1));
    const full = noteShared(noteShared({}, [member(9_999)], 1), many, 2);
    expect(listShared(full, 2)).toHaveLength(600);
    expect(listShared(full, 2).every(({ current }) => current)).toBe(true);
    expect(() => noteShared(full, [member(9_998)], 2)).toThrow(/600 members/);
    expect(JSON.stringify(full).length).toBeLessThan(40_000);
  });

  it("does not go on with a memory that it cannot read", () => {
    expect(() => noteShared({ memberKeys: { version: 2 } }, [lena], 1)).toThrow(/Nothing was shared/);
  });
});
