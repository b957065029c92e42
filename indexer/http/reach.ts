// The one way by which a page of ours reaches another gateway: a frame with an opaque origin, a script of thirty lines and a
// policy of its own that lets it connect to that one gateway. Rule: the app's own policy names nobody but this service,
// and this service calls nobody on a page's behalf.

import { createHash } from "node:crypto";
import type { Request } from "express";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { isGatewayOrigin, mayLeadTo } from "#protocol/keys/index.ts";
import { reply, route } from "./route.ts";
import type { Route } from "./route.ts";

// It carries what the page hands it to the ten addresses of a gateway that any page may call, and the answers back.
const script = `
const gateway = new URL(location.href).searchParams.get("to");
const entrusted = ["seals", "drop", "held", "erase", "revokes", "nonce", "releases", "blocks", "receipts"];
const paths = ["/api/gateway", ...entrusted.map((what) => "/api/entrusted/" + what)];
addEventListener("message", ({ source, data, ports: [port] }) => {
  if (source !== parent || parent === window || data !== "placet-reach" || !port) return;
  port.onmessage = async ({ data: { id, path, body } }) => {
    const answer = { id, status: 0, text: "" };
    try {
      if (!paths.includes(path)) throw new Error(path);
      const sent = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body };
      const plain = { credentials: "omit", referrerPolicy: "no-referrer", redirect: "error", cache: "no-store" };
      const response = await fetch(gateway + path, { ...sent, ...plain, signal: AbortSignal.timeout(30000) });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        answer.text += part.value;
        if (answer.text.length > 3000000) throw reader.cancel();
      }
      answer.status = response.status;
    } catch {
      answer.text = "";
    }
    port.postMessage(answer);
  };
});
`;
const hash = createHash("sha256").update(script).digest("base64");
const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Gateway</title><script>${script}</script></head></html>`;

/** Where the page may stand that asks: the host that it called, and our address there; each of ours where a proxy hides it. */
function pagesOf(request: Request, origins: readonly string[]): string[] {
  const called = `http://${request.get("Host") ?? ""}`;
  if (!URL.canParse(called)) return [...origins];
  const own = origins.filter((origin) => new URL(origin).host === request.get("Host"));
  return [called, ...(own.length > 0 ? own : origins)];
}

/**
 * `GET /reach?to=ORIGIN`. An origin is https, or http on this computer itself; anything else is no policy's word. It lies
 * no further in than the page does.
 */
export const reachRoutes: Route[] = [
  route({
    method: "get",
    path: "/reach",
    summary:
      "A frame by which a page of this service reaches one other gateway: its policy lets it connect there only.",
    tag: "service",
    access: "public",
    // The same few lines for everybody, as the app's own files are.
    limit: "none",
    query: z.object({
      to: z.string().meta({ description: "The gateway's origin: https, or http on this computer itself." }),
    }),
    response: "text/html",
    responseHeaders: { "Content-Security-Policy": "Names that gateway, and the page's one script." },
    problems: ["refused"],
    async handle({ service, query: { to }, request, response }) {
      if (!isGatewayOrigin(to))
        throw new Failure("bad-input", "This is no address of a gateway. It begins with https://. Nothing was asked.");
      if (!pagesOf(request, service.origins()).every((each) => mayLeadTo(each, to)))
        throw new Failure(
          "refused",
          "This address lies inside a network that is not this service's. Nothing was asked.",
        );
      const policy = [
        ...["default-src 'none'", `script-src 'sha256-${hash}'`, `connect-src ${to}`, "base-uri 'none'"],
        ...["form-action 'none'", "frame-ancestors 'self'", "sandbox allow-scripts"],
      ].join("; ");
      response.removeHeader("X-Frame-Options");
      return reply(200, page, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy });
    },
  }),
];
