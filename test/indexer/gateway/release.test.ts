// Opening documents, and every way in which that is refused, on the real chain, database and IPFS node.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toBase64Url } from "#protocol/bytes.ts";
import { CONTRIBUTE, MANAGE, READ } from "#protocol/codes/index.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { openRelease, releaseSchema } from "#protocol/documents/index.ts";
import { keyForRelease, openCapsule } from "#protocol/keys/index.ts";
import { signRequest, verifyReceipt } from "#protocol/receipts/index.ts";
import { actToJson, typedAct } from "#protocol/typed-data/index.ts";
import { createGateway } from "#indexer/gateway/index.ts";
import type { RunningService } from "#indexer/index.ts";
import { createSync } from "#indexer/sync/index.ts";
import { people, startChain } from "../support/chain.ts";
import type { TestChain } from "../support/chain.ts";
import {
  addSealed,
  funded,
  giveConsent,
  holdMining,
  makeRequest,
  read,
  sendRequest,
  signInToRead,
} from "../support/reading.ts";
import type { Reader, Sealed } from "../support/reading.ts";
import { eventually, makeFolder, openStream, startTestService } from "../support/service.ts";
import { enrol, getVerified, word } from "../support/story.ts";
import type { Keyed } from "../support/story.ts";

describe("Reading under a consent", () => {
  let chain: TestChain;
  let running: RunningService;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let ana: Keyed;
  let lena: Keyed;
  let tomas: Keyed;
  let clinic: Keyed;
  let asAna: Reader;
  let asLena: Reader;
  let asTomas: Reader;
  let blood: Sealed;
  let film: Sealed;
  const at = () => ({ running, chain });
  const consent = (wish: Parameters<typeof giveConsent>[2] = {}) =>
    giveConsent(at(), { subject: ana, grantee: lena, as: asAna }, wish);
  const reasonsOf = (answer: Awaited<ReturnType<typeof read>>) => answer.results.map(({ reason }) => reason);

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder, funded);
    [ana, lena, tomas, clinic] = (await Promise.all(
      [people.ana, people.lena, people.tomas, people.clinic].map((person) => enrol(chain, person)),
    )) as [Keyed, Keyed, Keyed, Keyed];
    [asAna, asLena, asTomas] = (await Promise.all(
      [people.ana, people.lena, people.tomas].map((person) => signInToRead(running, person)),
    )) as [Reader, Reader, Reader];
    blood = await addSealed(at(), { subject: ana, as: asAna });
    film = await addSealed(at(), { subject: ana, as: asAna, category: "imaging" });
  });
  afterAll(async () => {
    await running.stop();
    await chain.stop();
    await folder.remove();
  });

  it("opens for the grantee exactly what was sealed, and leaves a receipt that anybody can check", async () => {
    const given = await consent();
    const stream = openStream(running.url, asAna.cookie);
    const answer = await read(at(), { reader: asLena, consent: given, documents: [blood.document] });
    expect(answer.status).toBe(200);
    const release = releaseSchema.parse(answer.results[0]?.release);
    const content = openCapsule(
      { place: chain.place, subject: ana.address, grantee: lena.address, scope: given.scope },
      { secretKey: lena.key.secretKey, bytes: given.capsule },
    );
    const key = keyForRelease(content, release);
    expect(key).not.toBeNull();
    if (key === null || answer.receipt === null) return;
    expect(openRelease({ place: chain.place, subject: ana.address }, { release, key })).toEqual(blood.dek);
    expect(await verifyReceipt(answer.receipt)).toBe("wallet");
    expect(answer.receipt.body).toMatchObject({
      kind: "released",
      results: [{ document: blood.document, version: 1, reason: null }],
    });
    const told = await eventually(async () => stream.events.find(({ event }) => event === "receipt"));
    expect(told.data).toMatchObject({
      kind: "released",
      reader: lena.address,
      purpose: "TREAT",
      number: answer.receipt.body.number,
    });
    await stream.close();
  });

  it("decides about each document of one request by itself", async () => {
    const given = await consent();
    const [withdrawn, rejected] = [await addSealed(at(), { subject: ana, as: asAna }), word()];
    await chain.act(ana, {
      name: "withdraw",
      args: { account: ana.address, subject: ana.address, document: withdrawn.document },
    });
    const answer = await read(at(), {
      reader: asLena,
      consent: given,
      documents: [blood.document, film.document, withdrawn.document, rejected],
    });
    expect(reasonsOf(answer)).toEqual([undefined, "category-not-covered", "withdrawn", "no-seal"]);
    expect(answer.receipt?.body.results.map(({ reason }) => reason)).toEqual([
      null,
      "category-not-covered",
      "withdrawn",
      "no-seal",
    ]);
    expect(answer.receipt?.body).toMatchObject({ kind: "released", reason: null });
  });

  it("is for the purposes that the patient named, and for narrower ones, and no others", async () => {
    const given = await consent();
    const ask = (purpose: string) =>
      read(at(), { reader: asLena, consent: given, documents: [blood.document], purpose });
    expect(reasonsOf(await ask("HRESCH"))).toEqual(["purpose-not-covered"]);
    expect(reasonsOf(await ask("COC"))).toEqual([undefined]);
  });

  it("of single documents opens those, by their own key, and no other of the same category", async () => {
    const named = await addSealed(at(), { subject: ana, as: asAna });
    await addSealed(at(), { subject: ana, as: asAna, keyedBy: "document", document: named.document });
    const given = await consent({ categories: [], documents: [named.document] });
    const answer = await read(at(), { reader: asLena, consent: given, documents: [named.document, blood.document] });
    expect(reasonsOf(answer)).toEqual([undefined, "document-not-covered"]);
    expect(answer.results[0]?.release).toMatchObject({ keyedBy: "document" });
  });

  it("ends with the number of openings that the patient allowed", async () => {
    const given = await consent({ terms: { uses: 2 } });
    const ask = (...documents: Sealed["document"][]) => read(at(), { reader: asLena, consent: given, documents });
    const more = await addSealed(at(), { subject: ana, as: asAna });
    expect(reasonsOf(await ask(blood.document))).toEqual([undefined]);
    expect(reasonsOf(await ask(blood.document, more.document))).toEqual([undefined, "uses-exhausted"]);
    expect(reasonsOf(await ask(blood.document))).toEqual(["uses-exhausted"]);
  });

  it("that allows one opening gives one, however many are asked for at the same moment", async () => {
    const given = await consent({ terms: { uses: 1 } });
    const ask = () => read(at(), { reader: asLena, consent: given, documents: [blood.document] });
    const answers = await Promise.all(Array.from({ length: 8 }, ask));
    const opened = answers.flatMap(({ results }) => results).filter(({ release }) => release);
    expect(opened).toHaveLength(1);
    expect(new Set(answers.flatMap(reasonsOf))).toEqual(new Set([undefined, "uses-exhausted"]));
  });

  it("is refused in words once it was revoked, renounced or replaced, and the refusal is recorded", async () => {
    const [revoked, renounced, replaced] = [await consent(), await consent(), await consent()];
    const name = (given: typeof revoked) => ({ subject: given.subject, grantee: given.grantee, scope: given.scope });
    await chain.act(ana, { name: "revoke", args: { ...name(revoked), ceiling: 1 } });
    await chain.act(lena, { name: "renounce", args: name(renounced) });
    await consent({ replaces: replaced.scope });
    const ask = (given: typeof revoked) => read(at(), { reader: asLena, consent: given, documents: [blood.document] });
    const answer = await ask(revoked);
    expect(answer.results[0]).toMatchObject({
      status: "refused",
      reason: "consent-revoked",
      detail: expect.stringContaining("revoked"),
    });
    expect(answer.receipt?.body).toMatchObject({ kind: "refused", reason: "consent-revoked" });
    expect(reasonsOf(await ask(renounced))).toEqual(["consent-renounced"]);
    expect(reasonsOf(await ask(replaced))).toEqual(["consent-superseded"]);
  });

  it("that has not begun, or lets one add but not read, opens nothing", async () => {
    const later = await consent({ begins: 600 });
    const adding = await consent({ ops: CONTRIBUTE });
    const ask = (given: typeof later) => read(at(), { reader: asLena, consent: given, documents: [blood.document] });
    expect(reasonsOf(await ask(later))).toEqual(["not-yet-begun"]);
    expect(reasonsOf(await ask(adding))).toEqual(["op-not-covered"]);
  });

  /** Asks a gateway of the same key and database as the running one, with settings or a clock of its own. */
  async function askAnother(
    given: Awaited<ReturnType<typeof consent>>,
    {
      settings = {},
      now,
      documents = [blood.document],
    }: { settings?: Parameters<typeof createGateway>[1]; now?: () => number; documents?: Sealed["document"][] },
  ) {
    const { service } = running;
    const gateway = await createGateway(now === undefined ? service : { ...service, now }, settings);
    const request = await makeRequest(at(), { reader: asLena, consent: given, documents });
    const signed = await signRequest(asLena.sessionKey, now === undefined ? request : { ...request, time: now() });
    const [session] = await service.database.query<{
      account: string;
      session_key: string;
      message: string;
      signature: `0x${string}`;
    }>("select * from sessions where session_key = $1", [toBase64Url(asLena.sessionKey.publicKey)]);
    if (session === undefined) throw new Error("Lena has no session.");
    const { outcomes } = await gateway.release({
      session: {
        id: "",
        account: lena.address,
        sessionKey: session.session_key,
        organisation: null,
        message: session.message,
        signature: session.signature,
        createdAt: 0,
        expiresAt: signed.request.time + 3_600,
      },
      signed,
      network: { address: "", agent: "" },
      opening: given.opening,
    });
    return outcomes.map(({ reason }) => reason);
  }

  it("ends by the gateway's clock too: on a chain whose time stands still, nothing lives for ever", async () => {
    const given = await consent({ seconds: 3_000 });
    const goOn = await holdMining(chain);
    try {
      const settings = { maxLag: 10_000 };
      const before = () => given.expiresAt - 1;
      expect(await askAnother(given, { settings, now: before })).toEqual([null]);
      expect(await askAnother(given, { settings, now: () => given.expiresAt })).toEqual(["consent-expired"]);
      expect((await chain.client.getBlock()).timestamp).toBeLessThan(given.expiresAt);
      expect(reasonsOf(await read(at(), { reader: asLena, consent: given, documents: [blood.document] }))).toEqual([
        undefined,
      ]);
    } finally {
      await goOn();
    }
  });

  it("opens so many documents a day, and goes on the day after", async () => {
    const given = await consent({ seconds: 5 * 86_400 });
    const settings = { documentsADay: 1, maxLag: 10 * 86_400 };
    const today = given.expiresAt - 3 * 86_400;
    expect(await askAnother(given, { settings, now: () => today })).toEqual([null]);
    expect(await askAnother(given, { settings, now: () => today + 86_400 })).toEqual(["quota-exceeded"]);
    expect(await askAnother(given, { settings, now: () => today + 86_401 })).toEqual([null]);
  });

  it("is refused while the node does not see the newest blocks", async () => {
    const given = await consent();
    const goOn = await holdMining(chain);
    try {
      const { timestamp } = await chain.client.getBlock();
      const now = () => Number(timestamp) + 61;
      expect(await askAnother(given, { settings: { maxLag: 60 }, now })).toEqual(["node-lagging"]);
      expect(await askAnother(given, { settings: { maxLag: 61 }, now })).toEqual([null]);
    } finally {
      await goOn();
    }
  });

  it("stops the moment a signed revoke is received, before any block holds it", async () => {
    const given = await consent();
    const goOn = await holdMining(chain);
    try {
      const act = {
        name: "revoke",
        args: { subject: ana.address, grantee: lena.address, scope: given.scope, ceiling: 1 },
      } as const;
      const signature = await people.ana.signTypedData(typedAct(chain.place, act) as never);
      expect((await asAna.call("POST", "/api/relay", { act: actToJson(act), signature })).status).toBe(202);
      const active = await chain.client.readContract({
        address: chain.deployment.ledger,
        abi: ledgerAbi,
        functionName: "effectiveStatus",
        args: [ana.address, lena.address, given.scope],
      });
      expect(active).toBe(1);
      expect(reasonsOf(await read(at(), { reader: asLena, consent: given, documents: [blood.document] }))).toEqual([
        "revoke-received",
      ]);
    } finally {
      await goOn();
    }
    await eventually(
      async () =>
        reasonsOf(await read(at(), { reader: asLena, consent: given, documents: [blood.document] }))[0] ===
        "consent-revoked",
    );
  });

  it("gives a stranger one same answer about every patient, document and consent, and the patient sees the attempt", async () => {
    const given = await consent();
    const ofOthers = { ...given, grantee: tomas.address };
    const unknownScope = { ...ofOthers, scope: word() };
    const nobody = { ...unknownScope, subject: people.sam.address };
    const answers = [];
    for (const asked of [ofOthers, unknownScope, nobody]) {
      answers.push(await read(at(), { reader: asTomas, consent: asked, documents: [blood.document] }));
    }
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual(answers[0]?.body);
      expect(answer.receipt).toBeNull();
    }
    expect(reasonsOf(answers[0] ?? { status: 0, results: [], receipt: null, body: {} })).toEqual(["no-consent"]);
    // Not even the numbers of receipts come back to a stranger, who could count a patient's reads by them.
    expect((await asTomas.call("GET", "/api/receipts?as=reader")).body.items).toEqual([]);
    const seen = await asAna.call("GET", "/api/receipts?as=subject&limit=2");
    for (const item of seen.body.items) {
      expect(item["receipt"]).toMatchObject({
        body: { kind: "refused", reason: "no-consent", request: { request: { reader: tomas.address } } },
      });
    }
    const number = (seen.body.items[0]?.["receipt"] as { body: { number: number } }).body.number;
    expect((await asTomas.call("GET", `/api/receipts/${number}/proof`)).status).toBe(404);
  });

  it("reaches an organisation's members by their role, for as long as they are members", async () => {
    await getVerified(chain, people.clinic, { name: "Sunrise Clinic", specialty: "All", place: "Here" }, 7);
    const given = await giveConsent(
      at(),
      { subject: ana, grantee: clinic, as: asAna },
      { categories: ["profile", "labs"] },
    );
    const profile = await addSealed(at(), { subject: ana, as: asAna, category: "profile" });
    const forClinic = await signInToRead(running, people.lena, clinic.address);
    const ask = () => read(at(), { reader: forClinic, consent: given, documents: [blood.document, profile.document] });
    const membership = { organisation: clinic.address, member: lena.address };
    expect(reasonsOf(await ask())).toEqual(["no-consent", "no-consent"]);
    await chain.act(people.clinic, { name: "addMember", args: { ...membership, role: 3 } });
    expect(reasonsOf(await ask())).toEqual(["reader-not-entitled", undefined]);
    await chain.act(people.clinic, { name: "removeMember", args: membership });
    await chain.act(people.clinic, { name: "addMember", args: { ...membership, role: 1 } });
    const answer = await ask();
    expect(reasonsOf(answer)).toEqual([undefined, undefined]);
    if (answer.receipt !== null) expect(await verifyReceipt(answer.receipt)).toBe("wallet");
    await chain.act(people.clinic, { name: "removeMember", args: membership });
    expect(reasonsOf(await ask())).toEqual(["no-consent", "no-consent"]);
    const own = await read(at(), { reader: asLena, consent: given, documents: [blood.document] });
    expect(own).toMatchObject({ status: 403, body: { reason: "other-grantee" } });
  });

  it("takes no request that is repeated, old, of another chain, or not signed by the session", async () => {
    const given = await consent();
    const request = await makeRequest(at(), { reader: asLena, consent: given, documents: [blood.document] });
    const sign = (changes: Partial<typeof request>, reader = asLena) =>
      signRequest(reader.sessionKey, { ...request, requestId: `0x${word().slice(2, 34)}`, ...changes });
    const good = await sign({});
    expect((await sendRequest(asLena, good)).status).toBe(200);
    expect(await sendRequest(asLena, good)).toMatchObject({ status: 409, body: { reason: "request-repeated" } });
    const cases = [
      [await sign({ time: request.time - 120 }), 400, "request-time"],
      [await sign({ recentBlock: { ...request.recentBlock, hash: word() } }), 400, "request-block"],
      [await sign({ gateway: people.sam.address }), 400, "other-gateway"],
      [await sign({ reader: tomas.address }), 403, "other-reader"],
      [await sign({ op: CONTRIBUTE }), 400, "op"],
      [await sign({ purpose: "CURIOSITY" }), 400, "purpose"],
      [await sign({}, asTomas), 401, "request-signature"],
      [{ ...good, request: { ...good.request, requestId: `0x${"ab".repeat(16)}` as const } }, 401, "request-signature"],
    ] as const;
    for (const [signed, status, reason] of cases)
      expect(await sendRequest(asLena, signed)).toMatchObject({ status, body: { reason } });
    // Signed for a moment after the session's end, which no receipt could prove.
    await running.service.database.query("update sessions set expires_at = $1 where account = $2", [
      Math.floor(Date.now() / 1000) + 20,
      asLena.address,
    ]);
    const late = await sign({ time: Math.floor(Date.now() / 1000) + 50 });
    expect(await sendRequest(asLena, late)).toMatchObject({ status: 401, body: { reason: "session-over" } });
    const before = await running.service.database.query("select 1 from receipts where request_id = $1", [
      `0x${"ab".repeat(16)}`,
    ]);
    expect(before).toEqual([]);
  });

  // The last one: it ends the service's own reading of the chain.
  it("that a proxy granted or prolonged opens nothing before the index knows who did, and then no more than they may give", async () => {
    const ben = await enrol(chain, people.ben);
    const mandate = await giveConsent(
      at(),
      { subject: ana, grantee: ben, as: asAna },
      { kind: "appoint", ops: MANAGE + READ },
    );
    const both = { categories: ["labs", "imaging"], seconds: 600 };
    const own = await consent(both);
    await running.service.writer.stop();
    const byProxy = { proxy: people.ben, mandate: mandate.scope };
    const granted = await consent({ ...both, byProxy, unseen: true });
    const { subject, grantee, scope, expiresAt, opening } = own;
    const renewal = { subject, grantee, scope, expiresAt: expiresAt + 60, deadline: expiresAt };
    const documents = [blood.document, film.document];
    expect(await askAnother(own, { documents })).toEqual([null, null]);
    await chain.signedAct(
      people.ben,
      { name: "renewByProxy", args: { proxy: ben.address, mandate: mandate.scope, ...renewal } },
      { opening },
    );
    for (const given of [granted, own]) {
      const settings = { indexWaitMs: 100 };
      expect(await askAnother(given, { settings, documents })).toEqual(["node-lagging", "node-lagging"]);
      const [last] = await running.service.database.query<object>(
        "select scope, kind, reason from receipts order by number desc limit 1",
      );
      expect(last).toEqual({ scope: given.scope, kind: "refused", reason: "node-lagging" });
    }
    // Who comes right after a grant waits for the index.
    const asked = [granted, own].map((given) => askAnother(given, { settings: { indexWaitMs: 30_000 }, documents }));
    const sync = createSync(running.service);
    await sync.start();
    try {
      for (const answer of asked) expect(await answer).toEqual([null, "beyond-mandate"]);
    } finally {
      await sync.stop();
    }
  });
});
