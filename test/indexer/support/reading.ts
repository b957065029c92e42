// What it takes to read: sealed documents, consents of every kind, and readers whose session key signs.

import type { Address, Hex } from "viem";
import { fromHex, toBase64Url, toHex } from "#protocol/bytes.ts";
import { READ } from "#protocol/codes/index.ts";
import { createOpening, scopeOf } from "#protocol/consent/index.ts";
import type { Opening, Terms } from "#protocol/consent/index.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { makeSeal, manifestCid, newDek } from "#protocol/documents/index.ts";
import { compartmentKey, createSessionKey, makeCapsule, sessionResources } from "#protocol/keys/index.ts";
import type { SessionKey } from "#protocol/keys/index.ts";
import { newRequestId, signRequest, writeElsewhereSignIn } from "#protocol/receipts/index.ts";
import type { ReadRequest, Receipt, SignedRequest, SignInElsewhere } from "#protocol/receipts/index.ts";
import type { Act } from "#protocol/typed-data/index.ts";
import type { RunningService } from "#indexer/index.ts";
import { people } from "./chain.ts";
import type { Person, TestChain } from "./chain.ts";
import { cookiesOf, createCaller, eventually, makeMessage } from "./service.ts";
import { chainTime, word } from "./story.ts";
import type { Keyed } from "./story.ts";

/** The environment of a service whose account has funds. */
export const funded = { PLACET_GATEWAY_KEY: toHex(people.gateway.getHdKey().privateKey ?? new Uint8Array(32)) };

/** Somebody signed in, with the session key that signs reads. */
export type Reader = {
  address: Address;
  call: ReturnType<typeof createCaller>;
  cookie: string;
  sessionKey: SessionKey;
};

/** Signs a person in to read, for an organisation where one is named. */
export async function signInToRead(running: RunningService, person: Person, organisation?: Address): Promise<Reader> {
  const sessionKey = await createSessionKey();
  const names = { publicKey: sessionKey.publicKey, gateway: running.service.gateway.address };
  const resources = sessionResources(organisation === undefined ? names : { ...names, organisation });
  const message = await makeMessage(running, person.address, { resources });
  const signature = await person.signMessage({ message });
  const answer = await createCaller(running.url)("POST", "/api/session", { message, signature });
  if (answer.status !== 200) throw new Error(`Sign-in failed: ${JSON.stringify(answer.body)}`);
  const cookie = cookiesOf(answer);
  const signer = { key: sessionKey, account: person.address, gateway: running.service.gateway.address };
  return { address: person.address, call: createCaller(running.url, cookie, signer), cookie, sessionKey };
}

async function readNonce(url: string): Promise<string> {
  return ((await (await fetch(`${url}/api/entrusted/nonce`)).json()) as { nonce: string }).nonce;
}

/** The sign-in by which a page of another service reads at this one, and the key that it names. */
export async function signInElsewhere(
  { running, chain }: { running: RunningService; chain: TestChain },
  person: Person,
  options: { gateway?: Address; seconds?: number; nonce?: string } = {},
): Promise<{ sessionKey: SessionKey; signIn: SignInElsewhere }> {
  const { gateway = running.service.gateway.address, seconds = 3_600 } = options;
  const nonce = options.nonce ?? (await readNonce(running.url));
  const sessionKey = await createSessionKey();
  const now = Math.floor(Date.now() / 1000);
  const message = writeElsewhereSignIn({
    account: person.address,
    chainId: chain.place.chainId,
    host: "other.example",
    url: running.url,
    nonce,
    names: { publicKey: sessionKey.publicKey, gateway },
    now: seconds < 0 ? now + 2 * seconds : now,
    until: now + seconds,
  });
  return { sessionKey, signIn: { message, signature: await person.signMessage({ message }) } };
}

/** A document on the ledger whose seal the gateway holds. */
export type Sealed = {
  document: Hex;
  dek: Uint8Array;
  category: string;
  /** As it was handed in. */
  seal: { subject: Address; document: Hex; version: number; seal: string };
};

