// Erasing: what opened a document is searched for in every table, in every file byte by byte, on the IPFS node and on the
// chain, and is not there any more. Each search has a control: the same search found it all before.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Hex } from "viem";
import { toBase64Url } from "#protocol/bytes.ts";
import { CONTRIBUTE } from "#protocol/codes/index.ts";
import {
  encodeManifest,
  manifestCid,
  manifestDigest,
  openRelease,
  releaseSchema,
  type Manifest,
} from "#protocol/documents/index.ts";
import {
  decodeErasure,
  encodeErasure,
  erasureCertificateSchema,
  MAX_ERASED_VERSIONS,
  verifyErasure,
  type ErasureCertificate,
} from "#protocol/erasure/index.ts";
import { keyForRelease, openCapsule } from "#protocol/keys/index.ts";
import type { Act } from "#protocol/typed-data/index.ts";
import type { RunningService } from "#indexer/index.ts";
import { beginErasure, finishErasure } from "#indexer/store/erasures.ts";
import { writeSeal } from "#indexer/store/seals.ts";
import { people, startChain, type Person, type TestChain } from "../support/chain.ts";
import { onPostgres } from "../support/database.ts";
import { storeDocument, type StoredDocument } from "../support/document.ts";
import { funded, giveConsent, read, signInToRead, type Consent, type Reader } from "../support/reading.ts";
import { makeFolder, startTestService } from "../support/service.ts";
import { chainTime, enrol, getVerified, word, type Keyed } from "../support/story.ts";

/** What is looked for: its name, and pieces of it, each of which would tell that it is there. */
type Needle = { name: string; pieces: Buffer[] };

const PIECE = 32;
/** An end is final once the ledger's clock is so many seconds beyond it: far more than a test takes to ask. */
const FINAL_SECONDS = 60;

/** The whole of something short, piece by piece; of something long its beginning, middle and end. */
function needleOf(name: string, bytes: Uint8Array): Needle {
  const all = Array.from({ length: Math.floor(bytes.length / PIECE) }, (_, at) =>
    Buffer.from(bytes.slice(at * PIECE, (at + 1) * PIECE)),
  );
  const most = 10;
  const step = Math.max(1, Math.ceil(all.length / most));
  return { name, pieces: all.filter((_, at) => at % step === 0) };
}

/** As the bytes themselves, and in hex and base64 for what is text. */
const spellings = (piece: Buffer): Buffer[] => [
  piece,
  Buffer.from(piece.toString("hex")),
  Buffer.from(piece.toString("base64").slice(0, 40)),
  Buffer.from(piece.toString("base64url").slice(0, 40)),
];

function find(hay: Buffer, needles: readonly Needle[], spell: (piece: Buffer) => Buffer[]): string[] {
  return needles
    .filter(({ pieces }) => pieces.some((piece) => spell(piece).some((bytes) => hay.includes(bytes))))
    .map(({ name }) => name);
}

