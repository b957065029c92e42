// The frame by which a page reaches another gateway: its policy names that one, and nothing that is more than an origin.

import { createHash } from "node:crypto";
import { get } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mountRoute } from "#indexer/http/mount.ts";
import { reachRoutes } from "#indexer/http/reach.ts";
import { createLog } from "#indexer/log.ts";
import { createMetrics } from "#indexer/metrics.ts";
import type { Service } from "#indexer/service.ts";

let url: string;
let close: () => void;
let origins = ["http://127.0.0.1:8080"];

beforeAll(async () => {
  const app = express();
  // The route as every other is mounted; of a service it needs its addresses, and nobody is signed in here.
  const log = createLog(() => undefined);
  const service = { origins: () => origins, metrics: createMetrics(), log } as unknown as Service;
  const none = { takeTurn: () => undefined, readSession: async () => null };
  for (const route of reachRoutes) mountRoute(app, route, { service, ...none });
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => void server.close();
});
afterAll(() => close());

const ask = async (to: string) => fetch(`${url}/reach?to=${encodeURIComponent(to)}`);

/** The status for who called the service by this host. */
const askAt = async (host: string, to: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const asked = get(`${url}/reach?to=${encodeURIComponent(to)}`, { headers: { Host: host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on("error", reject);
  });

describe("A page that reaches another gateway", () => {
  it.each(["https://b.example", "https://b.example:8443", "http://127.0.0.1:8080", "http://[::1]:8080"])(
    "gets a frame that reaches %s alone, without an origin, by one script",
    async (to) => {
      const answer = await ask(to);
      const policy = answer.headers.get("content-security-policy")?.split("; ");
      const script = /<script>([^]*)<\/script>/.exec(await answer.text())?.[1] ?? "";
      const hash = createHash("sha256").update(script).digest("base64");
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(policy).toEqual([
        ...["default-src 'none'", `script-src 'sha256-${hash}'`, `connect-src ${to}`, "base-uri 'none'"],
        ...["form-action 'none'", "frame-ancestors 'self'", "sandbox allow-scripts"],
      ]);
    },
  );

  it.each([
    ...["", "*", "https:", "https://*", "https://*.example", "http://b.example", "https://b.example/", "b.example"],
    ...["https://b.example https://c.example", "https://b.example; script-src *", "https://a@b.example", "data:,x"],
    ...["https://b.example\r\nX-Y: z", "https://B.example", "blob:https://b.example/1", "'self'", "wss://b.example"],
  ])("gets none for %j", async (to) => {
    const answer = await ask(to);
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-security-policy") ?? "").not.toContain("connect-src");
  });

  it("gets none into a network that the service does not stand in", async () => {
    const inside = ["https://192.168.1.1", "http://127.0.0.1:8080", "https://[::ffff:a00:1]", "https://router"];
    const statusesAt = async (host: string, ...pages: string[]) => {
      origins = pages;
      return Promise.all([...inside, "https://b.example"].map(async (to) => askAt(host, to)));
    };
    const statusesFrom = async (...pages: string[]) => statusesAt(new URL(url).host, ...pages);
    expect(await statusesFrom("https://a.example")).toEqual([403, 403, 403, 403, 200]);
    expect(await statusesFrom("https://placet.hospital.internal")).toEqual([200, 403, 200, 200, 200]);
    expect(await statusesFrom("http://127.0.0.1:8080", "http://localhost:8080")).toEqual([200, 200, 200, 200, 200]);
    // One of several addresses is this computer's: it counts for who is there, and for nobody who called another.
    const both = ["https://a.example", "http://localhost:8080"];
    expect(await statusesFrom(...both)).toEqual([403, 403, 403, 403, 200]);
    expect(await statusesAt("a.example", ...both)).toEqual([403, 403, 403, 403, 200]);
    expect(await statusesAt("localhost:8080", ...both)).toEqual([200, 200, 200, 200, 200]);
    // As where no address was set.
    expect(await statusesAt("a.example", "http://localhost:8080")).toEqual([403, 403, 403, 403, 200]);
  });
});
