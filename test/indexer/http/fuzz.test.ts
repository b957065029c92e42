// Every route, with thousands of calls made from the published description: values that it allows, that it nearly allows,
// and that nobody should send, by somebody in every role. No answer may be a 500, nor any that the description lacks.

import { writeSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc } from "../../support/fast-check.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Hex } from "viem";
import { fromBase64Url, toBase64Url } from "#protocol/bytes.ts";
import { signCall, signWithSession, unwrap } from "#protocol/keys/index.ts";
import { cidOfBlock, typedAskHeld, typedHandIn, type HandIn } from "#protocol/documents/index.ts";
import { typedAskErasure } from "#protocol/erasure/index.ts";
import { blockRequestBytes, signRequest, typedAskReceipts } from "#protocol/receipts/index.ts";
import { typedRevoke } from "#protocol/typed-data/index.ts";
import { demoAccount } from "#scripts/demo-people.ts";
import { makeRequest, signInElsewhere } from "../support/reading.ts";
import { createAnswerCheck, listOperations, schemasOf } from "../support/api-document.ts";
import type { Operation } from "../support/api-document.ts";
import { arbitraryOf, hostile, nearly } from "../support/schema-arbitrary.ts";
import type { Known, Schema } from "../support/schema-arbitrary.ts";
import { makeMessage } from "../support/service.ts";
import { buildWorld, roles } from "../support/world.ts";
import type { Role, World } from "../support/world.ts";

const RUNS = Number(process.env["PLACET_FUZZ_RUNS"] ?? 25);
// One seed, so that a change is judged by what it changes. Others: PLACET_SEED=$RANDOM PLACET_FUZZ_RUNS=300.
const SEED = Number(process.env["PLACET_SEED"] ?? 104553510);

/** One call, ready to be sent. */
type Sent = {
  role: Role;
  path: Record<string, string>;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer> | null;
  type: string | null;
};

/** Anything as text, for a place in an address or a header. */
const asText = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
const forHeader = (value: unknown): string =>
  asText(value)
    .replace(/[^\t\x20-\x7e]/g, "")
    .slice(0, 2_000);
// A lone surrogate has no place in an address: every client sends its replacement.
const forAddress = (value: unknown): string => encodeURIComponent(asText(value).toWellFormed());

/** Calls that lead all the way in, of which everything else is a variation. */
type Samples = { paths: readonly Record<string, string>[]; bodies: readonly unknown[]; cursors: readonly string[] };

function callsOf(operation: Operation, known: Known, { paths, bodies, cursors }: Samples): fc.Arbitrary<Sent> {
  const fields = (place: "path" | "query" | "header") => {
    const some = operation.parameters.filter((each) => each.in === place);
    // Nobody guesses a cursor: mostly there is none, and some that are there were really given.
    const none: unknown = undefined;
    const cursor = fc.oneof(
      { weight: 6, arbitrary: fc.constant(none) },
      { weight: 2, arbitrary: fc.constantFrom(none, ...cursors) },
      { weight: 1, arbitrary: hostile },
    );
    const valid = fc
      .record(
        Object.fromEntries(
          some.map(({ name, schema }) => [name, name === "cursor" ? cursor : arbitraryOf(schema, known)]),
        ),
        { requiredKeys: some.filter(({ required }) => required).map(({ name }) => name) },
      )
      .map((made) => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)));
    const real = place === "path" && paths.length > 0 ? fc.constantFrom<Record<string, unknown>>(...paths) : valid;
    return some.length === 0
      ? fc.constant({})
      : fc.oneof(
          { weight: 5, arbitrary: valid },
          { weight: 3, arbitrary: real },
          { weight: place === "header" ? 1 : 3, arbitrary: nearly(valid) as typeof valid },
        );
  };
  const text = (value: Record<string, unknown> | unknown): Record<string, string> =>
    Object.fromEntries(Object.entries((value ?? {}) as object).map(([name, each]) => [name, asText(each)]));
  return fc
    .record({
      role: fc.constantFrom(...roles),
      path: fields("path").map(text),
      query: fields("query").map(text),
      headers: fields("header").map(text),
      content: contentOf(operation, known, bodies),
    })
    .map(({ content, ...rest }) => ({ ...rest, ...content }));
}

