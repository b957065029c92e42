// One service as several processes: the one that writes dies or freezes at any moment, and whoever is served by another
// notices nothing but the blink.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { receiptSchema, verifyChain, type ReceiptBody } from "#protocol/receipts/index.ts";
import { actToJson, readSigningState, typedAct, type Act } from "#protocol/typed-data/index.ts";
import { people, startChain } from "../support/chain.ts";
import type { Person, TestChain } from "../support/chain.ts";
import { startCluster } from "../support/processes.ts";
import type { Cluster, Process } from "../support/processes.ts";
import { addSealed, giveConsent, read, signInToRead } from "../support/reading.ts";
import { eventually, openStream, signIn, startTestService, makeFolder } from "../support/service.ts";
import { chainTime, enrol, word } from "../support/story.ts";

describe("A service of several processes on one PostgreSQL", () => {
  let chain: TestChain;
  let cluster: Cluster;

  /** Those that live; the tests go on with what the one before left. */
  let living: Process[] = [];

  beforeAll(async () => {
    chain = await startChain();
    cluster = await startCluster(chain, { size: 3 });
    for (const place of [0, 1, 2]) living.push(await cluster.start(place));
  });
  afterAll(async () => {
    await cluster.remove();
    await chain.stop();
  });

  /** The one that writes, and the others. */
  async function roles(): Promise<{ writer: Process; others: Process[] }> {
    const writer = await cluster.writerAmong(living);
    return { writer, others: living.filter((each) => each !== writer) };
  }

  async function kill(process: Process): Promise<void> {
    living = living.filter((each) => each !== process);
    await process.kill();
  }

  const anchor = (by: Person, document = word()) =>
    chain.act(by, { name: "anchor", args: { subject: by.address, document, manifest: word(), version: 1 } });

  it("tells at every process how the index stands", async () => {
    const { writer, others } = await roles();
    expect(writer).toBe(living[0]);
    await anchor(people.ben);
    const head = Number(await chain.client.getBlockNumber());
    for (const { url } of [writer, ...others]) {
      const ready = await eventually(async () => {
        const answer = await fetch(`${url}/ready`);
        const { chain: seen } = (await answer.json()) as { chain: { indexed: number; state: string } };
        return answer.ok && seen.indexed >= head && seen;
      }, 20_000);
      expect(ready.state).toBe("following");
    }
  }, 60_000);

  it("takes in no process with another gateway's key", async () => {
    const stranger = await makeFolder();
    await expect(
      startTestService(chain, stranger.folder, { DATABASE_URL: cluster.databaseUrl, PLACET_GATEWAY_KEY: word() }),
    ).rejects.toMatchObject({ code: "wrong-key" });
    await stranger.remove();
  }, 60_000);

  it("lets a writer that was frozen wake up without writing anything, once it was replaced", async () => {
    const { writer: first, others } = await roles();
    await anchor(people.ben);
    first.freeze();
    // The server ends the frozen one's session after ten seconds of silence.
    const second = await cluster.writerAmong(others, 40_000);
    for (let acts = 0; acts < 5; acts += 1) await anchor(people.ben);
    first.thaw();
    await eventually(async () => !first.isWriter(), 20_000);
    for (let acts = 0; acts < 5; acts += 1) await anchor(people.ben);
    const head = Number(await chain.client.getBlockNumber());
    const database = await cluster.open();
    await eventually(async () => {
      const [row] = await database.query<{ number: number }>("select number from sync_state");
      return (row?.number ?? 0) >= head;
    });
    // The ledger itself says how many acts there are of this account, and what they fold to.
    const stored = await database.query<{ head_after: string }>(
      "select head_after from acts where account = $1 and contract = 'ledger' order by block, log_index",
      [people.ben.address],
    );
    const onLedger = await chain.client.readContract({
      address: chain.deployment.ledger,
      abi: ledgerAbi,
      functionName: "headOf",
      args: [people.ben.address],
    });
    expect(stored.at(-1)?.head_after).toBe(onLedger);
    expect(new Set(stored.map((row) => row.head_after)).size).toBe(stored.length);
    await database.close();
    expect(second.isWriter()).toBe(true);
  }, 120_000);

  it("sends each act once, and numbers receipts without a gap, whichever process took them and whichever died", async () => {
    const { writer, others } = await roles();
    const [second, third] = others as [Process, Process];
    const [ana, lena] = await Promise.all([enrol(chain, people.ana), enrol(chain, people.lena)]);
    const { running } = second;
    const as = await signInToRead(running, people.ana);
    const blood = await addSealed({ running, chain }, { subject: ana, as });
    const consent = await giveConsent({ running, chain }, { subject: ana, grantee: lena, as });

    const acts = await Promise.all(
      Array.from({ length: 12 }, async (): Promise<Act> => ({
        name: "anchor",
        args: {
          subject: people.ana.address,
          document: word(),
          manifest: word(),
          version: 1,
          deadline: (await chainTime(chain)) + 600,
        },
      })),
    );
    const readers = await Promise.all(
      [second, third].map(async ({ running: there }) => ({ there, reader: await signInToRead(there, people.lena) })),
    );
    const handIn = acts.map(async (act, place) => {
      const state = await readSigningState(act, ({ functionName, args }) =>
        chain.client.readContract({
          address: chain.deployment.ledger,
          abi: ledgerAbi,
          functionName: functionName as "roll",
          args: args as never,
        }),
      );
      const signature = await people.ana.signTypedData(typedAct(chain.place, act, state) as never);
      const { url } = place % 2 === 0 ? second : third;
      const answer = await fetch(`${url}/api/relay`, {
        method: "POST",
        headers: { Cookie: as.cookie, "X-Placet": "1", Origin: url, "Content-Type": "application/json" },
        body: JSON.stringify({ act: actToJson(act), signature }),
      });
      expect(answer.status).toBe(202);
    });
    const reading = readers.flatMap(({ there, reader }) =>
      Array.from({ length: 4 }, async () => {
        const answer = await read({ running: there, chain }, { reader, consent, documents: [blood.document] });
        expect(answer.results[0]?.status).toBe("released");
      }),
    );
    await Promise.all([...handIn, ...reading, kill(writer)]);
    await roles();

    const database = await cluster.open();
    await eventually(async () => {
      const rows = await database.query("select 1 from relays where state = 'indexed'");
      return rows.length === acts.length;
    }, 60_000);
    const anchored = await database.query<{ document: string }>(
      "select args->>'document' as document from acts where act = 'Anchored' and account = $1",
      [people.ana.address],
    );
    const wanted = acts.map(({ args }) => (args as { document: string }).document);
    expect(
      anchored
        .map(({ document }) => document)
        .filter((document) => wanted.includes(document))
        .sort(),
    ).toEqual(wanted.toSorted());
    const sent = await database.query<{ nonce: number }>(
      "select nonce from sendings where nonce is not null order by nonce",
    );
    expect(new Set(sent.map(({ nonce }) => nonce)).size).toBe(sent.length);
    const rows = await database.query<{ receipt: Uint8Array }>("select receipt from receipts order by number");
    const bodies: ReceiptBody[] = rows.map(
      ({ receipt }) => receiptSchema.parse(JSON.parse(new TextDecoder().decode(receipt))).body,
    );
    expect(bodies.length).toBe(reading.length);
    expect(verifyChain(bodies, { of: "gateway" }).number).toBe(reading.length);
    await database.close();
  }, 180_000);

  it("loses and doubles no event when the writer is killed, for clients of every process", async () => {
    const { writer: first, others } = await roles();
    const [other] = others as [Process];
    // Signed in at one process, known to all of them.
    const tomas = await signIn(other.running, people.tomas);
    const streams = [first, ...others].map(({ url }) => openStream(url, tomas.cookie));
    const own = streams[0];
    const cut = own?.ended.catch(() => undefined);
    await eventually(async () => streams.every((stream) => stream.events.some(({ event }) => event === "block")));

    const documents = Array.from({ length: 24 }, () => word());
    let killed: Promise<void> | null = null;
    for (const [place, document] of documents.entries()) {
      await anchor(people.tomas, document);
      if (place === 9) killed = kill(first);
    }
    await killed;
    await cut;
    const { writer } = await roles();
    // The client of the killed process goes on at another one from the last id that it was given.
    const last = own?.events.findLast(({ id }) => id !== null)?.id ?? 0;
    const resumed = openStream(other.url, tomas.cookie, last);
    const anchored = (events: { event: string; data: Record<string, unknown> }[]) =>
      events
        .filter(({ event, data }) => event === "act" && data["act"] === "Anchored")
        .map(({ data }) => (data["args"] as { document: string }).document);
    const seen = () => [
      [...anchored(own?.events ?? []), ...anchored(resumed.events)],
      ...streams.slice(1).map(({ events }) => anchored(events)),
    ];
    await eventually(async () => seen().every((list) => list.length >= documents.length), 30_000);
    for (const list of seen()) expect(list).toEqual(documents);
    expect(writer).toBe(other);

    const database = await cluster.open();
    const rows = await database.query<{ document: string }>(
      "select args->>'document' as document from acts where act = 'Anchored' and account = $1 order by block, log_index",
      [people.tomas.address],
    );
    expect(rows.map(({ document }) => document)).toEqual(documents);
    await database.close();
    for (const stream of [...streams.slice(1), resumed]) await stream.close();
  }, 120_000);
});
