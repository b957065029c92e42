// Enrolment as the app does it: make the vault, keep a copy at the service, publish the key, show that one holds it.

import { readFile, rename, writeFile } from "node:fs/promises";
import { zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { z } from "zod";
import { fromBase64Url, toBase64Url, toHex } from "#protocol/bytes.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import {
  changeSettings,
  createCompartments,
  createVault,
  currentRoot,
  decodeVault,
  deriveEncryptionKey,
  deriveVaultAccount,
  encodeVault,
  kitFetchTag,
  openVault,
  readMemory,
  sealVault,
  toServerCopy,
  unwrap,
  writeMemory,
  type OpenVault,
  type VaultBlob,
  type VaultSettings,
} from "#protocol/keys/index.ts";
import { DEMO_PASSPHRASE, demoPeople } from "../demo-people.ts";
import { relayActs, type Enrolled, type Participant } from "./participant.ts";
import type { Stage } from "./stage.ts";

// OWASP's least for Argon2id, a fifth of what the app takes: everybody knows these passphrases, and a start should be quick.
const DEMO_COST = { memoryKiB: 19_456, iterations: 2, parallelism: 1 };
const HOUR = 3_600;

/** The file that the service shows at /api/demo/people: who there is, and how their vaults are opened. */
export type PeopleFile = {
  /** The kit code of a person's vault; null when none was made. */
  kitOf(index: number): string | null;
  saveKit(index: number, code: string): Promise<void>;
  /** True once everything was filled in. */
  isComplete(): boolean;
  complete(): Promise<void>;
};

const fileSchema = z.object({
  complete: z.boolean().optional(),
  people: z.array(z.looseObject({ index: z.number(), kit: z.string().nullish() })),
});

/** Opens demo-people.json, and writes it at once where it is missing, so that the people can be chosen from the start. */
export async function openPeopleFile(file: string): Promise<PeopleFile> {
  const found = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  const kept = found === null ? null : fileSchema.parse(JSON.parse(found));
  const kits = new Map((kept?.people ?? []).map(({ index, kit }) => [index, kit ?? null]));
  let complete = kept?.complete ?? false;

  // People enrol at the same time: one writing after another, each with all kits known by then.
  let writing = Promise.resolve();
  const write = (): Promise<void> => (writing = writing.then(writeNow));
  async function writeNow(): Promise<void> {
    const people = demoPeople
      .filter(({ role }) => role !== "gateway")
      .map(({ passphrase, enrolled, ...person }) => ({
        ...person,
        enrolled,
        ...(enrolled ? { passphrase, kit: kits.get(person.index) ?? null } : {}),
      }));
    await writeFile(`${file}.new`, JSON.stringify({ complete, passphrase: DEMO_PASSPHRASE, people }, null, 2));
    await rename(`${file}.new`, file);
  }

  if (found === null) await write();
  return {
    kitOf: (index) => kits.get(index) ?? null,
    async saveKit(index, code) {
      kits.set(index, code);
      await write();
    },
    isComplete: () => complete,
    async complete() {
      complete = true;
      await write();
    },
  };
}

/** Gives the person's open vault: the one at the service where there is one, else a new one that is left there. */
export async function enrol(
  stage: Stage,
  { person, file }: { person: Participant; file: PeopleFile },
): Promise<Enrolled> {
  const root = (await reopen(person, file)) ?? (await makeVault(stage, person, file));
  const key = deriveEncryptionKey(root);
  const encryptionKey = toHex(key.publicKey);
  const enrolled = { ...person, root, key, compartments: createCompartments(root) };
  const published = await stage.readLedger({ functionName: "encryptionKeyOf", args: [person.address] });
  if (published === zeroHash) {
    const vaultAccount = privateKeyToAccount(deriveVaultAccount(root)).address;
    const args = { account: person.address, encryptionKey, vaultAccount, deadline: stage.now + HOUR };
    await relayActs(stage, person, [{ act: { name: "publishKey", args } }]);
    await proveKey(stage, enrolled);
  } else if (published !== encryptionKey) {
    throw new Failure(
      "conflict",
      `Demo person ${person.index} enrolled with another vault in the meantime. Nothing of theirs was changed.`,
    );
  }
  return enrolled;
}