function contentOf(
  operation: Operation,
  known: Known,
  samples: readonly unknown[],
): fc.Arbitrary<Pick<Sent, "body" | "type">> {
  if (operation.body === null) return fc.constant({ body: null, type: null });
  const { type, schema } = operation.body;
  if (type === "application/octet-stream")
    return fc.oneof(
      fc.constant({ body: new Uint8Array(), type }),
      fc.uint8Array({ maxLength: 400 }).map((body) => ({ body: Uint8Array.from(body), type })),
      fc.constant({ body: new Uint8Array(Number(schema["maxLength"]) + 1), type }),
      fc.constant({ body: "{}", type: "application/json" }),
    );
  const valid = arbitraryOf(schema as Schema, known);
  const real = samples.length === 0 ? valid : fc.constantFrom(...samples);
  const json = (values: fc.Arbitrary<unknown>) => values.map((value) => ({ body: JSON.stringify(value) ?? "", type }));
  return fc.oneof(
    { weight: 4, arbitrary: json(valid) },
    { weight: 3, arbitrary: json(real) },
    { weight: 5, arbitrary: json(nearly(fc.oneof(valid, real))) },
    { weight: 2, arbitrary: json(hostile) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        { body: "{", type },
        { body: "", type },
        { body: "{}", type: null },
        { body: "{}", type: "text/plain" },
        { body: "{}", type: `${type}; charset=utf-7` },
        { body: `{"a":"${"x".repeat(3 * 1024 * 1024)}"}`, type },
      ),
    },
  );
}

/** A call that leads all the way in, where values from the description alone would not. */
type Example = Partial<Omit<Sent, "body">> & { body?: unknown };

