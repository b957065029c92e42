// Erasing: what opened a document is searched for in every table, in every file byte by byte, on the IPFS node and on the
// chain, and is not there any more. Each search has a control: the same search found it all before.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toBase64Url, toHex } from "#protocol/bytes.ts";
import { encodeManifest, manifestCid, openRelease, releaseSchema, type Manifest } from "#protocol/documents/index.ts";
import {
  decodeErasure,
  encodeErasure,
  erasureCertificateSchema,
  verifyErasure,
  type ErasureCertificate,
} from "#protocol/erasure/index.ts";
import { keyForRelease, openCapsule } from "#protocol/keys/index.ts";
import type { RunningService } from "#indexer/index.ts";
import { beginErasure } from "#indexer/store/erasures.ts";
import { people, startChain, type TestChain } from "../support/chain.ts";
import { onPostgres } from "../support/database.ts";
import { storeDocument, type StoredDocument } from "../support/document.ts";
import { funded, giveConsent, read, signInToRead, type Consent, type Reader } from "../support/reading.ts";
import { eventually, makeFolder, startTestService } from "../support/service.ts";
import { enrol, getVerified, type Keyed } from "../support/story.ts";

/** What is looked for: its name, and pieces of it, each of which would tell that it is there. */
type Needle = { name: string; pieces: Buffer[] };

const PIECE = 32;

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

  const place = () => ({ running, chain });
  const known = (person: Keyed | undefined): Keyed => {
    if (person === undefined) throw new Error("Not enrolled yet.");
    return person;
  };
  const erase = (as: Reader, document: StoredDocument) =>
    as.call("POST", "/api/erasures", { document: document.document });
  async function withdraw(person: Keyed, { document }: { document: StoredDocument["document"] }): Promise<void> {
    const { address } = person;
    await chain.act(person, { name: "withdraw", args: { account: address, subject: address, document } });
    await running.service.sync.waitFor(Number(await chain.client.getBlockNumber()), 20_000);
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
  async function heldBlocks(): Promise<number> {
    const cids = [first, second].flatMap(({ blocks }) => [...blocks.keys()]);
    const there = await Promise.all(cids.map((cid) => running.service.ipfs.has(cid)));
    return there.filter(Boolean).length;
  }

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder, funded);
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
    const answer = await erase(asAna, second);
    expect(answer.status).toBe(200);
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
    const [bytes = new Uint8Array()] = [...anas.blocks.values()].slice(-1);
    const taken = JSON.parse(Buffer.from(bytes).toString()) as Manifest;
    const document = toHex(new Uint8Array(32).fill(7));
    const { address } = people.ben;
    const claim = encodeManifest({ ...taken, document, version: 1, subject: address, author: address });
    const digest = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", claim)));
    await asBen.call("PUT", `/api/blocks/${manifestCid(digest)}`, claim);
    await chain.act(known(ben), { name: "anchor", args: { subject: address, document, manifest: digest, version: 1 } });
    await withdraw(known(ben), { document });
    const answer = await eventually(async () => {
      const asked = await asBen.call("POST", "/api/erasures", { document });
      return asked.status === 200 && asked;
    });
    const { body } = erasureCertificateSchema.parse(answer.body);
    expect(body.versions[0]?.blocks).toEqual({ destroyed: 1, absent: 0, kept: anas.blocks.size - 1 });
    for (const cid of anas.blocks.keys()) expect(await running.service.ipfs.has(cid)).toBe(true);
  });

  it("leaves a body that another manifest counts on, though its blocks were put by the patient alone", async () => {
    const anas = await storeDocument(place(), { subject: known(ana), as: asAna });
    const [bytes = new Uint8Array()] = [...anas.blocks.values()].slice(-1);
    const { address } = people.ben;
    const moved = { ...(JSON.parse(Buffer.from(bytes).toString()) as Manifest), subject: address, author: address };
    const claim = encodeManifest(moved);
    const digest = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", claim)));
    await asBen.call("PUT", `/api/blocks/${manifestCid(digest)}`, claim);
    await withdraw(known(ana), anas);
    const { body } = erasureCertificateSchema.parse((await erase(asAna, anas)).body);
    expect(body.versions[0]?.blocks).toEqual({ destroyed: 1, absent: 0, kept: anas.blocks.size - 1 });
    expect(body.seals).toBe(2);
  });
});