/** Anchors a document of a category and hands the gateway its seal. */
export async function addSealed(
  { running, chain }: { running: RunningService; chain: TestChain },
  {
    subject,
    as,
    category = "labs",
    keyedBy = "category",
    document = word(),
  }: { subject: Keyed; as: Reader; category?: string; keyedBy?: "category" | "document"; document?: Hex },
): Promise<Sealed> {
  const known = await chain.client.readContract({
    address: chain.deployment.ledger,
    abi: ledgerAbi,
    functionName: "documentOf",
    args: [subject.address, document],
  });
  if (known === 0n)
    await chain.act(subject, {
      name: "anchor",
      args: { subject: subject.address, document, manifest: word(), version: 1 },
    });
  const dek = newDek();
  const { address, encryptionKey } = running.service.gateway;
  const key = compartmentKey(subject.root, keyedBy === "category" ? { category, epoch: 0 } : { document, epoch: 0 });
  const seal = makeSeal(
    { place: chain.place, subject: subject.address, document, gateway: address },
    { version: 1, category, epoch: 0, keyedBy, key, dek, gatewayKey: fromHex(encryptionKey, 32) },
  );
  const handedIn = { subject: subject.address, document, version: 1, seal: toBase64Url(seal) };
  const put = await as.call("PUT", "/api/seals", { seals: [handedIn] });
  if (put.status !== 200) throw new Error(JSON.stringify(put.body));
  return { document, dek, category, seal: handedIn };
}

/** A consent on the ledger whose opening the service has fetched. */
export type Consent = {
  subject: Address;
  grantee: Address;
  scope: Hex;
  opening: Opening;
  capsule: Uint8Array;
  expiresAt: number;
};

/** What a test may say of a consent; times in seconds from now. */
export type ConsentWish = {
  categories?: string[];
  purposes?: string[];
  documents?: Hex[];
  terms?: Terms;
  ops?: number;
  begins?: number;
  seconds?: number;
  /** The scope that it replaces. */
  replaces?: Hex;
  /** Armed for emergencies, or a mandate that makes its holder a proxy (say MANAGE among the ops). */
  kind?: "arm" | "appoint";
  /** Granted by this proxy, under the mandate of this scope. */
  byProxy?: { proxy: Person; mandate: Hex };
  /** Not waited for: the index reads nothing at present. */
  unseen?: true;
};

/** Grants (or replaces) with a real capsule, and waits until the service holds the opening. */
export async function giveConsent(
  { running, chain }: { running: RunningService; chain: TestChain },
  { subject, grantee, as }: { subject: Keyed; grantee: Keyed; as: Reader },
  wish: ConsentWish = {},
): Promise<Consent> {
  const {
    categories = ["labs"],
    purposes = ["TREAT"],
    documents = [],
    terms = {},
    ops = READ,
    // As the app does: blocks that come fast put the ledger's clock ahead of the gateway's, and both are asked.
    begins = -120,
    seconds = 3_600,
  } = wish;
  const opening = createOpening({ categories, purposes, documents, terms, salt: word() });
  const scope = scopeOf(opening);
  const { root } = subject;
  const { bytes, digest } = makeCapsule(
    { place: chain.place, subject: subject.address, scope },
    {
      grantee: { address: grantee.address, key: grantee.key.publicKey },
      subjectKey: subject.key.publicKey,
      gateways: [{ address: running.service.gateway.address, key: fromHex(running.service.gateway.encryptionKey, 32) }],
      content: {
        epoch: 0,
        categories: opening.categories.map((category) => ({
          category,
          key: compartmentKey(root, { category, epoch: 0 }),
        })),
        documents: opening.documents.map((document) => ({
          document,
          key: compartmentKey(root, { document, epoch: 0 }),
        })),
        opening,
      },
    },
  );
  const stored = await as.call("PUT", `/api/blocks/${manifestCid(digest)}`, bytes);
  if (stored.status >= 300) throw new Error(JSON.stringify(stored.body));
  const now = await chainTime(chain);
  const window = {
    subject: subject.address,
    grantee: grantee.address,
    scope,
    ops,
    notBefore: now + begins,
    expiresAt: now + Math.max(begins, 0) + seconds,
    capsule: digest,
    deadline: now + 3_600,
  };
  await chain.signedAct(wish.byProxy?.proxy ?? subject, actOf(wish, window), { opening });
  if (wish.unseen !== true)
    await eventually(async () => {
      const { body } = await as.call("GET", "/api/consents?as=subject&limit=200");
      return body.items.some((item) => item["scope"] === scope && item["opening"] === "held");
    });
  return {
    subject: subject.address,
    grantee: grantee.address,
    scope,
    opening,
    capsule: bytes,
    expiresAt: window.expiresAt,
  };
}

