// What the API gives to whom: capsules opened for the gateway only, documents as far as consent goes, pages without gaps,
// a stream that resumes, problems in one shape, and a documentation that is the declarations themselves.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromHex, utf8 } from "#protocol/bytes.ts";
import { cidOfBlock } from "#protocol/documents/index.ts";
import type { RunningService } from "#indexer/index.ts";
import { routes } from "#indexer/http/routes.ts";
import { readOpening } from "#indexer/store/openings.ts";
import { people, startChain } from "../support/chain.ts";
import type { TestChain } from "../support/chain.ts";
import { createCaller, eventually, makeFolder, openStream, signIn, startTestService } from "../support/service.ts";
import { enrol, getVerified, grant, word } from "../support/story.ts";
import type { Keyed } from "../support/story.ts";

const policy = "default-src 'none'; script-src 'self' 'sha256-abc='";

describe("The API", () => {
  let chain: TestChain;
  let running: RunningService;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let ana: Keyed;
  let lena: Keyed;
  type Caller = Awaited<ReturnType<typeof signIn>>;
  let asAna: Caller;
  let asLena: Caller;
  let asBen: Caller;
  const nobody = () => createCaller(running.url);

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    const app = join(folder.folder, "app");
    await mkdir(join(app, "_app", "immutable"), { recursive: true });
    await writeFile(
      join(app, "index.html"),
      `<!doctype html><meta http-equiv="content-security-policy" content="${policy}"><p>the app`,
    );
    await writeFile(join(app, "_app", "immutable", "a.js"), "export {};");
    const viewer = join(folder.folder, "viewer");
    await mkdir(viewer);
    await writeFile(join(viewer, "index.html"), "<!doctype html><p>the viewer");
    running = await startTestService(chain, folder.folder, { PLACET_APP_DIR: app, PLACET_VIEWER_DIR: viewer });
    ana = await enrol(chain, people.ana);
    lena = await enrol(chain, people.lena);
    asAna = await signIn(running, people.ana);
    asLena = await signIn(running, people.lena);
    asBen = await signIn(running, people.ben);
  });
  afterAll(async () => {
    await running.stop();
    await chain.stop();
    await folder.remove();
  });

  const gatewayParty = () => ({
    address: running.service.gateway.address,
    key: fromHex(running.service.gateway.encryptionKey),
  });
  const caughtUp = async () => running.service.sync.waitFor(Number(await chain.client.getBlockNumber()), 15_000);

  it("takes a block only under the CID that it hashes to, and gives it back unchanged", async () => {
    const bytes = utf8("ciphertext");
    const cid = await cidOfBlock(bytes);
    expect(await nobody()("PUT", `/api/blocks/${cid}`, bytes)).toMatchObject({ status: 401 });
    expect(await asAna.call("PUT", `/api/blocks/${cid}`, utf8("other bytes"))).toMatchObject({
      status: 422,
      body: { code: "tampered" },
    });
    expect((await asAna.call("HEAD", `/api/blocks/${cid}`)).status).toBe(404);
    expect((await asAna.call("PUT", `/api/blocks/${cid}`, bytes)).status).toBe(201);
    expect((await asAna.call("HEAD", `/api/blocks/${cid}`)).status).toBe(200);
    expect((await asAna.call("GET", `/api/blocks/${cid}`)).body["text"]).toBe("ciphertext");
    const absent = await cidOfBlock(utf8("nobody has this"));
    for (const check of [false, true]) {
      const asked = { cids: [cid, absent], check };
      expect((await asAna.call("POST", "/api/blocks/missing", asked)).body).toEqual({ missing: [absent] });
      expect((await nobody()("POST", "/api/blocks/missing", asked)).status).toBe(401);
    }
    expect((await nobody()("GET", `/api/blocks/${cid}`)).status).toBe(401);
    expect(await asAna.call("PUT", `/api/blocks/${cid}`, new Uint8Array(2 * 1024 * 1024 + 1))).toMatchObject({
      status: 413,
    });
    expect(await asAna.call("GET", "/api/blocks/nonsense")).toMatchObject({ status: 400 });
    expect(await asAna.call("PUT", `/api/blocks/${cid}`, { json: true })).toMatchObject({ status: 415 });
  });

  it("a provider's card is public and found by the words in it", async () => {
    const card = await getVerified(chain, people.lena, {
      name: "Dr Lena Lindqvist",
      specialty: "Cardiology",
      place: "Uppsala",
    });
    await caughtUp();
    expect((await asLena.call("PUT", `/api/blocks/${card.cid}`, card.bytes)).status).toBe(201);
    expect((await nobody()("GET", `/api/blocks/${card.cid}`)).status).toBe(200);
    const found = await eventually(async () => {
      const answer = await nobody()("GET", "/api/providers?text=lind%20cardio");
      return answer.body.items.length > 0 && answer;
    });
    expect(found.body.items).toMatchObject([
      { address: lena.address, name: "Dr Lena Lindqvist", place: "Uppsala", verified: true, kind: 1 },
    ]);
    expect((await nobody()("GET", "/api/providers?text=dermatology")).body.items).toEqual([]);
    expect((await nobody()("GET", "/api/providers?kind=3")).body.items).toEqual([]);
  });

  it("the directory is searched without case and accents, by words, place and kind, and every page of it holds others", async () => {
    const cards = [
      { person: people.noor, name: "Dr Álvaro Łuczak", specialty: "Neurology", place: "Łódź", kind: 1 },
      { person: people.tomas, name: "Åsa Öberg", specialty: "Wound care", place: "Malmö", kind: 2 },
    ];
    for (const { person, kind, ...words } of cards) {
      const card = await getVerified(chain, person, words, kind);
      await caughtUp();
      await asLena.call("PUT", `/api/blocks/${card.cid}`, card.bytes);
    }
    const names = async (query: string) =>
      (await nobody()("GET", `/api/providers?${query}`)).body.items.map(({ name }) => name);
    await eventually(async () => (await names("text=oberg")).length > 0 && (await names("text=luczak")).length > 0);
    expect(await names("text=ALVARO")).toEqual(["Dr Álvaro Łuczak"]);
    expect(await names(`text=${encodeURIComponent("álv łucz")}`)).toEqual(["Dr Álvaro Łuczak"]);
    expect(await names("place=lodz")).toEqual(["Dr Álvaro Łuczak"]);
    expect(await names("place=MALM")).toEqual(["Åsa Öberg"]);
    expect(await names("text=nurse%20malmo")).toEqual(["Åsa Öberg"]);
    expect(await names("text=doctor%20malmo")).toEqual([]);
    expect(await names("kind=2")).toEqual(["Åsa Öberg"]);
    const paged: unknown[] = [];
    for (let cursor = ""; ;) {
      const { body } = await nobody()("GET", `/api/providers?limit=1${cursor}`);
      paged.push(...body.items.map(({ name }) => name));
      if (body["next"] === null) break;
      cursor = `&cursor=${String(body["next"])}`;
    }
    expect(paged).toEqual(await names("limit=50"));
    expect(paged.indexOf("Åsa Öberg")).toBe(0);
  });

  it("an opening is found in its capsule, kept wrapped, and shown in no answer", async () => {
    const store = (cid: string, bytes: Uint8Array) => asAna.call("PUT", `/api/blocks/${cid}`, bytes);
    const { scope, opening } = await grant(chain, {
      subject: ana,
      grantee: lena,
      gateway: gatewayParty(),
      categories: ["labs", "imaging"],
      store,
    });
    const name = { subject: ana.address, grantee: lena.address, scope };
    const kept = await eventually(async () => {
      const row = await readOpening(running.service.database, name);
      return row?.state === "held" && row;
    });
    expect(running.service.gateway.openBox({ ...name, box: kept.box ?? new Uint8Array() })).toEqual(opening);
    const rows = await running.service.database.query("select * from openings");
    expect(Buffer.from(JSON.stringify(rows)).toString()).not.toContain("imaging");
    const shown = await asLena.call("GET", `/api/consents/${ana.address}/${lena.address}/${scope}`);
    expect(shown).toMatchObject({
      status: 200,
      body: { effectiveStatus: 1, opening: "held", ops: 1, acts: [{ act: "Granted" }] },
    });
    expect(JSON.stringify(shown.body)).not.toMatch(/imaging|sentence|salt/);
  });

  it("a capsule that comes late is found later; one that opens to another scope is refused for good", async () => {
    const late = await grant(chain, { subject: ana, grantee: lena, gateway: gatewayParty() });
    const lateName = { subject: ana.address, grantee: lena.address, scope: late.scope };
    await eventually(async () => (await readOpening(running.service.database, lateName))?.state === "missing");
    const cid = await cidOfBlock(late.bytes);
    await asAna.call("PUT", `/api/blocks/${cid}`, late.bytes);
    await eventually(async () => (await readOpening(running.service.database, lateName))?.state === "held", 20_000);

    // Bytes that are no capsule at all, under the digest that the consent names.
    const junk = utf8(JSON.stringify({ v: 1, kind: "capsule", wraps: [] }));
    const digest = await import("#protocol/bytes.ts").then(({ sha256, toHex }) => toHex(sha256(junk)));
    await asAna.call("PUT", `/api/blocks/${await cidOfBlock(junk)}`, junk);
    const { createOpening, scopeOf } = await import("#protocol/consent/index.ts");
    const opening = createOpening({ categories: ["labs"], purposes: ["TREAT"], salt: word() });
    const now = Number((await chain.client.getBlock()).timestamp);
    const terms = {
      subject: ana.address,
      grantee: lena.address,
      scope: scopeOf(opening),
      ops: 1,
      notBefore: now,
      expiresAt: now + 900,
      capsule: digest,
      deadline: now + 600,
    };
    await chain.signedAct(ana, { name: "grant", args: terms }, { opening });
    await eventually(async () => (await readOpening(running.service.database, terms))?.state === "refused");
  });

  it("ids that belong to others look like ids that do not exist", async () => {
    const [consent] = (await asAna.call("GET", "/api/consents")).body.items;
    const path = `/api/consents/${consent?.["subject"]}/${consent?.["grantee"]}/${consent?.["scope"]}`;
    const known = await asBen.call("GET", path);
    const unknown = await asBen.call("GET", `/api/consents/${ana.address}/${lena.address}/${word()}`);
    expect(known.status).toBe(404);
    expect({ ...known.body, requestId: "" }).toEqual({ ...unknown.body, requestId: "" });
    expect((await asBen.call("GET", `/api/documents?subject=${ana.address}`)).body.items).toEqual([]);
    expect((await asBen.call("GET", "/api/consents")).body.items).toEqual([]);
    expect(await asBen.call("GET", "/api/applications")).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  it("an auditor sees every act and no opening; until appointed, only their own", async () => {
    const ines = await signIn(running, people.ines);
    expect((await ines.call("GET", "/api/trail")).body.items).toEqual([]);
    await chain.act(people.registrar, {
      name: "appointAuditor",
      args: { registrar: people.registrar.address, auditor: people.ines.address, validUntil: 4_000_000_000 },
    });
    await caughtUp();
    const acts = (await ines.call("GET", "/api/trail?limit=200")).body.items;
    expect(acts.map((each) => each["act"])).toEqual(
      expect.arrayContaining(["Granted", "KeyPublished", "Verified", "AuditorAppointed"]),
    );
    expect(JSON.stringify(acts)).not.toMatch(/imaging|sentence/);
    expect((await ines.call("GET", `/api/trail?account=${ana.address}&act=Granted`)).body.items.length).toBeGreaterThan(
      1,
    );
  });

  it("pages hold every row once, also while new ones come in", async () => {
    for (let n = 0; n < 7; n += 1) {
      await chain.act(people.ana, {
        name: "anchor",
        args: { subject: ana.address, document: word(), manifest: word(), version: 1 },
      });
    }
    await caughtUp();
    const expected = (await asAna.call("GET", "/api/documents?limit=200")).body.items.map((row) => row["document"]);
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const page = await asAna.call("GET", `/api/documents?limit=3${cursor === null ? "" : `&cursor=${cursor}`}`);
      seen.push(...page.body.items.map((row) => row["document"]));
      cursor = page.body["next"] as string | null;
      if (seen.length === 3) {
        await chain.act(people.ana, {
          name: "anchor",
          args: { subject: ana.address, document: word(), manifest: word(), version: 1 },
        });
        await caughtUp();
      }
    } while (cursor !== null);
    // The one that came in between may be among them (blocks share seconds), but shifts and repeats none.
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((document) => expected.includes(document))).toEqual(expected);
    expect(await asAna.call("GET", "/api/documents?cursor=bm9uc2Vuc2U")).toMatchObject({
      status: 400,
      body: { code: "bad-input" },
    });
    expect(await asAna.call("GET", "/api/documents?limit=0")).toMatchObject({ status: 400 });
  });

  it("a client who was away resumes its stream where it stopped, and misses and repeats nothing", async () => {
    const first = openStream(running.url, asAna.cookie);
    await chain.act(people.ana, {
      name: "mute",
      args: { subject: ana.address, grantee: people.ben.address, muted: true },
    });
    const told = await eventually(async () => first.events.find((event) => event.event === "act"));
    await first.close();
    for (const muted of [false, true, false]) {
      await chain.act(people.ana, { name: "mute", args: { subject: ana.address, grantee: people.ben.address, muted } });
    }
    await caughtUp();
    const second = openStream(running.url, asAna.cookie, told.id ?? 0);
    await chain.act(people.ana, {
      name: "mute",
      args: { subject: ana.address, grantee: people.ben.address, muted: true },
    });
    const acts = () => second.events.filter((event) => event.event === "act");
    await eventually(async () => acts().length >= 4);
    expect(acts().map((event) => (event.data["args"] as { muted: boolean }).muted)).toEqual([false, true, false, true]);
    expect(acts().map((event) => event.id)).toEqual(
      acts()
        .map((event) => event.id)
        .toSorted((a, b) => (a ?? 0) - (b ?? 0)),
    );
    await second.close();
    const unknown = openStream(running.url, asAna.cookie, 10_000_000);
    await eventually(async () => unknown.events.some((event) => event.event === "gap"));
    await unknown.close();
    expect((await nobody()("GET", "/api/stream")).status).toBe(401);
  });

  it("who signs out hears nothing more, not even on a stream that is open", async () => {
    const other = await signIn(running, people.ana);
    const stream = openStream(running.url, other.cookie);
    await eventually(async () => stream.events.some((event) => event.event === "block"));
    expect((await other.call("DELETE", "/api/session")).status).toBe(204);
    await chain.act(people.ana, {
      name: "mute",
      args: { subject: ana.address, grantee: people.ben.address, muted: true },
    });
    await stream.ended;
    expect(stream.events.filter((event) => event.event === "act")).toEqual([]);
  });

  it("every error has one shape", async () => {
    for (const answer of [
      await nobody()("GET", "/api/nothing-here"),
      await nobody()("GET", "/api/trail"),
      await asAna.call("GET", "/api/trail?from=yesterday"),
      await asAna.call("POST", "/api/relay", { act: 3 }),
      await asAna.call("GET", `/api/providers/${people.sam.address}`),
    ]) {
      expect(answer.headers.get("Content-Type")).toMatch(/^application\/problem\+json/);
      expect(answer.body).toMatchObject({
        type: expect.stringMatching(/^urn:placet:problem:/),
        title: expect.any(String),
        status: answer.status,
        detail: expect.any(String),
        code: expect.any(String),
      });
    }
    const broken = await fetch(`${running.url}/rpc`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: "{",
    });
    expect(broken.status).toBe(400);
  });

  it("the proxy to the node passes on reading and sending, and nothing that steers the node", async () => {
    const ask = (method: string) => nobody()("POST", "/rpc", { jsonrpc: "2.0", id: 1, method, params: [] });
    expect((await ask("eth_chainId")).body).toEqual({ jsonrpc: "2.0", id: 1, result: "0x7a69" });
    for (const method of [
      "evm_mine",
      "hardhat_setBalance",
      "eth_sendTransaction",
      "eth_accounts",
      "debug_traceTransaction",
    ]) {
      expect((await ask(method)).body).toMatchObject({ error: { code: -32601 } });
    }
  });

  it("the proxy to the node counts the calls of a batch, so that one address cannot keep the node busy", async () => {
    const apart = await makeFolder();
    const narrow = await startTestService(chain, apart.folder, { PLACET_RATE_RPC: "11" });
    try {
      const batch = Array.from({ length: 100 }, (_, id) => ({ jsonrpc: "2.0", id, method: "eth_chainId", params: [] }));
      const ask = () => createCaller(narrow.url)("POST", "/rpc", batch);
      const first = await ask();
      expect(first.status).toBe(200);
      expect(first.body).toHaveLength(100);
      expect(await ask()).toMatchObject({ status: 429, body: { code: "too-many-requests" } });
    } finally {
      await narrow.stop();
      await apart.remove();
    }
  });

  it("serves the app for addresses of its own, under the policy of its own page, and the viewer under another", async () => {
    const html = { Accept: "text/html" };
    const page = await nobody()("GET", "/patient/records", undefined, html);
    expect(page.body["text"]).toContain("the app");
    expect(page.headers.get("Content-Security-Policy")).toBe(`${policy}; frame-ancestors 'none'`);
    expect((await nobody()("GET", "/_app/immutable/a.js")).headers.get("Cache-Control")).toContain("immutable");
    expect((await nobody()("GET", "/_app/immutable/gone.js", undefined, html)).status).toBe(404);
    expect((await nobody()("GET", "/api/gone", undefined, html)).status).toBe(404);
    const viewer = await nobody()("GET", "/viewer/index.html");
    expect(viewer.headers.get("Content-Security-Policy")).toContain("sandbox allow-scripts");
    expect(viewer.headers.get("X-Frame-Options")).toBeNull();
    expect((await nobody()("GET", "/viewer/gone.js")).status).toBe(404);
  });

  it("is documented by its own declarations, every route of them", async () => {
    const api = (await nobody()("GET", "/openapi.json")).body as unknown as {
      openapi: string;
      paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
      components: { schemas: Record<string, unknown> };
    };
    expect(api.openapi).toBe("3.1.0");
    for (const route of routes) {
      const operation = api.paths[route.path.replace(/:(\w+)/g, "{$1}")]?.[route.method];
      expect(operation, `${route.method} ${route.path}`).toBeDefined();
      expect(Object.keys(operation?.responses ?? {})).toContain("500");
    }
    const references = [...JSON.stringify(api).matchAll(/#\/components\/schemas\/([A-Za-z]+)/g)].map(
      (match) => match[1],
    );
    for (const name of references) expect(Object.keys(api.components.schemas)).toContain(name);
    const page = await nobody()("GET", "/docs", undefined, { Accept: "text/html" });
    expect(page.body["text"]).toContain("/api/trail");
    expect(page.body["text"]).not.toContain("<script");
    expect((await nobody()("GET", "/metrics")).body["text"]).toMatch(/placet_indexed_block \d+/);
  });

  it("writes no address, token or body into its log", () => {
    const log = (running as unknown as { lines: string[] }).lines.join("\n");
    expect(log).toContain('"route":"/api/trail"');
    for (const person of [people.ana, people.lena, people.ben])
      expect(log.toLowerCase()).not.toContain(person.address.toLowerCase());
    expect(log).not.toContain(asAna.cookie.split("=")[1]);
  });
});

describe("Limits", () => {
  it("a caller who asks too much is told when to come back, and others are not held up", async () => {
    const chain = await startChain();
    const folder = await makeFolder();
    const running = await startTestService(chain, folder.folder, { PLACET_RATE_RECORDS: "5" });
    try {
      const ana = await signIn(running, people.ana);
      const ben = await signIn(running, people.ben);
      const answers = [];
      for (let n = 0; n < 7; n += 1) answers.push(await ana.call("GET", "/api/session"));
      expect(answers.filter((answer) => answer.status === 200)).toHaveLength(5);
      const refused = answers.at(-1);
      expect(refused).toMatchObject({ status: 429, body: { code: "too-many-requests" } });
      expect(Number(refused?.headers.get("Retry-After"))).toBeGreaterThan(0);
      expect((await ben.call("GET", "/api/session")).status).toBe(200);
    } finally {
      await running.stop();
      await chain.stop();
      await folder.remove();
    }
  });
});