const examples: Record<string, (world: World) => Promise<Example[]>> = {
  async postApiReleases({ at, signedIn, live, labs }) {
    const asked = { reader: signedIn.grantee, consent: live, documents: [labs.document] };
    const body = await signRequest(signedIn.grantee.sessionKey, await makeRequest(at, asked));
    return [{ role: "grantee", body }];
  },
  async postApiSession({ running, people }) {
    // Not one of the roles: replaying a sign-in, as the variations do, ends in being locked out.
    const message = await makeMessage(running, people.maya.address);
    return [{ role: "nobody", body: { message, signature: await people.maya.signMessage({ message }) } }];
  },
  async postApiKeyProof({ chain, people, signedIn, keyed }) {
    const question = (await signedIn.patient.call("POST", "/api/key-proof/challenge")).body as unknown as {
      id: Hex;
      box: string;
    };
    const { address } = people.ana;
    const answer = unwrap(
      { ...chain.place, kind: "challenge", subject: address, recipient: address, ref: question.id },
      { secretKey: keyed.ana.key.secretKey, box: fromBase64Url(question.box) },
    );
    return [{ body: { id: question.id, answer: toBase64Url(answer) } }];
  },
  postApiDisclosures: async ({ live: { subject, grantee, scope } }) => [
    { role: "auditor", body: { subject, case: "7", reason: "test", consents: [{ grantee, scope }] } },
  ],
  async deleteApiSessionsId({ signInAs }) {
    const other = await signInAs.patient();
    return [{ path: { id: String((await other.call("GET", "/api/session")).body["id"]) } }];
  },
  postApiErasures: async ({ withdrawn }) => [{ body: { document: withdrawn } }],
  getApiDocumentsDocumentVersions: async ({ labs }) => [{ path: { document: labs.document } }],
  postApiRelay: async ({ mute }) => [{ body: mute }],
  putApiVault: async ({ vault }) => [{ body: vault }],
  postApiVaultByKit: async ({ kit, people }) => [{ body: { account: people.ana.address, secret: kit.secret } }],
  putApiGuardians: async ({ guardians }) => [{ body: guardians }],
  async getApiRecovery({ signedIn, guardians, asksGuardians }) {
    await signedIn.patient.call("PUT", "/api/guardians", guardians);
    await signedIn.patient.call("PUT", "/api/recovery", asksGuardians);
    return [{}];
  },
  async putApiRecovery({ signedIn, guardians, asksGuardians }) {
    await signedIn.patient.call("PUT", "/api/guardians", guardians);
    return [{ body: asksGuardians }];
  },
  async postApiRecoveryAnswers({ signedIn, guardians, asksGuardians, people }) {
    await signedIn.patient.call("PUT", "/api/guardians", guardians);
    await signedIn.patient.call("PUT", "/api/recovery", asksGuardians);
    const body = { subject: people.ana.address, id: asksGuardians.id, box: "A".repeat(200) };
    return [{ role: "grantee", body }];
  },
  async postApiEntrustedSeals(world) {
    const { subject: _, ...seal } = world.seal;
    return [{ body: { ...(await signHandIn(world, [seal])), seals: [seal] } }];
  },
  postApiEntrustedDrop: async (world) => [{ body: await signHandIn(world, "drop") }],
  async postApiEntrustedHeld({ chain, people, gateway }) {
    const told = { subject: people.ana.address, time: Math.floor(Date.now() / 1000) };
    const typed = typedAskHeld(chain.place, { ...told, gateway: gateway.address });
    return [{ body: { ...told, signature: await people.ana.signTypedData(typed) } }];
  },
  async postApiEntrustedErase({ chain, people, gateway, withdrawn }) {
    const told = { subject: people.ana.address, time: Math.floor(Date.now() / 1000), document: withdrawn };
    const typed = typedAskErasure(chain.place, { ...told, gateway: gateway.address });
    return [{ body: { ...told, signature: await people.ana.signTypedData(typed) } }];
  },
  async postApiEntrustedReceipts({ chain, people, gateway }) {
    const told = { subject: people.ana.address, time: Math.floor(Date.now() / 1000) };
    const typed = typedAskReceipts(chain.place, { ...told, gateway: gateway.address });
    return [{ body: { ...told, signature: await people.ana.signTypedData(typed) } }];
  },
  async postApiEntrustedRevokes({ chain, people, toClinic: { subject, grantee, scope } }) {
    // Of a consent that no other reads under.
    const args = { subject, grantee, scope, ceiling: 1 };
    const signature = await people.ana.signTypedData(typedRevoke(chain.place, args) as never);
    return [{ body: { act: { name: "revoke", args }, signature } }];
  },
  async postApiEntrustedBlocks({ at, people, gateway, cid }) {
    const { signIn, sessionKey } = await signInElsewhere(at, people.lena);
    const asked = { cid, time: Math.floor(Date.now() / 1000) };
    const bytes = blockRequestBytes({ ...asked, gateway: gateway.address });
    return [{ body: { ...asked, signature: toBase64Url(await signWithSession(sessionKey, bytes)), signIn } }];
  },
  async postApiEntrustedReleases({ at, signedIn, live, labs, people }) {
    const { signIn, sessionKey } = await signInElsewhere(at, people.lena);
    const asked = { reader: signedIn.grantee, consent: live, documents: [labs.document] };
    return [{ body: { ...(await signRequest(sessionKey, await makeRequest(at, asked))), signIn } }];
  },
  async deleteApiGuardianshipsSubject({ signedIn, guardians, people }) {
    await signedIn.patient.call("PUT", "/api/guardians", guardians);
    return [{ role: "grantee", path: { subject: people.ana.address } }];
  },
  async getApiMembershipsOrganisationKey({ signedIn, memberKeys, people }) {
    await signedIn.organisation.call("PUT", "/api/member-keys", memberKeys);
    return [{ role: "member", path: { organisation: people.clinic.address } }];
  },
  putApiMemberKeys: async ({ memberKeys }) => [{ role: "organisation", body: memberKeys }],
  async deleteApiMemberKeysMember({ signedIn, memberKeys, people }) {
    await signedIn.organisation.call("PUT", "/api/member-keys", memberKeys);
    return [{ role: "organisation", path: { member: people.noor.address } }];
  },
  putApiSeals: async ({ seal }) => [{ body: { seals: [seal] } }],
  getReach: async () => [{ query: { to: "https://b.example" } }, { query: { to: "http://127.0.0.1:1" } }],
  postRpc: async () => [{ body: { jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] } }],
  putApiBlocksCid: async () => [{ path: { cid: await cidOfBlock(new Uint8Array()) }, body: new Uint8Array() }],
  postApiBlocksMissing: async ({ cid }) => [{ body: { cids: [cid], check: true } }],
  headApiBlocksCid: async ({ cid }) => [{ path: { cid } }],
  getApiBlocksCid: async ({ cid, publicCid }) => [{ path: { cid } }, { role: "nobody", path: { cid: publicCid } }],
  getApiConsentsSubjectGranteeScope: async ({ live: { subject, grantee, scope } }) => [
    { path: { subject, grantee, scope } },
  ],
  getApiDocumentsDocument: async ({ labs }) => [{ path: { document: labs.document } }],
  getApiProvidersAddress: async ({ people }) => [{ path: { address: people.lena.address } }],
  getApiRelayId: async ({ relayed }) => [{ path: { id: relayed } }],
  getApiVault: async () => [{ role: "patient" }],
  getApiApplications: async () => [{ role: "registrar" }],
  getApiReceiptsNumberProof: async () => [{ path: { number: "1" } }],
  getApiReceipts: async () => [{ role: "auditor", query: { as: "gateway" } }],
};

