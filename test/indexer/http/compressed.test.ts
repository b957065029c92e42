import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mountStatic } from "#indexer/http/static.ts";

const script = `export const words = ${JSON.stringify("who may read what ".repeat(400))};`;
let folder: string;
let url: string;
let close: () => void;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "placet-static-"));
  const appDir = join(folder, "app");
  await mkdir(join(appDir, "_app/immutable/chunks"), { recursive: true });
  await writeFile(join(appDir, "index.html"), "<!doctype html><title>Placet</title>");
  await writeFile(join(appDir, "_app/immutable/chunks/abc.js"), script);
  // Beside the build, where the service keeps its own things.
  await writeFile(join(folder, "secret.js"), "kept beside the build");
  const app = express();
  await mountStatic(app, { appDir, viewerDir: null });
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => void server.close();
});
afterAll(async () => {
  close();
  await rm(folder, { recursive: true });
});

describe("A browser that loads the app", () => {
  it("gets a script compressed, whole, for a year, and under the page's policy", async () => {
    for (const time of ["first", "again"]) {
      const answer = await fetch(`${url}/_app/immutable/chunks/abc.js`, { headers: { "accept-encoding": "gzip" } });
      expect(answer.headers.get("content-encoding"), time).toBe("gzip");
      expect(Number(answer.headers.get("content-length"))).toBeLessThan(script.length / 4);
      expect(answer.headers.get("content-type")).toMatch(/^text\/javascript/);
      expect(answer.headers.get("cache-control")).toMatch(/immutable/);
      expect(answer.headers.get("content-security-policy")).toMatch(/frame-ancestors 'none'/);
      expect(await answer.text()).toBe(script);
    }
  });

  it("gets it plain where it takes no gzip", async () => {
    const answer = await fetch(`${url}/_app/immutable/chunks/abc.js`, { headers: { "accept-encoding": "identity" } });
    expect(answer.headers.get("content-encoding")).toBeNull();
    expect(await answer.text()).toBe(script);
  });

  it("finds nothing under a name that the build did not make", async () => {
    const ask = async (path: string) => fetch(url + path, { headers: { "accept-encoding": "gzip" } });
    expect((await ask("/_app/immutable/chunks/none.js")).status).toBe(404);
    const outside = await ask("/_app/immutable/chunks/..%2f..%2f..%2f..%2fsecret.js");
    expect(outside.status).toBeGreaterThanOrEqual(400);
    expect(await outside.text()).not.toContain("kept beside the build");
  });
});
