// What the service writes into its log and its metrics while people live with it: nothing that names anybody.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLog } from "#indexer/log.ts";
import { read } from "../support/reading.ts";
import { createCaller, makeMessage } from "../support/service.ts";
import { buildWorld } from "../support/world.ts";
import type { World } from "../support/world.ts";

describe("Log and metrics of a service in use", () => {
  let world: World;
  let secrets: string[];

  beforeAll(async () => {
    world = await buildWorld();
    const { running, signedIn, live, labs, ended, people, chain, cid } = world;
    await read(world.at, { reader: signedIn.grantee, consent: live, documents: [labs.document] });
    await read(world.at, { reader: signedIn.exGrantee, consent: ended, documents: [labs.document] });
    await read(world.at, {
      reader: signedIn.otherPatient,
      consent: { ...live, grantee: people.ben.address },
      documents: [labs.document],
    });
    await world.call("auditor")("POST", "/api/disclosures", {
      subject: live.subject,
      case: "Case Zebra",
      reason: "Because of Quagga",
      consents: [{ grantee: live.grantee, scope: live.scope }],
    });
    for (const path of [
      "/api/consents",
      "/api/documents",
      `/api/accounts/${people.ana.address}`,
      `/api/blocks/${cid}`,
      "/api/nothing",
      "/api/relay/x",
    ])
      await world.call("patient")("GET", path);
    for (const role of ["member", "otherPatient"] as const)
      await world.call(role)("GET", `/api/memberships/${people.clinic.address}/key`);
    await world.call("organisation")("PUT", "/api/member-keys", world.memberKeys);
    await world.call("organisation")("DELETE", `/api/member-keys/${people.maya.address}`);
    const message = await makeMessage(running, people.maya.address);
    await createCaller(running.url)("POST", "/api/session", {
      message,
      signature: await people.ben.signMessage({ message }),
    });
    await createCaller(running.url, signedIn.member.cookie)("POST", "/api/session/refresh");
    await chain.client.mine({ blocks: 2 });
    secrets = [
      ...Object.values(people).flatMap(({ address }) => [address, address.slice(2, 14)]),
      ...Object.values(signedIn).flatMap(({ cookie }) =>
        [...cookie.matchAll(/=([\w-]{43})/g)].map(([, token]) => token ?? cookie),
      ),
      ...[live.scope, ended.scope, labs.document, cid, live.opening.salt, live.opening.sentence, labs.seal.seal],
      ...[world.memberKeys.key, ...world.memberKeys.shares.map(({ box }) => box)],
      ...["Lena", "Lindqvist", "Cardiology", "Zebra", "Quagga", "imaging", "127.0.0.1", "a long enough passphrase"],
    ];
  }, 120_000);
  afterAll(() => world.stop());

  const find = (text: string) => secrets.filter((secret) => text.toLowerCase().includes(secret.toLowerCase()));

  it("hold no address, name, token, cookie, id or opening of anybody", async () => {
    const { running } = world;
    const log = running.lines.join("\n");
    // The service names where it listens and where its chain is; that is the operator's own machine.
    const told = log.replaceAll(/https?:\/\/127\.0\.0\.1:\d+/g, "");
    expect(running.lines.filter((line) => line.includes('"event":"request"')).length).toBeGreaterThan(20);
    expect(find(told)).toEqual([]);
    const metrics = await (await fetch(`${running.url}/metrics`)).text();
    expect(find(metrics)).toEqual([]);
    for (const name of [
      "placet_index_lag_blocks ",
      "placet_index_lag_seconds ",
      'placet_rows{table="acts"} ',
      "placet_release_seconds_bucket",
      'placet_documents_refused_total{reason="consent-revoked"} 1',
      'placet_relay_queue{state="queued"} ',
      "placet_sign_in_failures_total 1",
      "placet_disclosures_total 1",
    ])
      expect(metrics).toContain(name);
  });

  it("would be found out if they did", () => {
    const lines: string[] = [];
    createLog((line) => lines.push(line)).info("request", { account: world.people.ana.address, why: "Case Zebra" });
    expect(find(lines.join()).length).toBeGreaterThanOrEqual(2);
  });

  it("are lines of JSON, each with a time, a level and an event", () => {
    for (const line of world.running.lines)
      expect(JSON.parse(line)).toMatchObject({
        time: expect.any(String),
        level: expect.any(String),
        event: expect.any(String),
      });
  });
});
