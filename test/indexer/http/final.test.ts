// Every row and every answer says whether what it tells is pending or final: final once the chain does not take it back.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { streamEventOut } from "#indexer/http/stream-events.ts";
import { eventually, makeFolder, openStream, signIn, startTestService } from "../support/service.ts";
import { word } from "../support/story.ts";
import { buildWorld, type Role, type World } from "../support/world.ts";

/** A block is final when the chain is so many seconds beyond it: far more than these tests take. */
const FINAL_SECONDS = 600;

describe("What is told of the ledger", () => {
  let world: World;
  let lists: [Role, string][];

  beforeAll(async () => {
    world = await buildWorld({ PLACET_FINALITY_SECONDS: String(FINAL_SECONDS) });
    const { ana, lena, clinic } = world.people;
    lists = [
      ["patient", "/api/documents"],
      ["patient", `/api/documents/${world.labs.document}/versions`],
      ["patient", "/api/requests"],
      ["patient", "/api/appointments"],
      ["patient", `/api/availability/${lena.address}?from=${world.day}&to=${world.day}`],
      ["patient", "/api/consents"],
      ["patient", "/api/trail?limit=200"],
      ["patient", "/api/roll"],
      ["patient", "/api/roll?contract=providerRegistry"],
      ["nobody", "/api/providers"],
      ["patient", `/api/members?organisation=${clinic.address}`],
      ["patient", "/api/auditors"],
      ["patient", "/api/registrars"],
      ["registrar", "/api/applications"],
    ];
    expect(await readAccount(ana.address)).toBe(false);
  }, 120_000);
  afterAll(() => world.stop());

  const caughtUp = async () =>
    world.running.service.sync.waitFor(Number(await world.chain.client.getBlockNumber()), 20_000);
  const readAccount = async (address: string) =>
    (await world.call("patient")("GET", `/api/accounts/${address}`)).body["final"];

  /** Lets the chain go on until all that happened so far is final. */
  async function settle(): Promise<void> {
    await world.chain.client.increaseTime({ seconds: FINAL_SECONDS + 1 });
    await world.chain.client.mine({ blocks: 2 });
    await caughtUp();
  }

  /** By list, whether each of its rows is final. */
  async function readAll(): Promise<Record<string, unknown[]>> {
    const answers: Record<string, unknown[]> = {};
    for (const [role, path] of lists) {
      const { status, body } = await world.call(role)("GET", path);
      expect({ path, status, some: body.items?.length > 0 }).toEqual({ path, status: 200, some: true });
      answers[path] = body.items.map((row) => row["final"]);
    }
    return answers;
  }

  it("is pending while the chain may take it back, and final when it has gone on", async () => {
    for (const [path, rows] of Object.entries(await readAll()))
      expect({ path, final: [...new Set(rows)] }).toEqual({ path, final: [false] });
    await settle();
    for (const [path, rows] of Object.entries(await readAll()))
      expect({ path, final: [...new Set(rows)] }).toEqual({ path, final: [true] });
    for (const { address } of [world.people.ana, world.people.lena, world.people.noor])
      expect(await readAccount(address)).toBe(true);
  });

  it("is pending again where somebody changes it, and there alone", async () => {
    const { chain, people } = world;
    const { ana, lena, tomas, clinic } = people;
    const as = world.call("patient");
    const [appointment] = (await as("GET", "/api/appointments")).body.items;
    const [request] = (await as("GET", "/api/requests")).body.items;
    if (appointment === undefined || request === undefined) throw new Error("The world lacks something.");
    const gone = { account: ana.address, subject: ana.address, document: world.imaging.document };
    await chain.act(ana, { name: "withdraw", args: gone });
    const declined = { subject: ana.address, grantee: tomas.address, request: request["id"] as `0x${string}` };
    await chain.signedAct(ana, {
      name: "decline",
      args: { ...declined, note: word(), deadline: 4_000_000_000 },
    });
    await chain.act(clinic, {
      name: "addMember",
      args: { organisation: clinic.address, member: tomas.address, role: 1 },
    });
    const booking = { patient: ana.address, provider: lena.address, id: appointment["id"] as `0x${string}` };
    await chain.act(lena, { name: "confirmAppointment", args: { ...booking, account: lena.address } });
    await caughtUp();

    const finalOf = async (path: string, key: string) =>
      new Map((await as("GET", path)).body.items.map((row) => [row[key], row["final"]]));
    const documents = await finalOf("/api/documents", "document");
    expect(documents.get(world.imaging.document)).toBe(false);
    expect(documents.get(world.labs.document)).toBe(true);
    // What was said of the version that is there still stands.
    expect([...(await finalOf(`/api/documents/${world.imaging.document}/versions`, "version")).values()]).toEqual([
      true,
    ]);
    expect([...(await finalOf("/api/requests", "id")).values()]).toEqual([false]);
    expect([...(await finalOf("/api/appointments", "id")).values()]).toEqual([false]);
    // The day is as it was published; which of its hours are taken is not final yet.
    const day = `/api/availability/${lena.address}?from=${world.day}&to=${world.day}`;
    expect(await finalOf(day, "day")).toEqual(new Map([[world.day, false]]));
    const members = await finalOf(`/api/members?organisation=${clinic.address}`, "member");
    expect([members.get(tomas.address), members.get(people.noor.address)]).toEqual([false, true]);
    expect(new Set((await finalOf("/api/providers", "address")).values())).toEqual(new Set([true]));
    expect([await readAccount(tomas.address), await readAccount(people.noor.address)]).toEqual([false, true]);
    await settle();
    for (const rows of Object.values(await readAll())) expect(new Set(rows)).toEqual(new Set([true]));
    // Nor is it when a time that was taken is given back, for what was given back may be taken again.
    await chain.act(ana, { name: "cancelAppointment", args: { ...booking, account: ana.address } });
    await caughtUp();
    expect(await finalOf(day, "day")).toEqual(new Map([[world.day, false]]));
    await settle();
    expect(await finalOf(day, "day")).toEqual(new Map([[world.day, true]]));
  });

  it("is told by every answer's headers: of rows, of a problem, of nothing there, and of the stream", async () => {
    const { cursor, state } = world.running.service.sync.status();
    const told = { state, indexed: String(cursor?.number), final: String(cursor?.finalized) };
    const stopped = new AbortController();
    const stream = await fetch(`${world.running.url}/api/stream`, {
      headers: { Cookie: world.signedIn.patient.cookie },
      signal: stopped.signal,
    });
    const answers = [
      await world.call("patient")("GET", "/api/documents"),
      await world.call("patient")("GET", "/api/trail?limit=0"),
      await world.call("nobody")("GET", "/api/documents"),
      await world.call("patient")("POST", "/api/relay", new Uint8Array([1])),
      await world.call("nobody")("GET", "/api/nothing"),
      stream,
    ];
    stopped.abort();
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 401, 415, 404, 200]);
    for (const { headers } of answers)
      expect({
        state: headers.get("Placet-State"),
        indexed: headers.get("Placet-Indexed"),
        final: headers.get("Placet-Final"),
      }).toEqual(told);
    expect((await world.call("nobody")("GET", "/health")).headers.has("Placet-Final")).toBe(false);
  });

  it("is told by an act's event: pending, or final where its block was so at once; and every event is as published", async () => {
    const { chain, people } = world;
    const folder = await makeFolder();
    const hasty = await startTestService(chain, folder.folder, { PLACET_FINALITY_SECONDS: "0" });
    const streams = [world.running, hasty].map(async (running) =>
      openStream(running.url, (await signIn(running, people.ana)).cookie),
    );
    const [slow, quick] = await Promise.all(streams);
    if (slow === undefined || quick === undefined) throw new Error("A stream is missing.");
    try {
      await eventually(
        async () =>
          [slow, quick].every(({ events }) => events.length > 0) || chain.client.mine({ blocks: 1 }).then(() => false),
      );
      await chain.act(people.ana, {
        name: "mute",
        args: { subject: people.ana.address, grantee: people.ben.address, muted: true },
      });
      const told = (stream: typeof slow) => stream.events.find(({ event }) => event === "act");
      await eventually(async () => told(slow) !== undefined && told(quick) !== undefined);
      expect([told(slow)?.data["final"], told(quick)?.data["final"]]).toEqual([false, true]);
      for (const { id, ...event } of [...slow.events, ...quick.events])
        expect(streamEventOut.safeParse(id === null ? event : { ...event, id })).toMatchObject({ success: true });
    } finally {
      await Promise.all([slow.close(), quick.close()]);
      await hasty.stop();
      await folder.remove();
    }
  });
});
