// What a member of an organisation is told live: of the consents that it holds, while they read in its name.

import { get, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningService } from "#indexer/index.ts";
import { people, startChain } from "../support/chain.ts";
import type { TestChain } from "../support/chain.ts";
import { funded, signInToRead } from "../support/reading.ts";
import { eventually, makeFolder, openStream, startTestService } from "../support/service.ts";
import { enrol, getVerified } from "../support/story.ts";

const [DOCTOR, ORGANISATION] = [1, 7];
const clinic = people.clinic.address;
const lena = people.lena.address;

describe("A member of an organisation", () => {
  let chain: TestChain;
  let running: RunningService;
  let folder: Awaited<ReturnType<typeof makeFolder>>;

  const untilRead = async () => running.service.sync.waitFor(Number(await chain.client.getBlockNumber()), 20_000);
  /** Something that Ben says of the clinic, or of somebody else, and that the service has read. */
  async function mute(grantee: typeof clinic, muted: boolean): Promise<void> {
    await chain.act(people.ben, { name: "mute", args: { subject: people.ben.address, grantee, muted } });
    await untilRead();
  }

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder, funded);
    await enrol(chain, people.clinic);
    await getVerified(chain, people.clinic, { name: "Sunrise", specialty: "Practice", place: "Uppsala" }, ORGANISATION);
    await chain.act(people.clinic, {
      name: "addMember",
      args: { organisation: clinic, member: lena, role: DOCTOR },
    });
    await untilRead();
  });
  afterAll(async () => {
    await running.stop();
    await chain.stop();
    await folder.remove();
  });

  it("hears live what is done about its consents while they read in its name, and nothing else of it", async () => {
    const [inItsName, asHerself, asNoor] = await Promise.all([
      signInToRead(running, people.lena, clinic),
      signInToRead(running, people.lena),
      signInToRead(running, people.noor, clinic),
    ]);
    const streams = [inItsName, asHerself, asNoor].map(({ cookie }) => openStream(running.url, cookie));
    const [hers, own, strangers] = streams.map(
      ({ events }) =>
        () =>
          events.filter(({ event }) => event === "act").map(({ data }) => String(data["act"])),
    );
    await Promise.all(
      streams.map(({ events }) => eventually(async () => events.some(({ event }) => event === "block"))),
    );
    await mute(clinic, true);
    // What concerns the clinic otherwise is not a member's to hear.
    await chain.act(people.clinic, {
      name: "mute",
      args: { subject: clinic, grantee: people.ben.address, muted: true },
    });
    await chain.act(people.clinic, { name: "removeMember", args: { organisation: clinic, member: lena } });
    await untilRead();
    await mute(clinic, false);
    // Whoever heard the last of these heard all before it, in its order.
    await mute(lena, true);
    const told = async (acts: (() => string[]) | undefined) => eventually(async () => (acts?.().length ?? 0) >= 2);
    await Promise.all([told(hers), told(own)]);
    const end = ["MemberRemoved", "Muted"];
    await eventually(async () => hers?.().at(-1) === "Muted" && own?.().at(-1) === "Muted");
    expect(hers?.()).toEqual(["Muted", ...end]);
    expect(own?.()).toEqual(end);
    expect(strangers?.()).toEqual([]);
    await Promise.all(streams.map((stream) => stream.close()));
  });

  it("who was removed while they read slowly hears nothing beyond what was on its way", async () => {
    const { database } = running.service;
    await chain.act(people.clinic, { name: "addMember", args: { organisation: clinic, member: lena, role: DOCTOR } });
    await untilRead();
    const { cookie } = await signInToRead(running, people.lena, clinic);
    const [before] = await database.query<{ id: number }>("select max(id) as id from stream");
    // More than any network between the two takes in: the service waits until somebody reads on.
    await database.query(
      `insert into stream (type, audience, payload, at)
       select 'act', array[$1], jsonb_build_object('words', repeat('x', 100000)), 0 from generate_series(1, 450)`,
      [`holder ${clinic}`],
    );
    const headers = { Cookie: cookie, "Last-Event-ID": String(before?.id ?? 0) };
    const answer = await new Promise<IncomingMessage>((resolve) => {
      get(`${running.url}/api/stream`, { headers }, (reply) => resolve(reply.pause()));
    });
    await eventually(async () => answer.readableLength > 0);
    await chain.act(people.clinic, { name: "removeMember", args: { organisation: clinic, member: lena } });
    await untilRead();
    let text = "";
    answer
      .setEncoding("utf8")
      .on("data", (part: string) => (text += part))
      .resume();
    await eventually(async () => text.includes("MemberRemoved"));
    // As many as were read from the database at once, before.
    expect(text.split('xxx"}').length - 1).toBe(200);
    answer.destroy();
  });
});
