// A second node that the person named themselves, for wallets that answer no questions about the ledger. Its address is
// kept on this device; its origin alone goes into a cookie, so that the service's page policy lets this page reach it.
import { Failure } from "#protocol/failure.ts";
import type { Ask } from "./read-twice.ts";

const KEPT = "placet.second-endpoint";
const COOKIE = "placet_second_endpoint";
const YEAR = 365 * 24 * 3600;

/** The address of the second node; undefined when none was named. */
export function secondEndpoint(): string | undefined {
  return localStorage.getItem(KEPT) ?? undefined;
}

/**
 * Names a second node, or none. It counts after the next load of the page. Throws Failure("bad-input") for what is no
 * https address (http is accepted for this computer only), or is the service itself.
 */
export function nameSecondEndpoint(text: string | undefined): void {
  if (text === undefined || text.trim() === "") {
    localStorage.removeItem(KEPT);
    document.cookie = `${COOKIE}=; path=/; max-age=0; samesite=strict`;
    return;
  }
  const url = readEndpoint(text.trim());
  if (url.origin === location.origin) {
    throw new Failure("bad-input", "This is the service itself. Name a node that somebody else runs, or you do.");
  }
  localStorage.setItem(KEPT, url.href);
  document.cookie = `${COOKIE}=${encodeURIComponent(url.origin)}; path=/; max-age=${YEAR}; samesite=strict`;
}

/** Reads the address of a node. Throws Failure("bad-input"). */
export function readEndpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = url?.protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (url && (url.protocol === "https:" || local) && url.username === "" && url.password === "") return url;
  throw new Failure("bad-input", "This is no address of a node. It begins with https://. Nothing was changed.");
}

/** Asks a node by JSON-RPC over HTTP. */
export function askEndpoint(url: string): Ask {
  let id = 0;
  return async (method, params) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: (id += 1), method, params }),
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    const answer: unknown = await response.json();
    if (typeof answer === "object" && answer !== null && "result" in answer) return answer.result;
    throw new Failure("unavailable", "The second node refused the question.");
  };
}
