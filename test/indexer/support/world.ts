// A small world with somebody in every role towards Ana's records, and one of everything that a route can show: what the
// tests about who may ask what, and about every route at once, stand on.

import type { Address, Hex } from "viem";
import { fromHex, randomBytes, toBase64Url, toHex, utf8 } from "#protocol/bytes.ts";
import { cidOfBlock } from "#protocol/documents/index.ts";
import {
  createVault,
  decodeKitCode,
  encodeVault,
  kitFetchSecret,
  kitFetchTag,
  MEMBER_KEY_BOX_BYTES,
  toServerCopy,
} from "#protocol/keys/index.ts";
import { actToJson, readSigningState, typedAct } from "#protocol/typed-data/index.ts";
import type { Act } from "#protocol/typed-data/index.ts";
import { dayOf } from "#protocol/appointments/index.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { people, startChain } from "./chain.ts";
import type { Person, TestChain } from "./chain.ts";
import { addSealed, funded, giveConsent, read, signInToRead } from "./reading.ts";
import type { Consent, Reader, Sealed } from "./reading.ts";
import { createCaller, makeFolder, startTestService } from "./service.ts";
import { chainTime, enrol, getVerified, word } from "./story.ts";
import type { Keyed } from "./story.ts";

/** Everybody who may ask, by what they are to Ana. */
export const roles = [
  "nobody",
  "patient",
  "otherPatient",
  "grantee",
  "exGrantee",
  "member",
  "organisation",
  "auditor",
  "registrar",
] as const;

/** A role. */
export type Role = (typeof roles)[number];

/** A signed act as POST /api/relay takes it. */
export async function signForRelay(chain: TestChain, signer: Person, act: Act): Promise<Record<string, unknown>> {
  const state = await readSigningState(act, ({ functionName, args }) =>
    chain.client.readContract({
      address: chain.deployment.ledger,
      abi: ledgerAbi,
      functionName: functionName as "roll",
      args: args as never,
    }),
  );
  const typed = typedAct(chain.place, act, state);
  const signature: Hex = await signer.signTypedData(typed as Parameters<typeof signer.signTypedData>[0]);
  return { act: actToJson(act), signature };
}

