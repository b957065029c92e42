// Sessions that renew themselves: tokens that turn, copies that are found out, lists, and ends from elsewhere.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningService } from "#indexer/index.ts";
import { rotateTokens } from "#indexer/http/tokens.ts";
import { people, startChain } from "../support/chain.ts";
import type { TestChain } from "../support/chain.ts";
import {
  cookiesOf,
  createCaller,
  eventually,
  makeFolder,
  openStream,
  signIn,
  startTestService,
} from "../support/service.ts";
import type { Answer } from "../support/service.ts";

describe("A session", () => {
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

  const refresh = (cookie: string): Promise<Answer> =>
    createCaller(running.url, cookie)("POST", "/api/session/refresh");
  const who = async (cookie: string) => (await createCaller(running.url, cookie)("GET", "/api/session")).status;
  /** Lets time pass for what is stored, as far as a test can wait for it. */
  const age = (seconds: number) =>
    running.service.database.query(
      "update session_tokens set used_at = used_at - $1, expires_at = case kind when 'access' then expires_at - $1 else expires_at end",
      [seconds],
    );
  const list = async (cookie: string) => (await createCaller(running.url, cookie)("GET", "/api/sessions")).body.items;

  it("goes on with new tokens, never past the time that was signed for, and the old ones stop", async () => {
    const ana = await signIn(running, people.ana);
    const renewed = await refresh(ana.cookie);
    expect(renewed).toMatchObject({
      status: 200,
      body: { account: people.ana.address, expiresAt: ana.session["expiresAt"] },
    });
    const next = cookiesOf(renewed);
    expect(next).not.toBe(ana.cookie);
    expect(await who(next)).toBe(200);
    // What was on its way with the old token still arrives; half a minute later it opens nothing.
    expect(await who(ana.cookie)).toBe(200);
    await running.service.database.query(
      "update session_tokens set expires_at = expires_at - 31 where kind = 'access'",
    );
    expect(await who(ana.cookie)).toBe(401);
    expect(await who(next)).toBe(200);
  });

  it("whose access token ran out is renewed by its refresh token", async () => {
    const ana = await signIn(running, people.ana);
    await age(901);
    expect(await who(ana.cookie)).toBe(401);
    expect(await who(cookiesOf(await refresh(ana.cookie)))).toBe(200);
  });

  it("ends for everybody when a used refresh token comes again, and its person is told", async () => {
    const ana = await signIn(running, people.ana);
    const other = await signIn(running, people.ana);
    const stream = openStream(running.url, other.cookie);
    await eventually(async () => stream.events.some((event) => event.event === "block"));
    const next = cookiesOf(await refresh(ana.cookie));
    await age(11);
    const reused = await refresh(ana.cookie);
    expect(reused).toMatchObject({ status: 401, body: { code: "not-authorised", reason: "token-reused" } });
    expect(reused.headers.getSetCookie().every((cookie) => cookie.includes("Max-Age=0"))).toBe(true);
    expect(await who(next)).toBe(401);
    expect(await refresh(next)).toMatchObject({ status: 401, body: { reason: "token-reused" } });
    const told = await eventually(async () => stream.events.find((event) => event.event === "session"));
    expect(told.data).toMatchObject({ id: ana.session["id"], endedWhy: "token-reused" });
    expect((await list(other.cookie)).find((each) => each["id"] === ana.session["id"])).toMatchObject({
      endedWhy: "token-reused",
    });
    expect(await who(other.cookie)).toBe(200);
    await stream.close();
  });

  it("survives an answer that was lost, and two pages that renew it at once, without two lines of tokens", async () => {
    const ana = await signIn(running, people.ana);
    const [first, second] = await Promise.all([refresh(ana.cookie), refresh(ana.cookie)]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(cookiesOf(first)).toBe(cookiesOf(second));
    // Once the successor was used, the old one is a copy, however soon it comes.
    await refresh(cookiesOf(first));
    expect(await refresh(ana.cookie)).toMatchObject({ status: 401, body: { reason: "token-reused" } });
  });

  it("is over for a refresh token that nobody gave, or an access token in its place", async () => {
    const ana = await signIn(running, people.ana);
    const access = /placet_session=([^;]+)/.exec(ana.cookie)?.[1] ?? "";
    expect(await refresh(`placet_refresh=${"A".repeat(43)}`)).toMatchObject({
      status: 401,
      body: { reason: "session-over" },
    });
    expect(await refresh(`placet_refresh=${access}`)).toMatchObject({ status: 401, body: { reason: "session-over" } });
    expect((await refresh("")).status).toBe(401);
    expect(await who(ana.cookie)).toBe(200);
    const swapped = ana.cookie
      .replace("placet_refresh", "placet_x")
      .replace("placet_session", "placet_refresh")
      .replace("placet_x", "placet_session");
    expect(await who(swapped)).toBe(401);
  });

  it("cannot be renewed past its end", async () => {
    const ana = await signIn(running, people.ana);
    const token = /placet_refresh=([^;]+)/.exec(ana.cookie)?.[1] ?? "";
    const now = Number(ana.session["expiresAt"]) + 1;
    expect(await rotateTokens(running.service.database, { token, now, accessSeconds: 900 })).toEqual({
      outcome: "over",
    });
  });

  it("is listed for its person alone, in words they know, and ended from elsewhere at once", async () => {
    const ben = await signIn(running, people.ben);
    const phone = await signIn(running, people.ben, "Mozilla/5.0 (Linux; Android 14) Gecko/128.0 Firefox/128.0");
    const mine = (await list(ben.cookie)).filter((each) => each["endedAt"] === null);
    expect(mine).toHaveLength(2);
    expect(mine.find((each) => each["id"] === phone.session["id"])).toMatchObject({
      device: "Firefox, Android",
      current: false,
    });
    expect(mine.find((each) => each["id"] === ben.session["id"])).toMatchObject({ current: true });
    expect(JSON.stringify(mine)).not.toMatch(/Gecko|127\.0\.0\.1|signature|message/);
    const tomas = await signIn(running, people.tomas);
    const path = `/api/sessions/${String(phone.session["id"])}`;
    expect((await tomas.call("DELETE", path)).status).toBe(404);
    expect(await who(phone.cookie)).toBe(200);
    expect((await ben.call("DELETE", path)).status).toBe(204);
    expect(await who(phone.cookie)).toBe(401);
    expect(await refresh(phone.cookie)).toMatchObject({ status: 401, body: { reason: "session-over" } });
    expect((await ben.call("DELETE", path)).status).toBe(404);
  });

  it('"sign out everywhere" ends all of them, or all but this one', async () => {
    const sessions = await Promise.all([1, 2, 3].map(() => signIn(running, people.lena)));
    const [first, second, third] = sessions.map(({ cookie }) => cookie) as [string, string, string];
    expect((await createCaller(running.url, first)("DELETE", "/api/sessions?others=true")).status).toBe(204);
    expect(await Promise.all([first, second, third].map(who))).toEqual([200, 401, 401]);
    expect((await createCaller(running.url, first)("DELETE", "/api/sessions")).status).toBe(204);
    expect(await who(first)).toBe(401);
  });
});

describe("A session of a service behind TLS", () => {
  it("has cookies that no other host and no plain page can set, and takes no others", async () => {
    const chain = await startChain();
    const folder = await makeFolder();
    const running = await startTestService(chain, folder.folder, { PLACET_TRUST_PROXY: "1" });
    try {
      const secure = { "X-Forwarded-Proto": "https" };
      const ana = await signIn(running, people.ana, undefined, secure);
      const [session = "", refresh = ""] = ana.answer.headers.getSetCookie();
      expect(session).toMatch(
        /^__Host-placet_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=900; Secure$/,
      );
      expect(refresh).toMatch(
        /^__Secure-placet_refresh=[\w-]{43}; Path=\/api\/session\/refresh; HttpOnly; SameSite=Strict; Max-Age=\d+; Secure$/,
      );
      const ask = (cookie: string) => createCaller(running.url, cookie)("GET", "/api/session", undefined, secure);
      expect((await ask(ana.cookie)).status).toBe(200);
      expect((await ask(ana.cookie.replace("__Host-", ""))).status).toBe(401);
      expect((await createCaller(running.url, ana.cookie)("GET", "/api/session")).status).toBe(401);
    } finally {
      await running.stop();
      await chain.stop();
      await folder.remove();
    }
  });
});
