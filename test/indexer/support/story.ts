// People with keys who do what people do: apply, get verified, ask, grant with a real capsule, file, revoke.

import type { Hex } from "viem";
import { zeroAddress } from "viem";
import { randomBytes, toHex } from "#protocol/bytes.ts";
import { createOpening, scopeOf } from "#protocol/consent/index.ts";
import type { Opening } from "#protocol/consent/index.ts";
import { compartmentKey, deriveEncryptionKey, makeCapsule } from "#protocol/keys/index.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { encodeCard } from "#protocol/providers/index.ts";
import { people } from "./chain.ts";
import type { Person, TestChain } from "./chain.ts";

/** A 32-byte word that says nothing. */
export const word = (): Hex => toHex(randomBytes(32));

/** A person with a root and the keys that come from it. */
export type Keyed = Person & { root: Uint8Array; key: ReturnType<typeof deriveEncryptionKey> };

/** Gives a person a root and publishes the key on the ledger. */
export async function enrol(chain: TestChain, person: Person): Promise<Keyed> {
  const root = randomBytes(32);
  const key = deriveEncryptionKey(root);
  await chain.act(person, {
    name: "publishKey",
    args: { account: person.address, encryptionKey: toHex(key.publicKey), vaultAccount: zeroAddress },
  });
  return Object.assign({}, person, { root, key });
}

/** Applies, with a card whose bytes come back for whoever stores them, and is verified. */
export async function getVerified(
  chain: TestChain,
  person: Person,
  card: { name: string; specialty: string; place: string },
  kind = 1,
) {
  const { bytes, digest } = encodeCard({
    format: "placet-card",
    formatVersion: 1,
    about: "",
    languages: ["English"],
    licence: null,
    ...card,
  });
  const licence = word();
  await chain.act(person, { name: "applyFor", args: { account: person.address, kind, licence, card: digest } });
  await chain.act(people.registrar, {
    name: "verify",
    args: { registrar: people.registrar.address, account: person.address, kind, licence, validUntil: 4_000_000_000 },
  });
  return { bytes, digest, cid: manifestCid(digest) };
}

/** The time of the chain's newest block. */
export async function chainTime(chain: TestChain): Promise<number> {
  return Number((await chain.client.getBlock()).timestamp);
}

/** Grants with a real capsule; `store` is given its block before the act is sent. */
export async function grant(
  chain: TestChain,
  {
    subject,
    grantee,
    gateway,
    categories = ["labs"],
    seconds = 3_600,
    store,
  }: {
    subject: Keyed;
    grantee: Keyed;
    gateway: { address: Person["address"]; key: Uint8Array };
    categories?: string[];
    seconds?: number;
    store?: (cid: string, bytes: Uint8Array) => Promise<unknown>;
  },
): Promise<{ scope: Hex; opening: Opening; capsule: Hex; bytes: Uint8Array; expiresAt: number }> {
  const opening = createOpening({ categories, purposes: ["TREAT"], salt: word() });
  const scope = scopeOf(opening);
  const capsule = makeCapsule(
    { place: chain.place, subject: subject.address, scope },
    {
      grantee: { address: grantee.address, key: grantee.key.publicKey },
      subjectKey: subject.key.publicKey,
      gateways: [gateway],
      content: {
        epoch: 0,
        categories: categories.map((category) => ({
          category,
          key: compartmentKey(subject.root, { category, epoch: 0 }),
        })),
        documents: [],
        opening,
      },
    },
  );
  await store?.(manifestCid(capsule.digest), capsule.bytes);
  const now = await chainTime(chain);
  const expiresAt = now + seconds;
  await chain.signedAct(
    subject,
    {
      name: "grant",
      args: {
        subject: subject.address,
        grantee: grantee.address,
        scope,
        ops: 1,
        notBefore: now,
        expiresAt,
        capsule: capsule.digest,
        deadline: now + 3_600,
      },
    },
    { opening },
  );
  return { scope, opening, capsule: capsule.digest, bytes: capsule.bytes, expiresAt };
}
