// Ciphertext in, ciphertext out, block by block, under the CID that the bytes hash to. Only who is signed in may put;
// a provider's card is public, everything else is given to who is signed in and knows its CID.

import { z } from "zod";
import { parseCid } from "#protocol/documents/index.ts";
import { Failure } from "#protocol/failure.ts";
import { MAX_BLOCK_BYTES } from "../ipfs/verify.ts";
import { isCard, wakeWanted } from "../store/openings.ts";
import { reply, route } from "./route.ts";
import type { Route } from "./route.ts";

const params = z.object({ cid: z.string().max(100) });
const FETCH_MS = 5_000;
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
    async handle({ service, params, request }) {
      const bytes: unknown = request.body;
      if (!(bytes instanceof Uint8Array))
        throw new Failure("bad-input", "The body holds no bytes. Nothing was stored.");
      await service.ipfs.put(params.cid, bytes);
      await wakeWanted(service.database, parseCid(params.cid).digest);
      return reply(201, null);
    },
  }),
];
