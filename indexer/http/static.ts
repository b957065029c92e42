// The built app and the sandboxed viewer, served by the same origin. Each has its own content security policy: the app's
// is the one that its build wrote into the page (the hash of its inline script is there), the viewer's lets nothing out.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import express from "express";
import type { Express, Response } from "express";
import type { Config } from "../config.ts";
import { sendCompressed } from "./compressed.ts";

const YEAR = "public, max-age=31536000, immutable";

// The viewer shows hostile documents: one script of ours, pictures from memory, and no way to anywhere.
const viewerPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src blob:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  "sandbox allow-scripts",
].join("; ");

const securityHeaders = Object.entries({
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "X-Frame-Options": "DENY",
});

/** What every answer carries, whatever it is. */
export function setSecurityHeaders(response: Response, { tls }: { tls: boolean }): void {
  for (const [name, value] of securityHeaders) response.setHeader(name, value);
  if (tls) response.setHeader("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
}

/** The policy of a page whose only inline part is this style. */
export function policyForStyle(style: string): string {
  const hash = createHash("sha256").update(style).digest("base64");
  return `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;
}

/** Adds the app (with its fallback page for every address of its own) and the viewer. */
export async function mountStatic(
  app: Express,
  config: Pick<Config, "appDir" | "viewerDir"> & Partial<Pick<Config, "demo" | "rpcUrl">>,
): Promise<void> {
  if (config.viewerDir !== null) {
    app.use(
      "/viewer",
      (_, response, next) => {
        response.set("Content-Security-Policy", viewerPolicy);
        // The frame's origin is opaque, so its own script comes to it from elsewhere.
        response.set("Cross-Origin-Resource-Policy", "cross-origin");
        response.removeHeader("X-Frame-Options");
        next();
      },
      express.static(config.viewerDir, {
        fallthrough: false,
        cacheControl: false,
        setHeaders: (response) => void response.set("Cache-Control", "no-cache"),
      }),
    );
  }
  if (config.appDir === null) return;
  const page = await readFile(join(config.appDir, "index.html"), "utf8");
  const policy = readPagePolicy(page);
  app.use(sendCompressed(config.appDir, { "Cache-Control": YEAR, "Content-Security-Policy": policy }));
  app.use(
    express.static(config.appDir, {
      index: false,
      cacheControl: false,
      setHeaders(response, path) {
        response.set(
          "Cache-Control",
          path.includes("/immutable/") || path.includes("\\immutable\\") ? YEAR : "no-cache",
        );
        // A worker lives under the policy of its own script's answer, not under its page's.
        if (/\.(html|js)$/.test(path)) response.set("Content-Security-Policy", policy);
      },
    }),
  );
  app.use((request, response, next) => {
    const asksForPage = request.method === "GET" || request.method === "HEAD";
    // What the service itself answers, and files of the build, are no pages: a missing one is missing.
    if (!asksForPage || /^\/(api|rpc|viewer|_app)(\/|$)/.test(request.path) || !request.accepts("html")) return next();
    const nodes = nodesOf(request.headers.cookie, config);
    response
      .set({ "Content-Security-Policy": reach(policy, nodes), "Cache-Control": "no-cache", Vary: "Cookie" })
      .type("html")
      .send(reach(page, nodes));
  });
}

/**
 * Nodes that a page may ask besides this service, so that it need not believe this service about the ledger: the one that
 * the person named (its origin comes in a cookie that their page has set), and in a demonstration the chain's own, which
 * the demo wallet speaks to.
 */
function nodesOf(cookies: string | undefined, config: Partial<Pick<Config, "demo" | "rpcUrl">>): readonly string[] {
  const named = /(?:^|;\s*)placet_second_endpoint=([^;]{1,300})/.exec(cookies ?? "")?.[1];
  const nodes = [readOrigin(named), config.demo === true ? readOrigin(config.rpcUrl) : undefined];
  return nodes.filter((node) => node !== undefined);
}

/** The origin that a text names; undefined for anything that could be more than one origin in a policy. */
function readOrigin(text: string | undefined): string | undefined {
  try {
    const { origin } = new URL(decodeURIComponent(text ?? ""));
    return /^https?:\/\/[a-z0-9.:[\]-]+$/i.test(origin) ? origin : undefined;
  } catch {
    return undefined;
  }
}

/** A policy, or a page with its policy inside, that lets the page connect to these origins too. */
function reach(text: string, nodes: readonly string[]): string {
  if (nodes.length === 0) return text;
  return text.replace(/connect-src (&#39;self&#39;|'self')/, (found) => `${found} ${nodes.join(" ")}`);
}

/** The policy in the page's own meta element, and what a page cannot say of itself. */
function readPagePolicy(page: string): string {
  const meta = /<meta\s+http-equiv="content-security-policy"\s+content="([^"]*)"/i.exec(page)?.[1];
  const own = meta?.replaceAll("&#39;", "'").replaceAll("&quot;", '"').replaceAll("&amp;", "&").replace(/;\s*$/, "");
  return `${own ?? "default-src 'self'; object-src 'none'; base-uri 'none'"}; frame-ancestors 'none'`;
}
