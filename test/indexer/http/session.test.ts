// Who may come in, and who stays out: sign-in by key and by contract wallet, nonces, other sites, lockout, signing out.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getAddress } from "viem";
import type { createSiweMessage } from "viem/siwe";
import { Failure } from "#protocol/failure.ts";
import { createSessionKey, sessionResources } from "#protocol/keys/index.ts";
import { createGatewayKey } from "#indexer/gateway/gateway-key.ts";
import { isSignedByWallet } from "#indexer/http/wallet-signature.ts";
import type { RunningService } from "#indexer/index.ts";
import { people, startChain } from "../support/chain.ts";
import type { TestChain } from "../support/chain.ts";
import { deployContractWallet } from "../support/contract-wallet.ts";
import { createCaller, makeFolder, makeMessage, signIn, startTestService } from "../support/service.ts";
import { word } from "../support/story.ts";

describe("Signing in", () => {
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

  const post = (message: string, signature: string, headers?: Record<string, string>) =>
    createCaller(running.url)("POST", "/api/session", { message, signature }, headers);

  it("a patient who signs the message is in, and is told who they are", async () => {
    const ana = await signIn(running, people.ana);
    expect(ana.session).toMatchObject({ account: people.ana.address, roles: ["patient"], organisation: null });
    expect((await ana.call("GET", "/api/session")).body).toEqual(ana.session);
    expect(ana.session).toMatchObject({ renewAfter: 630 });
  });

  it("the registrar is known as one from the deployment on", async () => {
    const rosa = await signIn(running, people.registrar);
    expect(rosa.session).toMatchObject({ roles: ["patient", "registrar"] });
    expect((await rosa.call("GET", "/api/applications")).status).toBe(200);
  });

  it("many who ask at once are each told who they are, and who signed out meanwhile is told nothing", async () => {
    const [ana, ben, lena] = await Promise.all(
      [people.ana, people.ben, people.lena].map((who) => signIn(running, who)),
    );
    if (ana === undefined || ben === undefined || lena === undefined) throw new Error("Three signed in.");
    expect((await lena.call("DELETE", "/api/session")).status).toBe(204);
    const asked = Array.from({ length: 60 }, (_, at) => [ana, ben, lena][at % 3] ?? ana);
    const answers = await Promise.all(asked.map((who) => who.call("GET", "/api/session")));
    for (const [at, who] of asked.entries())
      expect(answers[at]).toMatchObject(who === lena ? { status: 401 } : { status: 200, body: who.session });
  });

  it("the cookie is kept from scripts and other sites, and its token is stored nowhere", async () => {
    const message = await makeMessage(running, people.ben.address);
    const answer = await post(message, await people.ben.signMessage({ message }));
    const cookie = answer.headers.get("Set-Cookie") ?? "";
    expect(cookie).toMatch(/^placet_session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=900/);
    expect(cookie).toMatch(
      /placet_refresh=[A-Za-z0-9_-]{43}; Path=\/api\/session\/refresh; HttpOnly; SameSite=Strict; Max-Age=(3600|3599)/,
    );
    const token = /=([^;]+)/.exec(cookie)?.[1] ?? "";
    const rows = await running.service.database.query(
      "select * from sessions s join session_tokens t on t.session = s.id",
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it("a contract wallet signs in by ERC-1271, and not with somebody else's signature", async () => {
    const wallet = await deployContractWallet(chain, people.sam);
    const message = await makeMessage(running, wallet);
    const foreign = await post(message, await people.maya.signMessage({ message }));
    expect(foreign).toMatchObject({ status: 401, body: { code: "not-authorised" } });
    const again = await makeMessage(running, wallet);
    const answer = await post(again, await people.sam.signMessage({ message: again }));
    expect(answer).toMatchObject({ status: 200, body: { account: getAddress(wallet) } });
    // Where strangers may name a contract, each question to it is counted; its yes is believed for a while, its no is not.
    const text = `Read, ${wallet}.`;
    let asked = 0;
    const ask = async (by: typeof people.sam, onContract = () => void (asked += 1)) =>
      isSignedByWallet(running.service.chain, {
        ...{ account: wallet, message: text, signature: await by.signMessage({ message: text }) },
        onContract,
      });
    const enough = () => {
      throw new Failure("too-many-requests", "Enough.");
    };
    await expect(ask(people.sam, enough)).rejects.toMatchObject({ code: "too-many-requests" });
    expect([await ask(people.maya), await ask(people.maya), asked]).toEqual([false, false, 2]);
    expect([await ask(people.sam), await ask(people.sam, enough), asked]).toEqual([true, true, 3]);
  });

  it("a message is good once: whoever sends it again stays out", async () => {
    const message = await makeMessage(running, people.noor.address);
    const signature = await people.noor.signMessage({ message });
    expect((await post(message, signature)).status).toBe(200);
    expect((await post(message, signature)).status).toBe(401);
  });

  it("a message with a nonce of another gateway stays out, though it names this one", async () => {
    const other = createGatewayKey(word());
    const nonce = other.makeNonce(Math.floor(Date.now() / 1000));
    const message = await makeMessage(running, people.noor.address, { nonce });
    const answer = await post(message, await people.noor.signMessage({ message }));
    expect(answer).toMatchObject({ status: 401, body: { code: "not-authorised" } });
  });

  it("a message for another site, chain, gateway or time is refused, and the answer says which", async () => {
    const { publicKey } = await createSessionKey();
    const cases: [Partial<Parameters<typeof createSiweMessage>[0]>, string][] = [
      [{ domain: "evil.example" }, "another site"],
      [{ uri: "https://evil.example" }, "another address"],
      [{ chainId: 1 }, "another chain"],
      [{ resources: sessionResources({ publicKey, gateway: people.gateway.address }) }, "another gateway"],
      [{ issuedAt: new Date(Date.now() - 3_600_000) }, "just now"],
      [{ expirationTime: new Date(Date.now() + 13 * 3_600_000) }, "twelve hours"],
    ];
    for (const [changes, words] of cases) {
      const message = await makeMessage(running, people.noor.address, changes);
      const answer = await post(message, await people.noor.signMessage({ message }));
      expect(answer).toMatchObject({ status: 400, body: { code: "bad-input" } });
      expect(answer.body["detail"]).toContain(words);
    }
  });

  it("a message that lets a key read is taken only as receipts quote it, so that no read can be denied later", async () => {
    const good = await makeMessage(running, people.noor.address);
    const forms = [
      good.replace(/\nExpiration Time: .*/, ""),
      good.replace(people.noor.address, people.noor.address.toLowerCase()),
      good.replace("\nURI:", "\nThis is not from me.\nURI:"),
    ];
    for (const message of forms) {
      expect(message).not.toBe(good);
      const answer = await post(message, await people.noor.signMessage({ message }));
      expect(answer).toMatchObject({ status: 400, body: { code: "bad-input" } });
    }
    expect((await post(good, await people.noor.signMessage({ message: good }))).status).toBe(200);
  });

  it("another site cannot use the cookie: without our header or from another origin nothing is done", async () => {
    const ana = await signIn(running, people.ana);
    const foreign = await ana.call("DELETE", "/api/session", undefined, { Origin: "https://evil.example" });
    expect(foreign).toMatchObject({ status: 403, body: { code: "forbidden", reason: "origin" } });
    const bare = await fetch(`${running.url}/api/session`, { method: "DELETE", headers: { Cookie: ana.cookie } });
    expect(bare.status).toBe(403);
    expect((await ana.call("GET", "/api/session")).status).toBe(200);
  });

  it("who signs out is out at once, with the same cookie too", async () => {
    const ana = await signIn(running, people.ana);
    expect((await ana.call("DELETE", "/api/session")).status).toBe(204);
    expect((await ana.call("GET", "/api/session")).status).toBe(401);
  });

  it("after five failures the door stays shut for a while, longer each time, for that caller's account only", async () => {
    for (let failure = 0; failure < 5; failure += 1) {
      const message = await makeMessage(running, people.tomas.address);
      expect((await post(message, await people.maya.signMessage({ message }))).status).toBe(401);
    }
    const message = await makeMessage(running, people.tomas.address);
    const locked = await post(message, await people.tomas.signMessage({ message }));
    expect(locked).toMatchObject({ status: 423, body: { code: "locked" } });
    expect(Number(locked.headers.get("Retry-After"))).toBeGreaterThan(20);
    expect((await signIn(running, people.lena)).session["account"]).toBe(people.lena.address);
  });
});