describe("An erasure", () => {
  let chain: TestChain;
  let running: RunningService;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let [ana, lena, ben]: Keyed[] = [];
  let asAna: Reader;
  let asLena: Reader;
  let asBen: Reader;
  let consent: Consent;
  let first: StoredDocument;
  let second: StoredDocument;
  let certificate: ErasureCertificate;
  let contribution: Consent;

  const place = () => ({ running, chain });
  const known = (person: Keyed | undefined): Keyed => {
    if (person === undefined) throw new Error("Not enrolled yet.");
    return person;
  };
  const erase = (as: Reader, document: StoredDocument) =>
    as.call("POST", "/api/erasures", { document: document.document });
  async function withdraw(person: Person, { document }: { document: Hex }): Promise<void> {
    const { address } = person;
    await chain.act(person, { name: "withdraw", args: { account: address, subject: address, document } });
    await running.service.sync.waitFor(Number(await chain.client.getBlockNumber()), 20_000);
  }

  /** Lets the ledger's clock go on until all that happened so far is final. */
  async function settle(): Promise<void> {
    await chain.client.increaseTime({ seconds: FINAL_SECONDS + 1 });
    await chain.client.mine({ blocks: 2 });
    await running.service.sync.waitFor(Number(await chain.client.getBlockNumber()), 20_000);
  }
  /** Withdraws a document for good and has it erased: what became of its versions, and how many seals went. */
  async function withdrawAndErase(
    person: Person,
    as: Reader,
    document: { document: Hex },
  ): Promise<ErasureCertificate["body"]> {
    await withdraw(person, document);
    await settle();
    const answer = await as.call("POST", "/api/erasures", { document: document.document });
    return erasureCertificateSchema.parse(answer.body).body;
  }
  /** A manifest of a new document of this person's that names another document's body; put here, and not on the ledger. */
  async function claim(
    { address }: Person,
    as: Reader,
    of: StoredDocument,
    version = 1,
  ): Promise<{ document: Hex; manifest: Hex }> {
    const [bytes = new Uint8Array()] = [...of.blocks.values()].slice(-1);
    const document = version === 1 ? word() : of.document;
    const taken = JSON.parse(Buffer.from(bytes).toString()) as Manifest;
    const manifest = encodeManifest({ ...taken, document, version, subject: address, author: address });
    const digest = manifestDigest(manifest);
    expect((await as.call("PUT", `/api/blocks/${manifestCid(digest)}`, manifest)).status).toBe(201);
    return { document, manifest: digest };
  }
  const anchor = (person: Person, { document, manifest }: { document: Hex; manifest: Hex }) =>
    chain.act(person, { name: "anchor", args: { subject: person.address, document, manifest, version: 1 } });
  /** How many blocks of a document this node holds. */
  async function countHeld(of: StoredDocument): Promise<number> {
    const there = await Promise.all([...of.blocks.keys()].map((cid) => running.service.ipfs.has(cid)));
    return there.filter(Boolean).length;
  }
  /** The name of the seals' file, which is another one after each time that it was written anew. */
  async function sealsFile(): Promise<unknown> {
    const [row] = await running.service.database.query("select pg_relation_filenode('seals'::regclass) as file");
    return row;
  }

  /** Everything that could open the document, or is it: never the root. */
  function needles(): Needle[] {
    return [first, second].flatMap((one) => {
      const of = (name: string) => `${name} of version ${one.version}`;
      const blocks = [...one.blocks.values()];
      return [
        ...one.seals.map((seal, at) => needleOf(of(`seal ${at}`), seal)),
        ...blocks.map((bytes, at) => needleOf(of(`block ${at}`), bytes)),
      ];
    });
  }
  const deks = () => [first, second].map((one) => needleOf(`the key of version ${one.version}`, one.dek));

  /** Every file below the service's folder: database, its log, blocks, the IPFS node's own notes. */
  async function searchFiles(wanted: readonly Needle[]): Promise<string[]> {
    const found = new Set<string>();
    for (const entry of await readdir(folder.folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0));
      for (const name of find(bytes, wanted, (piece) => [piece])) found.add(name);
    }
    return [...found].toSorted();
  }
  /** Every row of every table, as text. */
  async function searchTables(wanted: readonly Needle[]): Promise<{ found: string[]; tables: number }> {
    const { database } = running.service;
    const tables = await database.query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'",
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const rows = await database.query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`);
      texts.push(...rows.map(({ row }) => row));
    }
    return { found: find(Buffer.from(texts.join("\n")), wanted, spellings).toSorted(), tables: tables.length };
  }
  /** Calldata and logs of every transaction. */
  async function searchChain(wanted: readonly Needle[]): Promise<string[]> {
    const last = await chain.client.getBlockNumber();
    const parts: Buffer[] = [];
    const hex = (text: string): Buffer => Buffer.from(text.slice(2), "hex");
    for (let number = 0n; number <= last; number += 1n) {
      const block = await chain.client.getBlock({ blockNumber: number, includeTransactions: true });
      parts.push(...block.transactions.map(({ input }) => hex(input)));
    }
    const logs = await chain.client.getLogs({ fromBlock: 0n, toBlock: last });
    parts.push(...logs.flatMap(({ topics, data }) => [...topics, data].map(hex)));
    return find(Buffer.concat(parts), wanted, (piece) => [piece]);
  }
  const heldBlocks = async (): Promise<number> => (await countHeld(first)) + (await countHeld(second));

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder, {
      ...funded,
      PLACET_FINALITY_SECONDS: String(FINAL_SECONDS),
    });
    [ana, lena, ben] = [
      await enrol(chain, people.ana),
      await enrol(chain, people.lena),
      await enrol(chain, people.ben),
    ];
    await getVerified(chain, people.lena, { name: "Dr Lena Lindqvist", specialty: "Cardiology", place: "Uppsala" });
    asAna = await signInToRead(running, people.ana);
    asLena = await signInToRead(running, people.lena);
    asBen = await signInToRead(running, people.ben);
    const subject = known(ana);
    first = await storeDocument(place(), { subject, as: asAna });
    second = await storeDocument(place(), { subject, as: asAna, before: first });
    consent = await giveConsent(place(), { subject, grantee: known(lena), as: asAna });
    const wish = { ops: CONTRIBUTE, seconds: 86_400 };
    contribution = await giveConsent(place(), { subject, grantee: known(lena), as: asAna }, wish);
  });
  afterAll(async () => {
    await running?.stop();
    await chain?.stop();
    await folder?.remove();
  });

  it("is for what was taken out of the chart, by its patient alone", async () => {
    expect((await erase(asAna, second)).body).toMatchObject({ code: "conflict", reason: "not-withdrawn" });
    expect((await erase(asLena, second)).status).toBe(404);
    const { results } = await read(place(), { reader: asLena, consent, documents: [first.document] });
    const content = openCapsule(
      { place: chain.place, subject: known(ana).address, grantee: people.lena.address, scope: consent.scope },
      { secretKey: known(lena).key.secretKey, bytes: consent.capsule },
    );
    const release = releaseSchema.parse(results[0]?.release);
    const key = keyForRelease(content, release);
    if (key === null) throw new Error("The capsule does not open this.");
    // The search below looks for the very key that opened it here.
    expect(openRelease({ place: chain.place, subject: known(ana).address }, { release, key })).toEqual(first.dek);
  });

  it("begins where all of it is there: the control of the search", async () => {
    const all = needles().map(({ name }) => name);
    const [files, tables] = [await searchFiles(needles()), await searchTables(needles())];
    expect(new Set([...files, ...tables.found])).toEqual(new Set(all));
    const seals = all.filter((name) => name.startsWith("seal"));
    expect(tables.found).toEqual(seals.toSorted());
    if (!onPostgres) expect(files).toEqual(all.toSorted());
    expect(await heldBlocks()).toBe(first.blocks.size + second.blocks.size);
    expect([...(await searchFiles(deks())), ...(await searchTables(deks())).found]).toEqual([]);
  });

  it("leaves nothing that opens the document without the patient's root: in no table, no file, no block, nor on the chain", async () => {
    await withdraw(known(ana), second);
    const before = await sealsFile();
    // The chain could still bring the record back: nothing of it may be gone then.
    expect(await erase(asAna, second)).toMatchObject({ status: 409, body: { code: "conflict", reason: "not-final" } });
    expect((await asAna.call("GET", "/api/erasures")).body.items).toEqual([]);
    expect(await heldBlocks()).toBe(first.blocks.size + second.blocks.size);
    await settle();
    // Two at once are one.
    const [answer, other] = await Promise.all([erase(asAna, second), erase(asAna, second)]);
    expect(answer.status).toBe(200);
    expect(other).toMatchObject({ status: 200, body: answer.body });
    expect(await sealsFile()).not.toEqual(before);
    certificate = erasureCertificateSchema.parse(answer.body);
    const everything = [...needles(), ...deks()];
    expect(await searchFiles(everything)).toEqual([]);
    const { found, tables } = await searchTables(everything);
    expect(found).toEqual([]);
    expect(tables).toBeGreaterThan(20);
    expect(await heldBlocks()).toBe(0);
    // The chain names the manifest, which is the search's control there, and holds nothing of it.
    const manifests = [first, second].map(({ digest }) => needleOf(digest, Buffer.from(digest.slice(2), "hex")));
    expect(await searchChain(manifests)).toHaveLength(2);
    expect(await searchChain(everything)).toEqual([]);
  });

  it("is for ever: who holds the consent, its capsule and the blocks is refused, and no seal is taken again", async () => {
    const answer = await read(place(), { reader: asLena, consent, documents: [second.document] });
    expect(answer.results[0]).toMatchObject({ status: "refused", reason: "erased" });
    const [seal = new Uint8Array()] = second.seals;
    const again = await asAna.call("PUT", "/api/seals", {
      seals: [{ subject: asAna.address, document: second.document, version: 2, seal: toBase64Url(seal) }],
    });
    expect(again.body).toEqual({ kept: 0, skipped: 1 });
    expect((await searchTables(needles())).found).toEqual([]);
  });

  it("comes with a certificate that anybody checks without the service, and that nobody can change", async () => {
    await verifyErasure(certificate);
    const { body } = certificate;
    expect(body).toMatchObject({ gateway: running.service.gateway.address, document: second.document, seals: 4 });
    expect(body.ended).toMatchObject({ act: "withdraw", by: people.ana.address });
    const receipt = await chain.client.getTransactionReceipt({ hash: body.ended.tx });
    expect(receipt.status).toBe("success");
    expect(body.versions.map(({ version, manifest, blocks }) => ({ version, manifest, blocks }))).toEqual(
      [first, second].map((one) => ({
        version: one.version,
        manifest: one.digest,
        blocks: { destroyed: one.blocks.size, absent: 0, kept: 0 },
      })),
    );
    const changed = { ...certificate, body: { ...body, seals: 5 } };
    await expect(verifyErasure(changed)).rejects.toMatchObject({ code: "tampered" });
    // Another process that did the same a moment later changes nothing.
    const { subject, document } = body;
    const late = {
      subject,
      document,
      at: body.erasedAt + 1,
      certificate: encodeErasure({ ...certificate, body: { ...body, seals: 5 } }),
    };
    await finishErasure(running.service.database, late);
    expect(erasureCertificateSchema.parse((await erase(asAna, second)).body)).toEqual(certificate);
    expect(decodeErasure(encodeErasure(certificate))).toEqual(certificate);
    const { body: listed } = await asAna.call("GET", "/api/erasures");
    expect(listed.items).toMatchObject([
      { document: second.document, certificate: { signature: certificate.signature } },
    ]);
  });

  it("goes on where it stopped, when the service died in the middle of it", async () => {
    const third = await storeDocument(place(), { subject: known(ana), as: asAna });
    await withdraw(known(ana), third);
    await settle();
    const { database, ipfs } = running.service;
    await database.transaction((tx) =>
      beginErasure(tx, { subject: people.ana.address, document: third.document, at: 1_700_000_000 }),
    );
    const [leaf = ""] = third.blocks.keys();
    await ipfs.unpin(leaf);
    const { body } = erasureCertificateSchema.parse((await erase(asAna, third)).body);
    expect(body).toMatchObject({ seals: 2, requestedAt: 1_700_000_000 });
    expect(body.versions[0]?.blocks).toEqual({ destroyed: third.blocks.size - 1, absent: 1, kept: 0 });
  });

  it("takes nothing away that somebody else put there, whatever a manifest claims", async () => {
    const anas = await storeDocument(place(), { subject: known(ana), as: asAna });
    const bens = await claim(known(ben), asBen, anas);
    await anchor(known(ben), bens);
    // Having put it once more makes it nobody else's.
    for (const [cid, bytes] of anas.blocks) await asBen.call("PUT", `/api/blocks/${cid}`, bytes);
    await withdraw(known(ana), anas);
    const before = await sealsFile();
    const body = await withdrawAndErase(known(ben), asBen, bens);
    expect(body.versions[0]?.blocks).toEqual({ destroyed: 1, absent: 0, kept: anas.blocks.size - 1 });
    expect(await countHeld(anas)).toBe(anas.blocks.size);
    // And where no seal was, no file is written anew.
    expect(body.seals).toBe(0);
    expect(await sealsFile()).toEqual(before);
    // Nobody else's document lives that names it: who put it, too, cannot keep it from being erased.
    const mine = erasureCertificateSchema.parse((await erase(asAna, anas)).body).body;
    expect(mine.versions[0]?.blocks).toEqual({ destroyed: anas.blocks.size, absent: 0, kept: 0 });
    expect(mine.seals).toBe(2);
  });

  it("leaves what a provider once filed and names again: in a document of their own, or in one that the patient rejects", async () => {
    const [patient, author] = [known(ana), known(lena)];
    const filed = { author, consent: contribution };
    const record = await storeDocument(place(), { subject: patient, as: asLena, filed });
    const own = await claim(author, asLena, record);
    await anchor(author, own);
    const body = await withdrawAndErase(author, asLena, own);
    expect(body.versions[0]?.blocks).toEqual({ destroyed: 1, absent: 0, kept: record.blocks.size - 1 });
    expect(await countHeld(record)).toBe(record.blocks.size);

    const [bytes = new Uint8Array()] = [...record.blocks.values()].slice(-1);
    const document = word();
    const again = encodeManifest({ ...(JSON.parse(Buffer.from(bytes).toString()) as Manifest), document });
    const manifest = manifestDigest(again);
    await asLena.call("PUT", `/api/blocks/${manifestCid(manifest)}`, again);
    const { scope } = contribution;
    const names = { author: author.address, grantee: author.address, subject: patient.address, scope };
    await chain.act(author, { name: "file", args: { ...names, document, manifest, version: 1 } });
    await chain.act(patient, { name: "reject", args: { subject: patient.address, document } });
    await settle();
    const { body: rejected } = erasureCertificateSchema.parse(
      (await asAna.call("POST", "/api/erasures", { document })).body,
    );
    expect(rejected.versions[0]?.blocks).toEqual({ destroyed: 1, absent: 0, kept: record.blocks.size - 1 });
    expect(await countHeld(record)).toBe(record.blocks.size);

    const last = await withdrawAndErase(patient, asAna, record);
    expect(last.versions[0]?.blocks).toEqual({ destroyed: record.blocks.size, absent: 0, kept: 0 });
  });

  it("leaves a body that a live document counts on, though its blocks were put by the patient alone", async () => {
    const anas = await storeDocument(place(), { subject: known(ana), as: asAna });
    await anchor(known(ben), await claim(known(ben), asBen, anas));
    const body = await withdrawAndErase(known(ana), asAna, anas);
    expect(body.versions[0]?.blocks).toEqual({ destroyed: 1, absent: 0, kept: anas.blocks.size - 1 });
    expect(body.seals).toBe(2);
  });

  it("leaves what a person takes along to a new account, before the ledger has it there; and takes it all when they end that, too", async () => {
    const old = known(ben);
    const bens = await storeDocument(place(), { subject: old, as: asBen });
    const deadline = (await chainTime(chain)) + 600;
    const move: Act = { name: "declareMove", args: { subject: old.address, newAccount: people.sam.address, deadline } };
    await chain.signedAct(old, move, { newAccount: people.sam });
    const asSam = await signInToRead(running, people.sam);
    const sams = await claim(people.sam, asSam, bens);
    const body = await withdrawAndErase(old, asBen, bens);
    expect(body.versions[0]?.blocks).toEqual({ destroyed: 1, absent: 0, kept: bens.blocks.size - 1 });
    await anchor(people.sam, sams);
    const last = await withdrawAndErase(people.sam, asSam, sams);
    expect(last.versions[0]?.blocks).toEqual({ destroyed: bens.blocks.size, absent: 0, kept: 0 });
  });

  it("destroys a seal that was just coming in when it began", async () => {
    const anas = await storeDocument(place(), { subject: known(ana), as: asAna });
    await withdraw(known(ana), anas);
    await settle();
    const { database } = running.service;
    const [seal = new Uint8Array()] = anas.seals;
    const { document } = anas;
    const { address } = people.ana;
    await database.query("delete from seals where document = $1", [document]);
    const row = { subject: address, document, version: 1, keyed_by: "category", author: address, seal, at: 1 } as const;
    let erasing: ReturnType<typeof erase> | undefined;
    await database.transaction(async (tx) => {
      expect(await writeSeal(tx, row)).toBe(true);
      erasing = erase(asAna, anas);
      // As long as it would take, if it did not wait.
      await Promise.race([erasing, new Promise((resolve) => setTimeout(resolve, 700))]);
    });
    const { body } = erasureCertificateSchema.parse((await erasing)?.body);
    expect(body.seals).toBe(1);
    expect(await database.query("select 1 from seals where document = $1", [document])).toEqual([]);
  });

  it("is of every version, also of those for which the certificate has no lines", async () => {
    const anas = await storeDocument(place(), { subject: known(ana), as: asAna });
    const more = 3;
    const newest = MAX_ERASED_VERSIONS + more;
    const { manifest } = await claim(known(ana), asAna, anas, newest);
    await running.service.sync.waitFor(Number(await chain.client.getBlockNumber()), 20_000);
    // As the index has them after so many acts.
    await running.service.database.query(
      `insert into document_versions (key, subject, document, version, manifest, author, at, tx)
       select concat_ws('|', subject, document, n), subject, document, n,
         case when n = $2::int then $3 else '0x' || lpad(to_hex(n), 64, '0') end, author, at, tx
       from document_versions, generate_series(2, $2::int) as n where document = $1`,
      [anas.document, newest, manifest],
    );
    const body = await withdrawAndErase(known(ana), asAna, anas);
    expect(body.versions).toHaveLength(MAX_ERASED_VERSIONS);
    expect(body.versions[0]?.blocks).toEqual({ destroyed: anas.blocks.size, absent: 0, kept: 0 });
    // The newest one's body went with the first one's, whose it was, too.
    expect(body.more).toEqual({ versions: more, blocks: { destroyed: 1, absent: more, kept: 0 } });
    expect(await running.service.ipfs.has(manifestCid(manifest))).toBe(false);
  });
});
