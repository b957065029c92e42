// From an act on the ledger, through the tables, to the page of whoever may see it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningService } from "#indexer/index.ts";
import { people, startChain } from "./support/chain.ts";
import type { TestChain } from "./support/chain.ts";
import { createCaller, eventually, makeFolder, openStream, signIn, startTestService } from "./support/service.ts";

describe("An act on the ledger", () => {
  let chain: TestChain;
  let running: RunningService;
  let folder: Awaited<ReturnType<typeof makeFolder>>;

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder);
  });
  afterAll(async () => {
    await running.stop();
    await chain.stop();
    await folder.remove();
  });

  it("reaches the one whom it names, live and in the trail, and nobody else", async () => {
    const lena = await signIn(running, people.lena);
    const ben = await signIn(running, people.ben);
    const stream = openStream(running.url, lena.cookie);
    const strange = openStream(running.url, ben.cookie);
    await chain.act(people.lena, {
      name: "request",
      args: { grantee: people.lena.address, subject: people.ana.address, note: `0x${"11".repeat(32)}`, deadline: 0 },
    });
    const told = await eventually(async () =>
      stream.events.find((event) => event.event === "act" && event.data["act"] === "Requested"),
    );
    expect(told.data).toMatchObject({
      account: people.lena.address,
      act: "Requested",
      args: { subject: people.ana.address },
    });
    const trail = await lena.call("GET", "/api/trail");
    expect(trail.body.items[0]).toMatchObject({ act: "Requested", account: people.lena.address, index: 0, mark: null });
    expect((await ben.call("GET", "/api/trail")).body.items).toEqual([]);
    await eventually(async () => strange.events.some((event) => event.event === "block"));
    expect(strange.events.filter((event) => event.event === "act")).toEqual([]);
    await stream.close();
    await strange.close();
  });

  it("leaves the service ready, with the contract's own heads", async () => {
    const ready = await eventually(async () => {
      const answer = await createCaller(running.url)("GET", "/ready");
      return answer.status === 200 && answer;
    });
    expect(ready.body).toMatchObject({ ready: true, history: { ok: true, findings: 0 } });
  });
});