/**
 * Lets a person's vault know the keys of those whom they deal with as compared and confirmed, as it would after their
 * first consents; their copy at the service is the one that a newcomer opens.
 */
export async function confirmKeys(
  stage: Stage,
  { person, file, others }: { person: Participant; file: PeopleFile; others: readonly Enrolled[] },
): Promise<void> {
  const ledger = { ...stage.place, genesisHash: stage.genesisHash };
  const keys = Object.fromEntries(others.map(({ address, key }) => [address.toLowerCase(), toHex(key.publicKey)]));
  await changeHeld(stage, { person, file }, ({ settings }) => {
    const memory = readMemory(settings, ledger);
    if (Object.entries(keys).every(([address, key]) => memory.keys[address] === key)) return settings;
    return writeMemory(settings, ledger, { ...memory, keys: { ...memory.keys, ...keys } });
  });
}

/** Changes what a person's vault remembers, in their copy at the service; nothing where `change` gives what there was. */
export async function changeHeld(
  stage: Stage,
  { person, file }: { person: Participant; file: PeopleFile },
  change: (vault: OpenVault) => VaultSettings,
): Promise<void> {
  const vault = await openHeld(person, file);
  if (vault === null) return;
  const settings = change(vault);
  if (settings !== vault.settings) await leaveCopy(stage, person, sealVault(changeSettings(vault, settings)));
}

async function reopen(person: Participant, file: PeopleFile) {
  const vault = await openHeld(person, file);
  return vault === null ? null : currentRoot(vault);
}

async function openHeld(person: Participant, file: PeopleFile): Promise<OpenVault | null> {
  const held = await person.call.get("/api/vault", z.unknown()).catch((error: unknown) => {
    if (isFailure(error, "not-found")) return null;
    throw error;
  });
  const code = file.kitOf(person.index);
  if (held === null || code === null) return null;
  return openVault(decodeVault(canonicalBytes(held)), { type: "passphrase+kit", passphrase: DEMO_PASSPHRASE, code });
}

async function makeVault(stage: Stage, person: Participant, file: PeopleFile) {
  const { vault, blob, kit } = await createVault({
    account: person.address,
    passphrase: DEMO_PASSPHRASE,
    cost: DEMO_COST,
  });
  // The kit first: a vault whose kit nobody has would be lost.
  await file.saveKit(person.index, kit.code);
  await leaveCopy(stage, person, { vault, blob });
  return currentRoot(vault);
}

async function leaveCopy({ gateway }: Stage, person: Participant, copy: { vault: OpenVault; blob: VaultBlob }) {
  const { vault, blob } = copy;
  const body: unknown = JSON.parse(new TextDecoder().decode(encodeVault(toServerCopy(blob))));
  const { call, address: account, sessionKey: key } = person;
  const kits = vault.kits.map((kit) => kitFetchTag(kit.code, account)).join(",");
  await call.sendSigned(
    "PUT",
    `/api/vault?kits=${kits}`,
    { body, key, account, gateway: gateway.address },
    z.unknown(),
  );
}

const challengeSchema = z.object({ id: z.string().regex(/^0x[0-9a-f]{64}$/), box: z.string() });

async function proveKey({ place }: Stage, { call, address, key }: Enrolled): Promise<void> {
  const { id, box } = await call.send("POST", "/api/key-proof/challenge", {}, challengeSchema);
  const context = {
    ...place,
    kind: "challenge",
    subject: address,
    recipient: address,
    ref: id as `0x${string}`,
  } as const;
  const answer = toBase64Url(unwrap(context, { secretKey: key.secretKey, box: fromBase64Url(box) }));
  await call.send("POST", "/api/key-proof", { id, answer }, z.unknown());
}
