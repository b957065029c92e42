// A person's signed act, from being handed in to being indexed, and everything that the relay will not do.

import { createPublicClient, http, toHex, type Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomBytes } from "#protocol/bytes.ts";
import { createOpening, scopeOf } from "#protocol/consent/index.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { actToJson, readSigningState, typedAct, type Act } from "#protocol/typed-data/index.ts";
import { createRelay } from "#indexer/relay/index.ts";
import type { RunningService } from "#indexer/index.ts";
import { readRevokeCeiling } from "#indexer/store/relays.ts";
import { people, startChain } from "../support/chain.ts";
import type { Person, TestChain } from "../support/chain.ts";
import { funded, holdMining, signInToRead } from "../support/reading.ts";
import type { Reader } from "../support/reading.ts";
import { eventually, makeFolder, openStream, startTestService } from "../support/service.ts";
import { chainTime, word } from "../support/story.ts";

describe("The relay", () => {
  let chain: TestChain;
  let running: RunningService;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let asAna: Reader;
  let asLena: Reader;

  async function sign(signer: Pick<Person, "signTypedData">, act: Act) {
    const state = await readSigningState(act, ({ functionName, args }) =>
      chain.client.readContract({
        address: chain.deployment.ledger,
        abi: ledgerAbi,
        functionName: functionName as "roll",
        args: args as never,
      }),
    );
    return { act: actToJson(act), signature: await signer.signTypedData(typedAct(chain.place, act, state) as never) };
  }

  async function anchor(document = word()): Promise<Act> {
    return {
      name: "anchor",
      args: {
        subject: people.ana.address,
        document,
        manifest: word(),
        version: 1,
        deadline: (await chainTime(chain)) + 600,
      },
    };
  }

  const state = async (reader: Reader, id: unknown) =>
    (await reader.call("GET", `/api/relay/${String(id)}`)).body["state"];

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder, funded);
    asAna = await signInToRead(running, people.ana);
    asLena = await signInToRead(running, people.lena);
  });
  afterAll(async () => {
    await running.stop();
    await chain.stop();
    await folder.remove();
  });

  it("publishes the gateway's own key when the service starts", async () => {
    await eventually(async () => {
      const key = await chain.client.readContract({
        address: chain.deployment.ledger,
        abi: ledgerAbi,
        functionName: "encryptionKeyOf",
        args: [running.service.gateway.address],
      });
      return key === running.service.gateway.encryptionKey;
    });
  });

  it("brings a patient's act to the ledger without their paying, and tells each step", async () => {
    const stream = openStream(running.url, asAna.cookie);
    const balance = await chain.client.getBalance({ address: people.ana.address });
    const act = await anchor();
    const handedIn = await asAna.call("POST", "/api/relay", await sign(people.ana, act));
    expect(handedIn).toMatchObject({
      status: 202,
      body: { state: "queued", name: "anchor", actor: people.ana.address },
    });
    const { id } = handedIn.body;
    const done = await eventually(async () => {
      const { body } = await asAna.call("GET", `/api/relay/${String(id)}`);
      return body["state"] === "indexed" && body;
    });
    expect(done["tx"]).toMatch(/^0x[0-9a-f]{64}$/);
    expect(await chain.client.getBalance({ address: people.ana.address })).toBe(balance);
    const told = await eventually(async () => {
      const states = stream.events
        .filter(({ event, data }) => event === "relay" && data["id"] === id)
        .map(({ data }) => data["state"]);
      return states.at(-1) === "indexed" && states;
    });
    expect(told[0]).toBe("queued");
    expect((await asLena.call("GET", `/api/relay/${String(id)}`)).status).toBe(404);
    await stream.close();
  });

  it("brings many acts under one signature, and counts each of them", async () => {
    const documents = [word(), word(), word()];
    const act: Act = {
      name: "anchorMany",
      args: {
        subject: people.ana.address,
        anchors: documents.map((document) => ({ document, manifest: word(), version: 1 })),
        deadline: (await chainTime(chain)) + 600,
      },
    };
    const { body } = await asAna.call("POST", "/api/relay", await sign(people.ana, act));
    expect(body).toMatchObject({ state: "queued", name: "anchorMany" });
    await eventually(async () => (await state(asAna, body["id"])) === "indexed");
    const trail = await asAna.call("GET", "/api/trail?act=Anchored&order=newest&limit=3");
    expect(trail.body.items.map(({ args }) => (args as Record<string, unknown>)["document"]).toSorted()).toEqual(
      documents.toSorted(),
    );
    const [counted] = await running.service.database.query("select parts from relays where id = $1", [body["id"]]);
    expect(counted).toEqual({ parts: 3 });
  });

  it("brings a move that both accounts signed, and refuses one that only the old account did", async () => {
    const { address } = people.maya;
    const deadline = (await chainTime(chain)) + 600;
    const act: Act = { name: "declareMove", args: { subject: address, newAccount: people.sam.address, deadline } };
    const asMaya = await signInToRead(running, people.maya);
    const signed = await sign(people.maya, act);
    expect(await asMaya.call("POST", "/api/relay", signed)).toMatchObject({ status: 400 });
    const { signature: newSignature } = await sign(people.sam, act);
    const { body } = await asMaya.call("POST", "/api/relay", { ...signed, newSignature });
    await eventually(async () => (await state(asMaya, body["id"])) === "indexed");
    expect((await asMaya.call("GET", `/api/accounts/${address}`)).body).toMatchObject({
      movedTo: people.sam.address,
      generation: 1,
    });
  });

  it("does the same act once, however often it is handed in", async () => {
    const signed = await sign(people.ana, await anchor());
    const answers = await Promise.all([1, 2, 3].map(() => asAna.call("POST", "/api/relay", signed)));
    expect(new Set(answers.map(({ body }) => body["id"])).size).toBe(1);
    await eventually(async () => (await state(asAna, answers[0]?.body["id"])) === "indexed");
    expect((await asAna.call("POST", "/api/relay", signed)).body).toMatchObject({
      id: answers[0]?.body["id"],
      state: "indexed",
    });
  });

  it("refuses in words what the ledger would refuse, and sends nothing", async () => {
    const act = await anchor();
    const { signature } = await sign(people.ben, act);
    const before = await running.service.database.query("select count(*) as n from sendings");
    const forged = await asAna.call("POST", "/api/relay", { act: actToJson(act), signature });
    expect(forged).toMatchObject({ status: 403, body: { code: "refused", reason: "BadSignature" } });
    const late: Act = { ...act, args: { ...act.args, deadline: 1 } } as Act;
    expect(await asAna.call("POST", "/api/relay", await sign(people.ana, late))).toMatchObject({
      status: 403,
      body: { reason: "DeadlinePassed" },
    });
    const renounce: Act = {
      name: "renounce",
      args: { subject: people.ana.address, grantee: people.lena.address, scope: word() },
    };
    expect(await asLena.call("POST", "/api/relay", await sign(people.lena, renounce))).toMatchObject({
      status: 409,
      body: { reason: "NotInForce" },
    });
    expect(await running.service.database.query("select count(*) as n from sendings")).toEqual(before);
  });

  it("relays acts of the table that can be signed, and nothing else", async () => {
    const plain = { name: "applyFor", args: { account: people.ana.address, kind: 1, licence: word(), card: word() } };
    const signature = toHex(randomBytes(65));
    expect((await asAna.call("POST", "/api/relay", { act: plain, signature })).status).toBe(400);
    expect(
      (await asAna.call("POST", "/api/relay", { act: { name: "selfdestruct", args: {} }, signature })).status,
    ).toBe(400);
    const extra = actToJson(await anchor());
    expect(
      (
        await asAna.call("POST", "/api/relay", {
          act: { ...extra, args: { ...extra.args, to: people.ben.address } },
          signature,
        })
      ).status,
    ).toBe(400);
  });

  it("takes a revoke from the vault account, when the wallet is lost", async () => {
    const vault = privateKeyToAccount(toHex(randomBytes(32)));
    await chain.act(people.ben, {
      name: "publishKey",
      args: { account: people.ben.address, encryptionKey: word(), vaultAccount: vault.address },
    });
    const act: Act = {
      name: "revoke",
      args: { subject: people.ben.address, grantee: people.lena.address, scope: word(), ceiling: 5 },
    };
    const asBen = await signInToRead(running, people.ben);
    const { body, status } = await asBen.call("POST", "/api/relay", await sign(vault, act));
    expect(status).toBe(202);
    await eventually(async () => (await state(asBen, body["id"])) === "indexed");
    expect(
      (await asBen.call("POST", "/api/relay", await sign(vault, { ...act, args: { ...act.args, ceiling: 4 } } as Act)))
        .body,
    ).toMatchObject({ reason: "AlreadyEnded" });
  });

  it("takes a patient's revoke, and no forged one, while no node answers, and sends it when one does", async () => {
    const client = createPublicClient({ transport: http("http://127.0.0.1:1", { retryCount: 0 }) });
    const relay = await createRelay({ ...running.service, chain: { ...running.service.chain, client } });
    const act = {
      name: "revoke" as const,
      args: { subject: people.ana.address, grantee: people.lena.address, scope: word(), ceiling: 3 },
    };
    const submit = async (signer: Person, signed: Act) => {
      const { signature } = await sign(signer, signed);
      return relay.submit({ account: people.ana.address, act: signed, signature });
    };
    await expect(submit(people.tomas, act)).rejects.toMatchObject({ code: "unavailable" });
    await expect(submit(people.ana, await anchor())).rejects.toMatchObject({ code: "unavailable" });
    const { id } = await submit(people.ana, act);
    await eventually(async () => (await state(asAna, id)) === "indexed");

    // Of what she tells without having it sent, it keeps only what it has read of before: anybody signs of what never was.
    const { scope } = act.args;
    const many = (...scopes: Hex[]): Act => ({
      name: "revokeMany",
      args: {
        subject: people.ana.address,
        revocations: scopes.map((one) => ({ grantee: people.lena.address, scope: one, ceiling: 7 })),
      },
    });
    let contracts = 0;
    const tell = async (told: Act, form = (signature: Hex) => signature) => {
      const { signature } = await sign(people.ana, told);
      return relay.hear({ act: told, signature: form(signature), onContract: () => (contracts += 1) });
    };
    const ceilingOf = async (one: Hex) =>
      readRevokeCeiling(running.service.database, { ...act.args, subject: people.ana.address, scope: one });
    const unseen = word();
    await expect(tell(many(unseen, word()))).rejects.toMatchObject({ reason: "consent-unseen" });
    await expect(tell(many(unseen, scope, scope))).rejects.toMatchObject({ reason: "consent-unseen" });
    expect([await ceilingOf(unseen), await ceilingOf(scope)]).toEqual([null, 7]);
    expect([await tell(act), await ceilingOf(scope), contracts]).toEqual([1, 7, 0]);
    // What the ledger would give to a contract is a contract's: a signature of hers in a form that it takes from no key.
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const forms: ((signature: Hex) => Hex)[] = [
      (signature) => `0x${signature.slice(2, 130)}${signature.endsWith("1b") ? "00" : "01"}`,
      (signature) => {
        const high = (order - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, "0");
        return `0x${signature.slice(2, 66)}${high}${signature.endsWith("1b") ? "1c" : "1b"}`;
      },
      (signature) => `0x${signature.slice(2, 130)}`,
    ];
    for (const form of forms) await expect(tell(act, form)).rejects.toMatchObject({ code: "unavailable" });
    expect(contracts).toBe(forms.length);
  });

  it("limits what one account has sent, but never a revoke", async () => {
    const relay = await createRelay(
      { ...running.service, gateway: running.service.gateway },
      { perHour: 1, open: 100 },
    );
    const submit = async (act: Act) => {
      const { signature } = await sign(people.tomas, act);
      return relay.submit({ account: people.tomas.address, act, signature });
    };
    const request = async (): Promise<Act> => ({
      name: "request",
      args: {
        grantee: people.tomas.address,
        subject: people.ana.address,
        note: word(),
        deadline: (await chainTime(chain)) + 600,
      },
    });
    await submit(await request());
    await expect(submit(await request())).rejects.toMatchObject({ code: "too-many-requests" });
    const revoke: Act = {
      name: "revoke",
      args: { subject: people.tomas.address, grantee: people.ana.address, scope: word(), ceiling: 0 },
    };
    expect((await submit(revoke)).state).toBe("queued");
  });

  it("sends no end of revokes that end nothing, and still every one that does", async () => {
    const relay = await createRelay(
      { ...running.service, gateway: running.service.gateway },
      { perHour: 1, open: 100 },
    );
    const submit = async (act: Act) => {
      const { signature } = await sign(people.sam, act);
      return relay.submit({ account: people.sam.address, act, signature });
    };
    const revoke = (scope: Hex): Act => ({
      name: "revoke",
      args: { subject: people.sam.address, grantee: people.lena.address, scope, ceiling: 9 },
    });
    const opening = createOpening({ categories: ["labs"], purposes: ["TREAT"], salt: word() });
    const standing = scopeOf(opening);
    const now = await chainTime(chain);
    const act: Act = {
      name: "grant",
      args: {
        subject: people.sam.address,
        grantee: people.lena.address,
        scope: standing,
        ops: 1,
        notBefore: now,
        expiresAt: now + 86_400,
        capsule: word(),
        deadline: now + 600,
      },
    };
    await chain.signedAct(people.sam, act, { opening });
    await submit(revoke(word()));
    await expect(submit(revoke(word()))).rejects.toMatchObject({ code: "too-many-requests" });
    expect((await submit(revoke(standing))).state).toBe("queued");
  });

  it("keeps many acts of many people in order through one account", async () => {
    const acts = await Promise.all(Array.from({ length: 15 }, () => anchor()));
    const answers = await Promise.all(
      acts.map(async (act) => asAna.call("POST", "/api/relay", await sign(people.ana, act))),
    );
    for (const { body } of answers)
      await eventually(async () => (await state(asAna, body["id"])) === "indexed", 30_000);
    const rows = await running.service.database.query<{ nonce: number }>(
      "select nonce from sendings where state = 'mined' order by nonce",
    );
    expect(rows.map(({ nonce }) => nonce)).toEqual(rows.map((_, i) => (rows[0]?.nonce ?? 0) + i));
  });

  it("tells why an act failed that was good when it was handed in", async () => {
    const goOn = await holdMining(chain);
    const document = word();
    const [first, second] = [
      await sign(people.ana, await anchor(document)),
      await sign(people.ana, await anchor(document)),
    ];
    const { id } = (await asAna.call("POST", "/api/relay", first)).body;
    const other = (await asAna.call("POST", "/api/relay", second)).body["id"];
    await eventually(async () => (await state(asAna, id)) === "sent");
    await goOn();
    const states = await eventually(async () => {
      const both = [await state(asAna, id), await state(asAna, other)];
      return both.every((one) => one === "indexed" || one === "failed") && both;
    }, 30_000);
    expect(states.toSorted()).toEqual(["failed", "indexed"]);
    const failed = await asAna.call("GET", `/api/relay/${String(states[0] === "failed" ? id : other)}`);
    expect(failed.body).toMatchObject({ reason: "WrongVersion", detail: expect.stringContaining("another version") });
  });
});
