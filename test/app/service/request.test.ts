import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { isFailure } from "#protocol/failure.ts";
import { readAll } from "../../../app/src/lib/service/pages.ts";
import { failureOf, onTokenOver, request, toJson, withQuery } from "../../../app/src/lib/service/request.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  const address = started.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}
const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => undefined).catch((error: unknown) => error);

describe("A page that asks the service", () => {
  test("gets what the schema lets through, and nothing else", async () => {
    const url = await serve((_, answer) => answer.end('{"a":1,"extra":true}'));
    expect(await request(url, { schema: z.object({ a: z.number() }) })).toEqual({ a: 1 });
  });

  test("does not use an answer of another shape", async () => {
    const url = await serve((_, answer) => answer.end('{"a":"one"}'));
    expect(isFailure(await caught(request(url, { schema: z.object({ a: z.number() }) })), "tampered")).toBe(true);
  });

  test("carries the header that no foreign page can send, and JSON with large numbers as decimal strings", async () => {
    let heard: { header: unknown; body: string } | undefined;
    const url = await serve((asked, answer) => {
      let body = "";
      asked.on("data", (chunk: Buffer) => (body += chunk.toString()));
      asked.on("end", () => {
        heard = { header: asked.headers["x-placet"], body };
        answer.end("null");
      });
    });
    await request(url, { method: "POST", body: { open: 1n << 90n }, schema: z.null() });
    expect(heard).toEqual({ header: "1", body: toJson({ open: (1n << 90n).toString() }) });
  });

  test("tells a problem in the service's own words and keeps its code and reason", async () => {
    const url = await serve((_, answer) => {
      answer.writeHead(403, { "content-type": "application/problem+json" });
      answer.end('{"detail":"Consent was revoked.","code":"refused","reason":"consent-revoked"}');
    });
    expect(await caught(request(url, { schema: z.unknown() }))).toMatchObject({
      code: "refused",
      reason: "consent-revoked",
      message: "Consent was revoked.",
    });
  });

  test("says that nobody answered when nobody did", async () => {
    const url = await serve((_, answer) => answer.end());
    server?.closeAllConnections();
    server?.close();
    const failures = await Promise.all(
      (["GET", "POST"] as const).map((method) => caught(request(url, { method, schema: z.unknown() }))),
    );
    expect(failures).toMatchObject([
      { code: "unavailable", message: expect.stringContaining("Nothing was changed.") },
      { code: "unavailable", message: expect.stringContaining("we do not know whether this was done") },
    ]);
  });

  test("takes an answer that breaks off for none, and does not claim that what it told the service to do was not done", async () => {
    const url = await serve((_, answer) => {
      answer.writeHead(202, { "content-length": "100" });
      answer.write('{"id":"begun', () => answer.destroy());
    });
    expect(await caught(request(url, { schema: z.unknown() }))).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("Nothing was changed."),
    });
    expect(await caught(request(url, { method: "DELETE", schema: z.unknown() }))).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("we do not know whether this was done"),
    });
  });

  test("goes on with a renewed session when its token ran out, and asks for that once", async () => {
    let good = false;
    let renewals = 0;
    onTokenOver(async () => {
      renewals += 1;
      return (good = true);
    });
    const url = await serve((asked, answer) => {
      answer.writeHead(good && asked.url !== "/never" ? 200 : 401).end("1");
    });
    expect(await request(`${url}/a`, { schema: z.number() })).toBe(1);
    expect(renewals).toBe(1);
    expect(isFailure(await caught(request(`${url}/never`, { schema: z.number() })), "not-authorised")).toBe(true);
    expect(renewals).toBe(2);
    onTokenOver(async () => false);
  });

  test("waits as long as it is told to when it asked too fast, and does not when it changes something", async () => {
    let asked = 0;
    const url = await serve((_, answer) => {
      asked += 1;
      if (asked % 2 === 1) answer.writeHead(429, { "retry-after": "1" }).end("{}");
      else answer.end("1");
    });
    const before = Date.now();
    expect(await request(url, { schema: z.number() })).toBe(1);
    expect(Date.now() - before).toBeGreaterThanOrEqual(950);
    const change = request(url, { method: "POST", schema: z.number() });
    expect(isFailure(await caught(change), "too-many-requests")).toBe(true);
    expect(asked).toBe(3);
  });

  test("reads a list to its end, and stops at the limit even when the list does not", async () => {
    const url = await serve((asked, answer) => {
      const at = Number(new URL(asked.url ?? "", "http://x").searchParams.get("cursor") ?? 0);
      answer.end(JSON.stringify({ items: [at, at + 1], next: String(at + 2) }));
    });
    expect(await readAll(url, { schema: z.number(), max: 5 })).toHaveLength(6);
  });

  test("reads a long list to its end, and takes no part of an endless one for the whole", async () => {
    let end = 5_000;
    const url = await serve((asked, answer) => {
      const at = Number(new URL(asked.url ?? "", "http://x").searchParams.get("cursor") ?? 0);
      const items = Array.from({ length: 1_000 }, (_, index) => at + index);
      answer.end(JSON.stringify({ items, next: at + 1_000 < end ? String(at + 1_000) : null }));
    });
    const all = await readAll(url, { schema: z.number() });
    expect([all.length, all.at(-1)]).toEqual([5_000, 4_999]);
    end = Infinity;
    expect(isFailure(await caught(readAll(url, { schema: z.number() })), "too-large")).toBe(true);
  });
});

describe("A problem that the service tells", () => {
  test("has the code of its status when it names none, or one that does not exist", () => {
    expect(failureOf(423, undefined).code).toBe("locked");
    expect(failureOf(429, { code: "made-up" }).code).toBe("too-many-requests");
    expect(failureOf(418, "nonsense").code).toBe("internal");
  });
  test("leaves undefined query values out and repeats lists", () => {
    expect(withQuery("/a", { x: undefined, y: ["1", "2"], z: false })).toBe("/a?y=1&y=2&z=false");
  });
});