type GrantTerms = Extract<Act, { name: "grant" }>["args"];

function actOf({ replaces, kind, byProxy }: ConsentWish, terms: GrantTerms): Act {
  if (byProxy !== undefined) {
    const { proxy, mandate } = byProxy;
    return { name: "grantByProxy", args: { proxy: proxy.address, mandate, ...terms } };
  }
  if (kind === "arm") return { name: "arm", args: { ...terms, times: 1 } };
  if (kind === "appoint") return { name: "appoint", args: terms };
  return replaces === undefined
    ? { name: "grant", args: terms }
    : { name: "replace", args: { replaced: replaces, ...terms } };
}

/** One document's part of an answer. */
export type Result = {
  document: Hex;
  version: number;
  status: "released" | "refused";
  reason?: string;
  detail?: string;
  release?: Record<string, unknown>;
};

/** The answer to a read request. */
export type ReadAnswer = { status: number; results: Result[]; receipt: Receipt | null; body: Record<string, unknown> };

/** A proper read request of this reader, now. */
export async function makeRequest(
  { running, chain }: { running: RunningService; chain: TestChain },
  {
    reader,
    consent,
    documents,
    purpose = "TREAT",
  }: {
    reader: Reader;
    consent: Pick<Consent, "subject" | "grantee" | "scope">;
    documents: readonly Hex[];
    purpose?: string;
  },
): Promise<ReadRequest> {
  const block = await chain.client.getBlock();
  return {
    requestId: newRequestId(),
    chainId: chain.place.chainId,
    ledger: chain.place.ledger,
    gateway: running.service.gateway.address,
    subject: consent.subject,
    grantee: consent.grantee,
    scope: consent.scope,
    reader: reader.address,
    op: READ,
    purpose,
    documents: documents.map((document) => ({ document, version: 1 })),
    recentBlock: { number: Number(block.number), hash: block.hash },
    time: Math.floor(Date.now() / 1000),
  };
}

/** Sends a signed request. */
export async function sendRequest(reader: Reader, signed: SignedRequest): Promise<ReadAnswer> {
  const { status, body } = await reader.call("POST", "/api/releases", signed);
  return {
    status,
    body,
    results: (body["results"] ?? []) as Result[],
    receipt: (body["receipt"] ?? null) as Receipt | null,
  };
}

/** Asks for documents under a consent. */
export async function read(
  place: { running: RunningService; chain: TestChain },
  asked: Parameters<typeof makeRequest>[1],
): Promise<ReadAnswer> {
  return sendRequest(asked.reader, await signRequest(asked.reader.sessionKey, await makeRequest(place, asked)));
}

/** Stops the chain's clock and its miner; the result starts them again. */
export async function holdMining(chain: TestChain): Promise<() => Promise<void>> {
  await chain.client.setIntervalMining({ interval: 0 });
  await chain.client.setAutomine(false);
  return async () => {
    await chain.client.setAutomine(true);
    await chain.client.setIntervalMining({ interval: 1 });
    await chain.client.mine({ blocks: 1 });
  };
}