let handedInAt = 0;

/** A message to the gateway that the patient's account signs, later than the one before. */
async function signHandIn({ chain, people, gateway }: World, what: HandIn["what"]) {
  handedInAt = Math.max(Math.floor(Date.now() / 1000), handedInAt + 1);
  const told = { subject: people.ana.address, time: handedInAt };
  const typed = typedHandIn(chain.place, { ...told, gateway: gateway.address, what });
  return { ...told, signature: await people.ana.signTypedData(typed) };
}

/** Those of an operation, ready to be sent: made now, because some are good for a minute only. */
async function readyExamples(world: World, { operationId }: Operation): Promise<Sent[]> {
  const made = (await examples[operationId]?.(world)) ?? [];
  return made.map(({ body, ...rest }) => ({
    role: "patient" as const,
    path: {},
    query: {},
    headers: { "X-Placet": "1" },
    type: body === undefined ? null : body instanceof Uint8Array ? "application/octet-stream" : "application/json",
    body: body === undefined ? null : body instanceof Uint8Array ? Uint8Array.from(body) : JSON.stringify(body),
    ...rest,
  }));
}

describe("Every route of the service", () => {
  let world: World;
  let operations: Operation[];
  let known: Known;
  let check: ReturnType<typeof createAnswerCheck>;
  let turn = 0;
  const problems: string[] = [];
  const cursors: string[] = [];
  const seen = new Map<string, Map<number, number>>();

  beforeAll(async () => {
    const people = join(await mkdtemp(join(tmpdir(), "placet-people-")), "people.json");
    await writeFile(
      people,
      JSON.stringify({ passphrase: "four words", people: [{ address: demoAccount(2).address, index: 2 }] }),
    );
    world = await buildWorld({ PLACET_RATE_RPC: "1000000", PLACET_DEMO: "1", PLACET_DEMO_PEOPLE: people });
    const document: unknown = await (await fetch(`${world.running.url}/openapi.json`)).json();
    operations = listOperations(document);
    check = createAnswerCheck(document);
    const { labs, imaging, live, toClinic, ended, cid, publicCid, relayed } = world;
    known = {
      schemas: schemasOf(document),
      values: [
        ...Object.values(world.people).map((person) => person.address),
        ...[labs.document, imaging.document, live.scope, toClinic.scope, ended.scope],
        ...[cid, publicCid, relayed, "labs", "imaging", "Granted", "TREAT", "eth_chainId", "eth_getBlockByNumber"],
      ],
    };
    for (const list of [
      "trail",
      "consents",
      "documents",
      "seals",
      "roll",
      "providers",
      "sessions",
      "receipts?as=gateway",
    ]) {
      const { body } = await world.call(/^(trail|rec)/.test(list) ? "auditor" : "patient")(
        "GET",
        `/api/${list}${list.includes("?") ? "&" : "?"}limit=1`,
      );
      if (typeof body["next"] === "string") cursors.push(body["next"]);
    }
  }, 120_000);
  afterAll(() => world.stop());

  async function send(operation: Operation, { role, path, query, headers, body, type }: Sent) {
    const { url } = world.running;
    if (process.env["PLACET_FUZZ_TELL"] === "2") writeSync(2, JSON.stringify({ role, path, query, headers }) + "\n");
    const where = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => forAddress(path[name] || "-"));
    const search = Object.entries(query).map(([name, value]) => `${forAddress(name)}=${forAddress(value)}`);
    const controller = new AbortController();
    // Who ends a session ends one that was made for it: the others are still needed.
    const ends = /session/i.test(operation.path) && operation.method !== "get" && operation.method !== "head";
    const reader = role === "nobody" ? null : ends ? await world.signInAs[role]() : world.signedIn[role];
    const cookie = reader?.cookie ?? null;
    const method = operation.method.toUpperCase();
    const to = `${where}${search.length === 0 ? "" : `?${search.join("&")}`}`;
    // Signatures from the description alone lead nowhere: of calls that bring one, three of four get a right one.
    const sent = body === null ? new Uint8Array() : typeof body === "string" ? Buffer.from(body) : body;
    const isSigned = operation.parameters.some(({ name }) => name === "placet-signature");
    const wants = isSigned && !("placet-signature" in headers && turn++ % 4 === 0);
    const account = reader?.address;
    const call = account && { method, path: to, body: sent, account, gateway: world.gateway.address };
    const now = Math.floor(Date.now() / 1000);
    const signed = wants && reader && call ? await signCall(reader.sessionKey, call, { now }) : {};
    const response = await fetch(`${url}${to}`, {
      method,
      headers: {
        ...Object.fromEntries(
          Object.entries(headers).flatMap(([name, value]) =>
            // No client can send a field without a proper name.
            /^[\w-]+$/.test(name) && !(name.toLowerCase() in signed) ? [[name, forHeader(value)] as const] : [],
          ),
        ),
        ...signed,
        ...(cookie === null ? {} : { Cookie: cookie }),
        ...(type === null ? {} : { "Content-Type": type }),
        Origin: url,
      },
      ...(body === null ? {} : { body: typeof body === "string" ? Buffer.from(body) : body }),
      signal: controller.signal,
    });
    const streams = (response.headers.get("Content-Type") ?? "").startsWith("text/event-stream");
    const text = streams ? "" : await response.text();
    if (streams) controller.abort();
    return {
      status: response.status,
      headers: response.headers,
      text,
      request: response.headers.get("X-Request-Id"),
    };
  }

  it("answers only as it publishes, whatever comes", { timeout: 600_000 }, async () => {
    for (const operation of operations) {
      const own = await readyExamples(world, operation);
      const statuses = new Map<number, number>();
      seen.set(operation.operationId, statuses);
      const property = fc.asyncProperty(
        callsOf(operation, known, {
          bodies: own.flatMap(({ body }) => (typeof body === "string" ? [JSON.parse(body) as unknown] : [])),
          paths: own.map(({ path }) => path),
          cursors,
        }),
        async (sent) => {
          const answer = await send(operation, sent);
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          // "Sign out everywhere" is everywhere.
          if (operation.path === "/api/sessions" && answer.status === 204 && sent.role !== "nobody")
            world.signedIn[sent.role] = await world.signInAs[sent.role]();
          const wrong = answer.status === 500 ? "It answered 500." : check(operation, answer);
          if (wrong !== null) throw new Error(`${wrong} ${answer.text.slice(0, 600)}`);
          if (answer.request === null && answer.status !== 404) throw new Error("The answer names no request id.");
        },
      );
      const started = Date.now();
      const result = await fc.check(property, {
        numRuns: RUNS,
        seed: SEED,
        examples: own.map((each): [Sent] => [each]),
        endOnFailure: true,
      });
      if (process.env["PLACET_FUZZ_TELL"] !== undefined)
        writeSync(2, `${operation.operationId} ${Date.now() - started} ms ${JSON.stringify([...statuses])}\n`);
      if (result.failed)
        problems.push(
          `${operation.method} ${operation.path} (seed ${result.seed}, path ${result.counterexamplePath}): ${String((result.errorInstance as Error | null)?.message)}\n  by ${JSON.stringify(result.counterexample?.[0]).slice(0, 900)}`,
        );
    }
    if (problems.length > 0) throw new Error(problems.join("\n"));
  });

  it("was reached by what was sent: each was answered well at least once", () => {
    const never = [...seen]
      .filter(([, statuses]) => ![...statuses.keys()].some((status) => status < 300))
      .map(([name]) => name);
    expect(never).toEqual([]);
  });

  it("is well after all of it", async () => {
    expect((await fetch(`${world.running.url}/health`)).status).toBe(200);
    const failed = world.running.lines.filter((line) => line.includes("request-failed"));
    if (failed.length > 0) throw new Error(failed.map((line) => line.slice(0, 400)).join("\n"));
  });
});