/** Builds the world; `more` goes into the service's environment. */
export async function buildWorld(more: Record<string, string> = {}) {
  const chain = await startChain();
  const folder = await makeFolder();
  // At once final, so that what was withdrawn can be erased.
  const final = { PLACET_FINALITY_SECONDS: "0" };
  const running = await startTestService(chain, folder.folder, { ...funded, ...final, ...more });
  const at = { chain, running };
  const keyed = {} as Record<"ana" | "ben" | "lena" | "tomas" | "clinic", Keyed>;
  for (const name of ["ana", "ben", "lena", "tomas", "clinic"] as const) keyed[name] = await enrol(chain, people[name]);
  const { ana, lena, tomas, clinic } = keyed;
  const cards = [
    await getVerified(chain, people.lena, { name: "Dr Lena Lindqvist", specialty: "Cardiology", place: "Uppsala" }),
    await getVerified(chain, people.clinic, { name: "Sunrise Clinic", specialty: "Practice", place: "Uppsala" }, 7),
  ];
  await chain.act(people.clinic, {
    name: "addMember",
    args: { organisation: people.clinic.address, member: people.noor.address, role: 1 },
  });
  await chain.act(people.registrar, {
    name: "appointAuditor",
    args: { registrar: people.registrar.address, auditor: people.ines.address, validUntil: 4_000_000_000 },
  });
  await running.service.sync.waitFor(Number(await chain.client.getBlockNumber()), 20_000);

  const signInAs = {
    patient: () => signInToRead(running, people.ana),
    otherPatient: () => signInToRead(running, people.ben),
    grantee: () => signInToRead(running, people.lena),
    exGrantee: () => signInToRead(running, people.tomas),
    member: () => signInToRead(running, people.noor, people.clinic.address),
    organisation: () => signInToRead(running, people.clinic),
    auditor: () => signInToRead(running, people.ines),
    registrar: () => signInToRead(running, people.registrar),
  };
  const signedIn = {} as Record<Exclude<Role, "nobody">, Reader>;
  for (const role of roles) if (role !== "nobody") signedIn[role] = await signInAs[role]();
  const call = (role: Role) => (role === "nobody" ? createCaller(running.url) : signedIn[role].call);

  const as = signedIn.patient;
  const labs: Sealed = await addSealed(at, { subject: ana, as });
  const imaging: Sealed = await addSealed(at, { subject: ana, as, category: "imaging" });
  const withdrawn: Hex = word();
  const gone = { subject: ana.address, document: withdrawn };
  await chain.act(people.ana, { name: "anchor", args: { ...gone, manifest: word(), version: 1 } });
  await chain.act(people.ana, { name: "withdraw", args: { account: ana.address, ...gone } });
  const live: Consent = await giveConsent(at, { subject: ana, grantee: lena, as });
  const toClinic: Consent = await giveConsent(at, { subject: ana, grantee: clinic, as }, { categories: ["imaging"] });
  const ended: Consent = await giveConsent(at, { subject: ana, grantee: tomas, as });
  await chain.act(people.ana, {
    name: "revoke",
    args: { subject: ana.address, grantee: tomas.address, scope: ended.scope, ceiling: 0 },
  });
  await chain.act(people.tomas, {
    name: "request",
    args: { grantee: tomas.address, subject: ana.address, note: word() },
  });
  const now = await chainTime(chain);
  const day = dayOf(now) + 2;
  await chain.act(people.lena, {
    name: "publishAvailability",
    args: { provider: lena.address, day, open: (1n << 60n) - 1n },
  });
  await chain.act(people.ana, {
    name: "requestAppointment",
    args: {
      account: ana.address,
      patient: ana.address,
      provider: lena.address,
      id: word(),
      day,
      slot: 40,
      length: 2,
      details: word(),
    },
  });
  const block = utf8("ciphertext of Ana's");
  const cid = await cidOfBlock(block);
  await as.call("PUT", `/api/blocks/${cid}`, block);
  for (const card of cards) await signedIn.grantee.call("PUT", `/api/blocks/${card.cid}`, card.bytes);
  const { blob, kit: ownKit } = await createVault({
    account: people.ana.address,
    passphrase: "a long enough passphrase",
    cost: { memoryKiB: 19_456, iterations: 1, parallelism: 1 },
  });
  const vault = JSON.parse(new TextDecoder().decode(encodeVault(toServerCopy(blob)))) as Record<string, unknown>;
  const code = decodeKitCode(ownKit.code);
  const kit = {
    secret: kitFetchSecret(code, people.ana.address),
    tag: kitFetchTag(code, people.ana.address),
  };
  await as.call("PUT", `/api/vault?kits=${kit.tag}`, vault);
  const set = word();
  const shares = [people.lena, people.maya].map(({ address }) => ({ guardian: address, box: "A".repeat(200) }));
  const guardians = { set, shares };
  const asked = [{ guardian: lena.address, tag: "A".repeat(43) }];
  const asksGuardians = { id: word().slice(2, 34), set, publicKey: word(), asked };
  await as.call("PUT", "/api/guardians", guardians);
  await as.call("PUT", "/api/recovery", asksGuardians);
  const memberKeys = {
    key: toHex(clinic.key.publicKey),
    shares: [{ member: people.noor.address, box: toBase64Url(randomBytes(MEMBER_KEY_BOX_BYTES)) }],
  };
  const shared = await signedIn.organisation.call("PUT", "/api/member-keys", memberKeys);
  if (shared.status !== 200) throw new Error(JSON.stringify(shared.body));
  const released = await read(at, { reader: signedIn.grantee, consent: live, documents: [labs.document] });
  if (released.status !== 200) throw new Error(JSON.stringify(released.body));
  const mute = await signForRelay(chain, people.ana, {
    name: "mute",
    args: { subject: ana.address, grantee: people.maya.address, muted: true, deadline: now + 3_000 },
  });
  const relayed = (await as.call("POST", "/api/relay", mute)).body["id"] as string;
  await running.service.sync.waitFor(Number(await chain.client.getBlockNumber()), 20_000);

  return {
    chain,
    running,
    at,
    people,
    keyed,
    signedIn,
    signInAs,
    call,
    labs,
    seal: labs.seal,
    imaging,
    withdrawn,
    live,
    toClinic,
    ended,
    cid,
    publicCid: cards[0]?.cid ?? "",
    vault,
    kit,
    guardians,
    asksGuardians,
    memberKeys,
    mute,
    relayed,
    day,
    gateway: {
      address: running.service.gateway.address as Address,
      key: fromHex(running.service.gateway.encryptionKey),
    },
    async stop() {
      await running.stop();
      await chain.stop();
      await folder.remove();
    },
  };
}

/** A built world. */
export type World = Awaited<ReturnType<typeof buildWorld>>;
