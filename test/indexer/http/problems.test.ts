// Everything that goes wrong, told in the one shape of RFC 9457, each status where it belongs and declared for its route.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeApi } from "#indexer/http/openapi.ts";
import { toFailure } from "#indexer/http/problem.ts";
import { routes } from "#indexer/http/routes.ts";
import { createAnswerCheck, listOperations } from "../support/api-document.ts";
import { read } from "../support/reading.ts";
import { createCaller, makeMessage, startTestService, makeFolder } from "../support/service.ts";
import type { Answer } from "../support/service.ts";
import { word } from "../support/story.ts";
import { buildWorld } from "../support/world.ts";
import type { World } from "../support/world.ts";

describe("A problem", () => {
  let world: World;
  const api = JSON.parse(JSON.stringify(describeApi(routes, { url: "/" }))) as unknown;
  const check = createAnswerCheck(api);
  const seen = new Set<number>();

  beforeAll(async () => {
    world = await buildWorld();
  }, 120_000);
  afterAll(() => world.stop());

  /** Holds an answer to be this problem, as the route's description has it. */
  function expectProblem(answer: Answer, [method, path]: [string, string], status: number, code: string): void {
    expect(answer).toMatchObject({ status, body: { status, code, type: `urn:placet:problem:${code}` } });
    expect(answer.headers.get("X-Request-Id")).toBe(answer.body["requestId"]);
    const operation = listOperations(api).find((each) => each.method === method && each.path === path);
    if (operation === undefined) throw new Error(`${method} ${path} is not described.`);
    const { headers } = answer;
    const text = JSON.stringify(answer.body);
    expect(check(operation, { status, headers, text })).toBeNull();
    // How long to wait is said where the description says so: without it, the answer would not be as published.
    const bare = new Headers({ "Content-Type": headers.get("Content-Type") ?? "" });
    const waits = status === 423 || status === 429 || status === 503;
    expect(check(operation, { status, headers: bare, text }) !== null).toBe(waits);
    seen.add(status);
  }

  it("says 400, 401, 403, 404 for what cannot be understood, nobody signed in, not allowed, not there", async () => {
    const ana = world.call("patient");
    expectProblem(await ana("GET", "/api/trail?limit=0"), ["get", "/api/trail"], 400, "bad-input");
    expectProblem(await world.call("nobody")("GET", "/api/trail"), ["get", "/api/trail"], 401, "not-authorised");
    expectProblem(await ana("GET", "/api/applications"), ["get", "/api/applications"], 403, "forbidden");
    expectProblem(await ana("GET", `/api/relay/${crypto.randomUUID()}`), ["get", "/api/relay/{id}"], 404, "not-found");
  });

  it("says 400 for what no database can hold: U+0000 in an address, a body or a cursor, and halves in a cursor", async () => {
    const ines = world.call("auditor");
    const about = { subject: world.people.ana.address, consents: [], case: "7" };
    const disclosures: [string, string] = ["post", "/api/disclosures"];
    expectProblem(await ines("POST", "/api/disclosures", { ...about, reason: "a\0" }), disclosures, 400, "bad-input");
    expectProblem(await ines("GET", "/api/providers?text=a%00"), ["get", "/api/providers"], 400, "bad-input");
    for (const key of ['["\\u0000",-1,"x"]', '["x",0.5,"x"]', '["x",1e308,"x"]']) {
      const cursor = Buffer.from(key).toString("base64url");
      expectProblem(await ines("GET", `/api/seals?cursor=${cursor}`), ["get", "/api/seals"], 400, "bad-input");
    }
    const written = await ines("POST", "/api/disclosures", { ...about, reason: String.raw`only its name: \u0000` });
    expect(JSON.stringify(written.body)).not.toContain("U+0000");
  });

  it("says 409 where the state does not permit it, and 422 for what does not match its commitment", async () => {
    const ana = world.call("patient");
    const stale = await ana("PUT", "/api/vault", world.vault, { "If-None-Match": "*" });
    expect(stale.status).toBe(200); // The same copy again is no conflict.
    const unanchored = { seals: [{ ...world.seal, document: word() }] };
    expectProblem(await ana("PUT", "/api/seals", unanchored), ["put", "/api/seals"], 409, "conflict");
    const bytes = new Uint8Array([7]);
    expectProblem(await ana("PUT", `/api/blocks/${world.cid}`, bytes), ["put", "/api/blocks/{cid}"], 422, "tampered");
  });

  it("says 413 and 415 for bodies that are too large or of another kind", async () => {
    const ana = world.call("patient");
    const large = { message: "x".repeat(70_000), signature: "0x" };
    expectProblem(await ana("POST", "/api/session", large), ["post", "/api/session"], 413, "too-large");
    const bare = await ana("POST", "/api/session", new Uint8Array([1]));
    expectProblem(bare, ["post", "/api/session"], 415, "unsupported-type");
  });

  it("says 423 after failed sign-ins, and for longer each time; 429 for too much in a minute; both with the seconds to wait", async () => {
    const { running, people } = world;
    const nobody = world.call("nobody");
    const fail = async () => {
      const message = await makeMessage(running, people.maya.address);
      return nobody("POST", "/api/session", { message, signature: await people.ben.signMessage({ message }) });
    };
    for (let failure = 0; failure < 5; failure += 1) expect((await fail()).status).toBe(401);
    const waits: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const locked = await fail();
      expectProblem(locked, ["post", "/api/session"], 423, "locked");
      waits.push(Number(locked.headers.get("Retry-After")));
      // The time passes, and the next failure locks anew.
      await running.service.database.query("update sign_in_failures set locked_until = 0");
      expect((await fail()).status).toBe(401);
    }
    for (const [at, wait] of waits.entries()) expect(wait).toBeGreaterThan((waits[at - 1] ?? 10) * 1.5);
    await running.service.database.query("delete from sign_in_failures");

    const folder = await makeFolder();
    const narrow = await startTestService(world.chain, folder.folder, { PLACET_RATE_SEARCH: "2" });
    try {
      const ask = () => createCaller(narrow.url)("GET", "/api/providers");
      expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
      const refused = await ask();
      expectProblem(refused, ["get", "/api/providers"], 429, "too-many-requests");
      expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
    } finally {
      await narrow.stop();
      await folder.remove();
    }
  });

  it("says 500 without a word about the inside, and 503 where a node or database is away", async () => {
    const ana = world.call("patient");
    const { database } = world.running.service;
    await database.query("alter table mutes rename to mutes_away");
    const broken = await ana("GET", "/api/requests").finally(() =>
      database.query("alter table mutes_away rename to mutes"),
    );
    expectProblem(broken, ["get", "/api/requests"], 500, "internal");
    expect(JSON.stringify(broken.body)).not.toMatch(/mutes|select|relation|node_modules/);
    for (const away of [
      { code: "ECONNREFUSED" },
      { code: "57P01" },
      { code: "08006" },
      { message: "Connection terminated unexpectedly" },
    ])
      expect(toFailure(Object.assign(new Error(away.message ?? "x"), away)).code).toBe("unavailable");
    expect(toFailure(Object.assign(new Error("x"), { code: "42P01" })).code).toBe("internal");
  });

  it("of a stranger's flood is counted after the first ones, and what others see of it is the same", async () => {
    const { signedIn, live, labs, people } = world;
    const consent = { ...live, grantee: people.ben.address };
    const ask = () => read(world.at, { reader: signedIn.otherPatient, consent, documents: [labs.document] });
    const answers = [];
    for (let n = 0; n < 13; n += 1) answers.push(await ask());
    expect(new Set(answers.map(({ results, receipt }) => JSON.stringify([results, receipt]))).size).toBe(1);
    const { body } = await world.call("patient")("GET", "/api/receipts?limit=200");
    const refused = body.items.filter((item) => JSON.stringify(item).includes(people.ben.address));
    expect(refused).toHaveLength(10);
    expect(body["unrecorded"]).toBe(3);
    expect((await world.call("otherPatient")("GET", "/api/receipts")).body["unrecorded"]).toBe(0);
    expect((await world.call("auditor")("GET", "/api/receipts?as=gateway")).body["unrecorded"]).toBe(3);
  });

  it("of a stranger who asks for a list opens none of a patient's seals", async () => {
    const { gateway } = world.running.service;
    const opened: string[] = [];
    const { sealsOf } = gateway;
    gateway.sealsOf = async (subject) => (opened.push(subject), sealsOf(subject));
    const path = `/api/documents?subject=${world.people.ana.address}`;
    for (const role of ["otherPatient", "exGrantee", "auditor"] as const) await world.call(role)("GET", path);
    expect(opened).toEqual([]);
    expect((await world.call("grantee")("GET", path)).body.items).toHaveLength(1);
    expect(opened).toHaveLength(1);
    gateway.sealsOf = sealsOf;
  });

  it("was met in every status that is named", async () => {
    await world.chain.client.setIntervalMining({ interval: 0 });
    const folder = await makeFolder();
    const lonely = await startTestService(world.chain, folder.folder);
    try {
      lonely.service.config.rpcUrl = "http://127.0.0.1:9";
      const answer = await createCaller(lonely.url)("POST", "/rpc", { jsonrpc: "2.0", id: 1, method: "eth_chainId" });
      expectProblem(answer, ["post", "/rpc"], 503, "unavailable");
      expect(await (await fetch(`${lonely.url}/metrics`)).text()).toMatch(/^placet_rpc_errors_total [1-9]/m);
    } finally {
      await lonely.stop();
      await folder.remove();
    }
    expect([...seen].toSorted()).toEqual([400, 401, 403, 404, 409, 413, 415, 422, 423, 429, 500, 503]);
  });
});
