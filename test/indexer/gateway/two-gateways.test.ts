// Two gateways of two operators, each a process with a database and a key of its own, over one ledger: a patient entrusts
// a second one with seals and takes them back, from a page that is signed in at neither; and neither reads anything.

import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTalk } from "#app/gateways/talk.ts";
import { handOverSeals } from "#app/gateways/hand-over.ts";
import type { Wanted } from "#app/gateways/wanted.ts";
import { fromHex, randomBytes, toBase64Url, toHex } from "#protocol/bytes.ts";
import { Failure } from "#protocol/failure.ts";
import {
  cidOfBlock,
  makeSeal,
  openRelease,
  releaseSchema,
  typedAskHeld,
  typedHandIn,
} from "#protocol/documents/index.ts";
import type { HandIn } from "#protocol/documents/index.ts";
import { erasureCertificateSchema, requireErasure, typedAskErasure } from "#protocol/erasure/index.ts";
import { compartmentKey, deriveEncryptionKey, deriveVaultAccount } from "#protocol/keys/index.ts";
import { keyForRelease, openCapsule, sessionResources, signWithSession } from "#protocol/keys/index.ts";
import {
  blockRequestBytes,
  receiptSchema,
  signRequest,
  typedAskReceipts,
  verifyReceipt,
} from "#protocol/receipts/index.ts";
import { typedRevoke } from "#protocol/typed-data/index.ts";
import { createGatewayKey } from "#indexer/gateway/gateway-key.ts";
import { people, startChain, type TestChain } from "../support/chain.ts";
import { startProcess, type OneProcess } from "../support/one-process.ts";
import {
  addSealed,
  funded,
  giveConsent,
  makeRequest,
  read,
  signInElsewhere,
  signInToRead,
} from "../support/reading.ts";
import type { Consent, Reader, Sealed } from "../support/reading.ts";
import { eventually, makeFolder, makeMessage } from "../support/service.ts";
import { enrol, type Keyed } from "../support/story.ts";

/** More by PLACET_SEALS, to see how long thousands take. */
const MANY = Number(process.env["PLACET_SEALS"] ?? 60);

const keys = {
  one: funded.PLACET_GATEWAY_KEY,
  two: toHex(people.sam.getHdKey().privateKey ?? new Uint8Array(32)),
};

