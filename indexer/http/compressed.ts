// Scripts and styles of the built app, sent compressed. Their names hold the hash of their content, so each is compressed
// once and kept. Rule: only names that the build can have made are looked up, and nothing that a person wrote is compressed.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { RequestHandler } from "express";

const compress = promisify(gzip);
const immutable = /^\/_app\/immutable\/[A-Za-z0-9_-]+\/[A-Za-z0-9_.-]+\.(js|css)$/;

/** Answers for the build's own scripts and styles where the browser takes gzip; everything else goes on. */
export function sendCompressed(appDir: string, headers: Readonly<Record<string, string>>): RequestHandler {
  const kept = new Map<string, Promise<Buffer>>();
  return async (request, response, next) => {
    const kind = immutable.exec(request.path)?.[1];
    if (request.method !== "GET" || kind === undefined || request.acceptsEncodings("gzip") !== "gzip") return next();
    let body = kept.get(request.path);
    if (body === undefined) {
      body = readFile(join(appDir, request.path)).then((bytes) => compress(bytes));
      kept.set(request.path, body);
      // A file that is not there must not be remembered: names are anybody's to make up.
      body.catch(() => kept.delete(request.path));
    }
    const bytes = await body.catch(() => undefined);
    if (bytes === undefined) return next();
    response
      .set({ ...headers, "Content-Encoding": "gzip", Vary: "Accept-Encoding" })
      .type(kind)
      .send(bytes);
  };
}
