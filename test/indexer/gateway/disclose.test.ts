// What consents say, shown to an auditor: only with a case and a reason, only so many, and never unseen by the patient.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scopeOf } from "#protocol/consent/index.ts";
import type { Opening } from "#protocol/consent/index.ts";
import { verifyReceipt } from "#protocol/receipts/index.ts";
import type { Receipt } from "#protocol/receipts/index.ts";
import { DISCLOSURES_A_DAY } from "#indexer/gateway/disclose.ts";
import { read } from "../support/reading.ts";
import { eventually, openStream } from "../support/service.ts";
import { word } from "../support/story.ts";
import { buildWorld } from "../support/world.ts";
import type { World } from "../support/world.ts";

describe("A disclosure", () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld();
  }, 120_000);
  afterAll(() => world.stop());

  const ask = (more: Record<string, unknown> = {}) => {
    const { subject, grantee, scope } = world.live;
    const body = {
      subject,
      case: "Case 2026/7",
      reason: "A complaint about Dr L.",
      consents: [{ grantee, scope }],
      ...more,
    };
    return world.call("auditor")("POST", "/api/disclosures", body);
  };

  it("gives the auditor the words that hash to the ledger's scope, and the patient sees at once who asked, for what and why", async () => {
    const stream = openStream(world.running.url, world.signedIn.patient.cookie);
    await eventually(async () => stream.events.some((event) => event.event === "block"));
    const answer = await ask();
    expect(answer.status).toBe(201);
    const [shown] = answer.body["openings"] as { opening: Opening; scope: string }[];
    expect(shown?.opening).toEqual(world.live.opening);
    expect(scopeOf(shown?.opening as Opening)).toBe(world.live.scope);
    const told = await eventually(async () => stream.events.find((event) => event.event === "receipt"));
    expect(told.data).toMatchObject({
      kind: "disclosure",
      reader: world.people.ines.address,
      disclosure: { case: "Case 2026/7", reason: "A complaint about Dr L." },
    });
    await stream.close();
    const [newest] = (await world.call("patient")("GET", "/api/receipts")).body.items;
    const receipt = newest?.["receipt"] as Receipt;
    expect(receipt).toEqual(answer.body["receipt"]);
    expect(await verifyReceipt(receipt)).toBe("gateway");
    expect(receipt.body.disclosure).toMatchObject({
      auditor: world.people.ines.address,
      consents: [{ scope: world.live.scope }],
    });
    // It stands in the same chain as reads do: the next one follows it, and it counts as no read.
    const next = await read(world.at, {
      reader: world.signedIn.grantee,
      consent: world.live,
      documents: [world.labs.document],
    });
    expect(next.receipt?.body.number).toBe(receipt.body.number + 1);
  });

  it("needs a case and a reason, and shows no words that this gateway does not hold", async () => {
    const count = async () => (await world.call("auditor")("GET", "/api/receipts?as=gateway")).body.items.length;
    const before = await count();
    for (const wrong of [{ case: "" }, { case: "   " }, { reason: "" }, { consents: [] }])
      expect((await ask(wrong)).status).toBe(400);
    const unknown = await ask({ consents: [{ grantee: world.live.grantee, scope: word() }] });
    expect(unknown).toMatchObject({ status: 404, body: { code: "not-found" } });
    const swapped = await ask({ subject: world.people.ben.address });
    expect({ ...swapped.body, requestId: "" }).toEqual({ ...unknown.body, requestId: "" });
    expect(await count()).toBe(before);
  });

  it("is given so many times a day, and then no more", async () => {
    await world.running.service.database.query(
      `insert into receipts select gateway, number + 1000 + n, subject, subject_number + 1000 + n, grantee, scope, reader, kind, reason,
         released, stranger, request_id || n, time, hash, leaf, receipt from receipts, generate_series(1, $1::int) n
       where kind = 'disclosure' and number = (select max(number) from receipts where kind = 'disclosure')`,
      [DISCLOSURES_A_DAY],
    );
    expect(await ask()).toMatchObject({ status: 429, body: { code: "too-many-requests", reason: "disclosures" } });
  });
});
