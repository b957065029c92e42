// Ciphertext in, ciphertext out, block by block, under the CID that the bytes hash to. Only who is signed in may put;
// a provider's card is public, everything else is given to who is signed in and knows its CID.

import { z } from "zod";
import { decodeManifest, parseCid } from "#protocol/documents/index.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import type { Ipfs } from "../ipfs/ipfs.ts";
import { checkBlock, MAX_BLOCK_BYTES, readCid } from "../ipfs/verify.ts";
import { forgetReadings, holdBlock, nameBody } from "../store/block-uses.ts";
import { isCard, wakeWanted } from "../store/openings.ts";
import { reply, route } from "./route.ts";
import type { Route } from "./route.ts";

const params = z.object({ cid: z.string().max(100) });
/** Most blocks that are asked for at a time. */
const MAX_ASKED = 256;
/** So long other nodes are asked for a block that is not here. */
export const FETCH_MS = 5_000;
const OPENING_BRACE = 0x7b;
// What a CID names never changes; the session rule still holds for every cache but the browser's own.
const caching = { "Cache-Control": "private, max-age=31536000, immutable" };

/** Routes about IPFS blocks. */
export const blockRoutes: Route[] = [
  route({
    method: "head",
    path: "/api/blocks/:cid",
    summary: "Whether this node holds a block.",
    tag: "blocks",
    access: "session",
    limit: "blocks",
    params,
    response: null,
    status: 200,
    problems: ["not-found", "unsupported-type"],
    async handle({ service, params }) {
      if (!(await service.ipfs.has(params.cid))) throw new Failure("not-found", "This node does not hold that block.");
      return reply(200, null);
    },
  }),
  route({
    method: "get",
    path: "/api/blocks/:cid",
    summary: "A block's bytes. Without a session only providers' cards are given.",
    tag: "blocks",
    access: "public",
    limit: "blocks",
    params,
    response: "application/octet-stream",
    problems: ["not-found", "not-authorised", "unsupported-type"],
    async handle({ service, session, params }) {
      const { digest } = parseCid(params.cid);
      if (session === null && !(await isCard(service.database, digest))) {
        throw new Failure(
          "not-authorised",
          "You are not signed in, or your session is over. Nothing was lost. Sign in and try again.",
        );
      }
      return reply(200, await service.ipfs.get(params.cid, { timeoutMs: FETCH_MS }), caching);
    },
  }),
  route({
    method: "put",
    path: "/api/blocks/:cid",
    summary: "Stores and pins a block; its bytes must hash to the CID.",
    tag: "blocks",
    access: "session",
    limit: "blocks",
    params,
    rawBody: MAX_BLOCK_BYTES,
    response: null,
    status: 201,
    problems: ["tampered", "too-large", "unsupported-type"],
    async handle({ service, session, params, request }) {
      const bytes: unknown = request.body;
      if (!(bytes instanceof Uint8Array))
        throw new Failure("bad-input", "The body holds no bytes. Nothing was stored.");
      // Who put it is known before it is there: a block that nobody put could never be erased.
      checkBlock(readCid(params.cid), bytes);
      const { account } = session;
      const { cid } = params;
      await holdBlock(service.database, { cid, account });
      for (const body of bodyOf(bytes)) await nameBody(service.database, { cid: body, account, at: service.now() });
      await service.ipfs.put(cid, bytes);
      const { digest } = parseCid(cid);
      await forgetReadings(service.database, { cid, digest });
      await wakeWanted(service.database, digest);
      return reply(201, null);
    },
  }),
  route({
    method: "post",
    path: "/api/blocks/missing",
    summary:
      "Which of these blocks this node does not hold. With `check` each one is read and hashed again: one that does not hash to its CID is missing, too.",
    tag: "blocks",
    access: "session",
    limit: "blocks",
    body: z.object({ cids: z.array(z.string().max(100)).min(1).max(MAX_ASKED), check: z.boolean().default(false) }),
    response: z.object({ missing: z.array(z.string()) }),
    problems: ["unsupported-type"],
    // Reading half a MiB weighs more than looking whether it is there.
    weigh: ({ cids, check }) => (check ? Math.ceil(cids.length / 4) : 0),
    async handle({ service, body }) {
      const isThere = body.check
        ? (cid: string) => holdsGenuine(service.ipfs, cid)
        : (cid: string) => service.ipfs.has(cid);
      const missing: string[] = [];
      for (const cid of body.cids) if (!(await isThere(cid))) missing.push(cid);
      return reply(200, { missing });
    },
  }),
];

/** The body that a manifest names: who moved to a new account puts the manifest alone, and counts on the body. */
function bodyOf(bytes: Uint8Array): string[] {
  if (bytes[0] !== OPENING_BRACE) return [];
  try {
    return [decodeManifest(bytes).body.cid];
  } catch {
    return [];
  }
}

/** Whether the node holds the very bytes that the CID names. */
async function holdsGenuine(ipfs: Ipfs, cid: string): Promise<boolean> {
  try {
    await ipfs.get(cid, { timeoutMs: 0 });
    return true;
  } catch (error) {
    if (isFailure(error, "not-found") || isFailure(error, "tampered")) return false;
    throw error;
  }
}