describe("A patient with two gateways", () => {
  let chain: TestChain;
  const folders: Awaited<ReturnType<typeof makeFolder>>[] = [];
  const gateways: OneProcess[] = [];
  let one: OneProcess;
  let two: OneProcess;
  let ana: Keyed;
  let vault: ReturnType<typeof privateKeyToAccount>;
  let asLena: { one: Reader; two: Reader };
  let asAnaAtOne: Reader;
  let lena: Keyed;
  let labs: Sealed;
  let consent: Consent;

  beforeAll(async () => {
    chain = await startChain();
    [one, two] = (await Promise.all(
      [keys.one, keys.two].map(async (key) => {
        const folder = await makeFolder();
        folders.push(folder);
        const started = await startProcess(chain, folder.folder, {
          more: { PLACET_GATEWAY_KEY: key, PLACET_FINALITY_SECONDS: "0" },
        });
        gateways.push(started);
        return started;
      }),
    )) as [OneProcess, OneProcess];
    const root = randomBytes(32);
    const key = deriveEncryptionKey(root);
    vault = privateKeyToAccount(deriveVaultAccount(root));
    ana = Object.assign({}, people.ana, { root, key });
    await chain.act(people.ana, {
      name: "publishKey",
      args: { account: ana.address, encryptionKey: toHex(key.publicKey), vaultAccount: vault.address },
    });
    lena = await enrol(chain, people.lena);
    const asAna = await signInToRead(one.running, people.ana);
    asAnaAtOne = asAna;
    const at = { running: one.running, chain };
    labs = await addSealed(at, { subject: ana, as: asAna });
    consent = await giveConsent(at, { subject: ana, grantee: lena, as: asAna });
    asLena = {
      one: await signInToRead(one.running, people.lena),
      two: await signInToRead(two.running, people.lena),
    };
  }, 180_000);
  afterAll(async () => {
    for (const gateway of gateways) await gateway.kill();
    await chain?.stop();
    for (const folder of folders) await folder.remove();
  });

  const now = () => Math.floor(Date.now() / 1000);
  const infoOf = ({ running }: OneProcess) => running.service.gateway;

  /** Labs, sealed for this gateway as the patient's vault does it. */
  function sealFor(gateway: OneProcess) {
    const { address, encryptionKey } = infoOf(gateway);
    const seal = makeSeal(
      { place: chain.place, subject: ana.address, document: labs.document, gateway: address },
      {
        version: 1,
        category: "labs",
        epoch: 0,
        keyedBy: "category",
        key: compartmentKey(ana.root, { category: "labs", epoch: 0 }),
        dek: labs.dek,
        gatewayKey: fromHex(encryptionKey, 32),
      },
    );
    return { document: labs.document, version: 1, seal: toBase64Url(seal) };
  }

  /** As a page of another service calls: another origin, no cookie, no header of ours. */
  async function send(to: OneProcess, path: string, body: unknown) {
    const response = await fetch(`${to.url}${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Origin: "https://other.example", "Sec-Fetch-Site": "cross-site" },
      body: JSON.stringify(body),
    });
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(response.headers.get("Access-Control-Allow-Credentials")).toBeNull();
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  let last = 0;
  /** Each message is later than the one before, as the gateways want it. */
  async function sign(to: OneProcess, what: HandIn["what"], changes: Partial<HandIn> = {}, by = vault) {
    last = Math.max(now(), last + 1);
    const told = { subject: ana.address, gateway: infoOf(to).address, time: last, what, ...changes };
    const signature = await by.signTypedData(typedHandIn(chain.place, told));
    return { subject: told.subject, time: told.time, signature };
  }

  /** What a gateway says that it holds of hers. */
  async function askHeld(at: OneProcess, { of = at, time = now(), by = vault } = {}) {
    const told = { subject: ana.address, time };
    const signature = await by.signTypedData(typedAskHeld(chain.place, { ...told, gateway: infoOf(of).address }));
    return send(at, "/api/entrusted/held", { ...told, signature });
  }

  async function readAt(gateway: OneProcess, opening?: unknown) {
    const reader = gateway === one ? asLena.one : asLena.two;
    const at = { running: gateway.running, chain };
    const request = await makeRequest(at, { reader, consent, documents: [labs.document] });
    const signed = await signRequest(reader.sessionKey, request);
    const { status, body } = await reader.call("POST", "/api/releases", { ...signed, opening });
    return { status, body, result: (body["results"] as { reason?: string; release?: unknown }[] | undefined)?.[0] };
  }
  const reasonAt = async (gateway: OneProcess, opening?: unknown) =>
    (await readAt(gateway, opening)).result?.reason ?? "released";

  it("entrusts the second with seals from any page, by the vault's signature alone", async () => {
    // Its capsule told the first gateway only what it covers: the reader tells the second, and the scope proves it.
    expect(await reasonAt(two, consent.opening)).toBe("no-seal");
    const ask = await fetch(`${two.url}/api/entrusted/seals`, {
      method: "OPTIONS",
      headers: { Origin: "https://other.example", "Access-Control-Request-Method": "POST" },
    });
    expect(ask.headers.get("Access-Control-Allow-Headers")).toBe("Content-Type");
    const seals = [sealFor(two)];
    const answer = await send(two, "/api/entrusted/seals", { ...(await sign(two, seals)), seals });
    expect(answer).toMatchObject({ status: 200, body: { kept: 1, skipped: 0 } });
    expect(await reasonAt(two)).toBe("opening-missing");
    const altered = { ...consent.opening, categories: ["imaging", "labs"] };
    expect(await reasonAt(two, altered)).toBe("opening-missing");
    const { result, body } = await readAt(two, consent.opening);
    const release = releaseSchema.parse(result?.release);
    const content = openCapsule(
      { place: chain.place, subject: ana.address, grantee: lena.address, scope: consent.scope },
      { secretKey: lena.key.secretKey, bytes: consent.capsule },
    );
    const key = keyForRelease(content, release);
    if (key === null) throw new Error("The capsule has no key for this release.");
    expect(openRelease({ place: chain.place, subject: ana.address }, { release, key })).toEqual(labs.dek);
    const receipt = body["receipt"] as Parameters<typeof verifyReceipt>[0];
    expect(await verifyReceipt(receipt)).toBe("wallet");
    expect(receipt.body.gateway).toBe(infoOf(two).address);
  });

  it("is told which of her seals the second holds, by her vault's word alone", async () => {
    const { status, body } = await askHeld(two);
    expect({ status, next: body["next"] }).toEqual({ status: 200, next: null });
    expect(body["items"]).toMatchObject([{ document: labs.document, version: 1, keyedBy: "category" }]);
    const strangers = [{ by: people.lena as never }, { by: people.ana as never }, { time: now() - 300 }, { of: one }];
    for (const asked of strangers) expect(await askHeld(two, asked)).toMatchObject({ status: 401 });
  });

  it("is read at the second from a page of the first, by the wallet's sign-in and no session, and sees it with its receipt", async () => {
    const at = { running: two.running, chain };
    const { sessionKey, signIn } = await signInElsewhere(at, people.lena);
    const request = async () => makeRequest(at, { reader: asLena.two, consent, documents: [labs.document] });
    const ask = async (changes: Record<string, unknown> = {}, asked?: Awaited<ReturnType<typeof request>>) =>
      send(two, "/api/entrusted/releases", {
        ...(await signRequest(sessionKey, asked ?? (await request()))),
        opening: consent.opening,
        signIn,
        ...changes,
      });
    const { status, body } = await ask();
    expect({ status, results: body["results"] }).toMatchObject({ status: 200, results: [{ status: "released" }] });
    const receipt = receiptSchema.parse(body["receipt"]);
    expect(await verifyReceipt(receipt)).toBe("wallet");
    expect(receipt.body).toMatchObject({ gateway: infoOf(two).address, delegation: signIn });

    // Each request once, by the key that the sign-in names, for this gateway, and as long as the sign-in lasts.
    const once = await request();
    expect(await ask({}, once)).toMatchObject({ status: 200 });
    expect(await ask({}, once)).toMatchObject({ status: 409, body: { reason: "request-repeated" } });
    expect(await ask({}, { ...(await request()), gateway: infoOf(one).address })).toMatchObject({ status: 400 });
    expect(await ask({}, { ...(await request()), reader: people.ben.address })).toMatchObject({ status: 403 });
    const others = [
      { signIn: (await signInElsewhere(at, people.lena, { gateway: infoOf(one).address })).signIn, status: 400 },
      { signIn: (await signInElsewhere(at, people.lena, { seconds: -60 })).signIn, status: 401 },
      { signIn: (await signInElsewhere(at, people.lena)).signIn, status: 401 },
      { signIn: { ...signIn, signature: (await signInElsewhere(at, people.ben)).signIn.signature }, status: 401 },
      { signIn: (await signInElsewhere(at, people.ben)).signIn, status: 403 },
    ];
    for (const { signIn, status } of others) expect(await ask({ signIn })).toMatchObject({ status });
    // Nobody has one signed that begins later: it begins when the gateway made its nonce, and only this gateway makes one.
    const nonceOf = (key: Hex, seconds = 0) => createGatewayKey(key).makeNonce(now() + seconds);
    for (const nonce of [nonceOf(keys.one), nonceOf(keys.two, -90)])
      expect(await ask({ signIn: (await signInElsewhere(at, people.lena, { nonce })).signIn })).toMatchObject({
        ...{ status: 401, body: { reason: "sign-in-nonce" } },
      });
    // The first has her ordinary sign-in: it says other words, and counts for no page of another service.
    const ordinary = await askOrdinary();
    expect(await ask({ signIn: ordinary })).toMatchObject({ status: 400, body: { reason: "sign-in" } });

    // The bytes too, where the first has lost them: a block to who asks for this one, now, by the session's key.
    const bytes = randomBytes(100);
    const cid = await cidOfBlock(bytes);
    await asLena.two.call("PUT", `/api/blocks/${cid}`, bytes);
    async function askBlock({ of = two, time = now(), named = cid, key = sessionKey } = {}) {
      const asked = blockRequestBytes({ cid, gateway: infoOf(of).address, time });
      const signature = toBase64Url(await signWithSession(key, asked));
      return send(two, "/api/entrusted/blocks", { cid: named, time, signature, signIn });
    }
    expect(await askBlock()).toMatchObject({ status: 200, body: { bytes: toBase64Url(bytes) } });
    const another = await cidOfBlock(randomBytes(100));
    for (const asked of [{ of: one }, { time: now() - 300 }, { named: another }, { key: asLena.two.sessionKey }])
      expect(await askBlock(asked)).toMatchObject({ status: 401, body: { reason: "block-signature" } });

    async function askReceipts({ of = two, time = now(), by = vault } = {}) {
      const told = { subject: ana.address, time };
      const signature = await by.signTypedData(typedAskReceipts(chain.place, { ...told, gateway: infoOf(of).address }));
      return send(two, "/api/entrusted/receipts", { ...told, signature });
    }
    const seen = await askReceipts();
    const items = seen.body["items"] as { receipt: { body: { number: number } } }[];
    expect(items.map((item) => item.receipt.body.number)).toContain(receipt.body.number);
    const strangers = [{ by: people.lena as never }, { by: people.ana as never }, { time: now() - 300 }, { of: one }];
    for (const asked of strangers) expect(await askReceipts(asked)).toMatchObject({ status: 401 });
  });

  /** What Lena's wallet signed to sign in at the second by its own page. */
  async function askOrdinary() {
    const { publicKey } = asLena.two.sessionKey;
    const resources = sessionResources({ publicKey, gateway: infoOf(two).address });
    const message = await makeMessage(two.running, people.lena.address, { resources });
    return { message, signature: await people.lena.signMessage({ message }) };
  }

  it("is read by neither gateway, nor by both together", async () => {
    const releases = await Promise.all(
      [one, two].map(async (gateway) => releaseSchema.parse((await readAt(gateway, consent.opening)).result?.release)),
    );
    const secrets = [keys.one, keys.two].flatMap((key) => [createGatewayKey(key).secretKey, fromHex(key, 32)]);
    for (const release of releases) {
      const known = [...secrets, ...releases.map(({ wrappedDek }) => wrappedDek.slice(0, 32))];
      for (const key of known)
        expect(() => openRelease({ place: chain.place, subject: ana.address }, { release, key })).toThrow();
    }
    // What one was given is of no use to the other.
    const foreign = [sealFor(one)];
    expect(await send(two, "/api/entrusted/seals", { ...(await sign(two, foreign)), seals: foreign })).toMatchObject({
      status: 422,
    });
  });

  it("is spoken for by nobody else, for no other gateway, seals or time", async () => {
    const seals = [sealFor(two)];
    const good = await sign(two, seals);
    const cases = [
      { ...(await sign(two, seals, {}, people.lena as never)), seals },
      { ...good, seals: [{ ...seals[0], version: 2 }] },
      { ...good, seals: [...seals, ...seals] },
      { ...good, time: good.time + 1, seals },
      { ...(await sign(one, seals)), seals },
      { ...(await sign(two, seals, { time: now() - 300 })), seals },
      { ...good, subject: people.ben.address, seals },
    ];
    for (const body of cases) expect(await send(two, "/api/entrusted/seals", body)).toMatchObject({ status: 401 });
    const drops = [await sign(two, seals), await sign(one, "drop"), await sign(two, "drop", {}, people.lena as never)];
    for (const body of drops) expect(await send(two, "/api/entrusted/drop", body)).toMatchObject({ status: 401 });
    expect(await reasonAt(two, consent.opening)).toBe("released");
    const unknown = [{ ...sealFor(two), document: `0x${"0d".repeat(32)}` as const }];
    expect(await send(two, "/api/entrusted/seals", { ...(await sign(two, unknown)), seals: unknown })).toMatchObject({
      status: 409,
    });
  });

  it("is heard once by each message, and by none that is no later than the last one; her wallet has no say", async () => {
    const seals = [sealFor(two)];
    const [early, dropping] = [await sign(two, seals), await sign(two, "drop")];
    const repeated = { status: 401, body: { reason: "hand-in-repeated" } };
    const carried = { ...(await sign(two, seals)), seals };
    expect(await send(two, "/api/entrusted/seals", carried)).toMatchObject({ status: 200 });
    expect(await send(two, "/api/entrusted/seals", carried)).toMatchObject(repeated);
    expect(await send(two, "/api/entrusted/seals", { ...early, seals })).toMatchObject(repeated);
    expect(await send(two, "/api/entrusted/drop", dropping)).toMatchObject(repeated);
    const sameTime = await sign(two, "drop", { time: carried.time });
    expect(await send(two, "/api/entrusted/drop", sameTime)).toMatchObject(repeated);
    // The ledger names her vault's account: who stole her wallet alone neither hands in nor takes back.
    const byWallet = { status: 401, body: { reason: "hand-in-signature" } };
    const own = { ...(await sign(two, seals, {}, people.ana as never)), seals };
    expect(await send(two, "/api/entrusted/seals", own)).toMatchObject(byWallet);
    const drop = await sign(two, "drop", {}, people.ana as never);
    expect(await send(two, "/api/entrusted/drop", drop)).toMatchObject(byWallet);
    expect(await reasonAt(two, consent.opening)).toBe("released");
  });

  it(`hands over ${MANY} seals in parts, as her app does, without her wallet: what is held is not sent twice`, async () => {
    const { address, encryptionKey } = infoOf(two);
    const gatewayKey = fromHex(encryptionKey, 32);
    const key = compartmentKey(ana.root, { category: "labs", epoch: 0 });
    const wanted: Wanted[] = [];
    for (let at = 0; at < MANY; at += 50) {
      const anchors = Array.from({ length: Math.min(50, MANY - at) }, () => ({
        ...{ document: toHex(randomBytes(32)), manifest: toHex(randomBytes(32)), version: 1 },
      }));
      await chain.act(people.ana, { name: "anchorMany", args: { subject: ana.address, anchors } });
      for (const { document } of anchors)
        wanted.push({ document, version: 1, category: "labs", keyedBy: "category", manifestBytes: randomBytes(0) });
    }
    // The app counts its times on by itself: what this file signs after it must be later still.
    function signLater(typed: Parameters<typeof vault.signTypedData>[0]) {
      last = Math.max(last, Number((typed.message as { time: number }).time));
      return vault.signTypedData(typed);
    }
    const talk = createTalk(
      async (path, { schema, body }) => {
        const { status, body: answer } = await send(two, path, body);
        if (status !== 200)
          throw new Failure(answer["code"] as "conflict", "No.", { reason: String(answer["reason"]) });
        return schema.parse(answer);
      },
      { place: chain.place, subject: ana.address, gateway: address, sign: signLater },
    );
    const held = await talk.readHeld();
    const before = held.size;
    let parts = 0;
    const began = performance.now();
    const complete = await handOverSeals({
      wanted: () => wanted,
      held,
      goesOn: () => true,
      make: async (some) =>
        some.map(({ document }) => {
          const name = { place: chain.place, subject: ana.address, document, gateway: address };
          const sealing = { version: 1, category: "labs", epoch: 0, keyedBy: "category" as const, key, gatewayKey };
          return { document, version: 1, seal: toBase64Url(makeSeal(name, { ...sealing, dek: randomBytes(32) })) };
        }),
      handIn: talk.handIn,
      onPart: () => (parts += 1),
    });
    if (MANY > 60)
      console.log(`${MANY} seals: ${((performance.now() - began) / 1000).toFixed(1)} s, ${parts - 1} parts`);
    expect({ complete, parts }).toEqual({ complete: true, parts: Math.ceil(MANY / 50) + 1 });
    expect((await talk.readHeld()).size).toBe(before + MANY);
  }, 900_000);

  it("drops the second, which then opens nothing, while the first goes on; and a revoke ends both", async () => {
    const seals = [sealFor(two)];
    expect(await send(two, "/api/entrusted/drop", await sign(two, "drop"))).toMatchObject({
      body: { dropped: 1 + MANY },
    });
    expect((await askHeld(two)).body).toEqual({ items: [], next: null });
    expect(await reasonAt(two, consent.opening)).toBe("no-seal");
    expect(await reasonAt(one)).toBe("released");
    expect((await send(two, "/api/entrusted/drop", await sign(two, "drop"))).body).toEqual({ dropped: 0 });
    const again = await sign(two, seals);
    expect((await send(two, "/api/entrusted/seals", { ...again, seals })).body).toMatchObject({ kept: 1 });
    await eventually(async () => (await reasonAt(two, consent.opening)) === "released");
    const { subject, grantee, scope } = consent;
    // A signed revoke that was sent to nobody yet: who hears of it stops, who does not goes on until it is on the ledger.
    const revoke = { subject, grantee, scope, ceiling: 1 };
    const tell = async (args: typeof revoke, by = vault, name = "revoke" as const) =>
      send(two, "/api/entrusted/revokes", {
        act: { name, args },
        signature: await by.signTypedData(typedRevoke(chain.place, args) as never),
      });
    expect(await tell(revoke, people.lena as never)).toMatchObject({ status: 403 });
    expect(await reasonAt(two, consent.opening)).toBe("released");
    // One that nobody gave may be one that its node does not show it yet: it is not told, and says so.
    expect(await tell({ ...revoke, scope: toHex(randomBytes(32)) })).toMatchObject({
      ...{ status: 503, body: { reason: "consent-unseen" } },
    });
    expect(await tell(revoke)).toMatchObject({ status: 200, body: { heard: 1 } });
    expect(await tell(revoke, vault, "renounce" as never)).toMatchObject({ status: 400 });
    expect([await reasonAt(two, consent.opening), await reasonAt(one)]).toEqual(["revoke-received", "released"]);
    await chain.act(people.ana, { name: "revoke", args: revoke });
    expect(await tell(revoke)).toMatchObject({ status: 409, body: { reason: "AlreadyEnded" } });
    expect(await Promise.all([one, two].map((each) => reasonAt(each, consent.opening)))).toEqual([
      "consent-revoked",
      "consent-revoked",
    ]);
    const answer = await read(
      { running: one.running, chain },
      { reader: asLena.one, consent, documents: [labs.document] },
    );
    expect(answer.receipt?.body).toMatchObject({ kind: "refused", reason: "consent-revoked" });
  });

  it("has the second destroy what it holds of a document that she took out, by her vault's word alone", async () => {
    const { document } = labs;
    const subject = ana.address;
    async function askErase({ of = two, time = now(), by = vault, meant = document } = {}) {
      const typed = typedAskErasure(chain.place, { subject, gateway: infoOf(of).address, document: meant, time });
      return send(two, "/api/entrusted/erase", { subject, document, time, signature: await by.signTypedData(typed) });
    }
    // As long as it is part of her records, and by nobody else, for no other gateway, document or time.
    expect(await askErase()).toMatchObject({ status: 409, body: { reason: "not-withdrawn" } });
    await chain.act(people.ana, { name: "withdraw", args: { account: subject, subject, document } });
    const strangers = [
      { by: people.lena as never },
      { by: people.ana as never },
      { of: one },
      { time: now() - 300 },
      { meant: `0x${"0d".repeat(32)}` as const },
    ];
    for (const asked of strangers) expect(await askErase(asked)).toMatchObject({ status: 401 });
    expect((await askHeld(two)).body["items"]).toHaveLength(1);

    await eventually(async () => (await askErase()).status === 200);
    const { body } = await askErase();
    const certificate = erasureCertificateSchema.parse(body);
    const meant = { place: chain.place, subject, document };
    await requireErasure(certificate, { ...meant, gateway: infoOf(two).address });
    await expect(requireErasure(certificate, { ...meant, gateway: infoOf(one).address })).rejects.toMatchObject({
      reason: "other-erasure",
    });
    expect(certificate.body).toMatchObject({ seals: 1, ended: { act: "withdraw", by: subject } });
    expect((await askErase()).body).toEqual(body);
    expect((await askHeld(two)).body["items"]).toEqual([]);
    // The first was asked nothing.
    const { body: erasures } = await asAnaAtOne.call("GET", "/api/erasures");
    expect(erasures["items"]).toEqual([]);
  });
});
