// A person's own vault: encrypted in their browser, kept here for their next one. Rule: a copy that somebody who steals
// it could guess at (by passphrase alone, by kit alone) is not taken; a newer one is never overwritten by an older unseen.

import { z } from "zod";
import { sha256, toHex } from "#protocol/bytes.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import { Failure } from "#protocol/failure.ts";
import { decodeVault, toServerCopy } from "#protocol/keys/index.ts";
import { readVault, writeVault } from "../store/vaults.ts";
import { reply, route, type Route } from "./route.ts";

const MAX_VAULT_BYTES = 64 * 1024;
const TAG = /^"(0x[0-9a-f]{64})"$/;
const preconditions = z.object({
  "if-match": z.string().regex(TAG, "must be the ETag that came with the vault").optional(),
  "if-none-match": z.string().max(200).optional(),
});

const heldOut = z.object({ revision: z.number().int(), changedAt: z.number().int() });

/** Which copy the caller means to replace: "none", a digest, or null when they do not say. */
function readPrecondition(headers: Record<string, string | string[] | undefined>): `0x${string}` | "none" | null {
  if (headers["if-none-match"] === "*") return "none";
  const match = headers["if-match"];
  if (match === undefined) return null;
  const tag = typeof match === "string" ? TAG.exec(match)?.[1] : undefined;
  if (tag === undefined)
    throw new Failure("bad-input", "If-Match must be the ETag that came with the vault. Nothing was stored.");
  return tag as `0x${string}`;
}

/** GET and PUT /api/vault. */
export const vaultRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/vault",
    summary: "Your own encrypted vault, as your browser left it here. Its ETag names this copy.",
    tag: "Keys",
    access: "session",
    limit: "records",
    response: z.looseObject({}),
    responseHeaders: { ETag: "Names this copy." },
    problems: ["not-found"],
    async handle({ service, session }) {
      const held = await readVault(service.database, session.account);
      if (held === null)
        throw new Failure(
          "not-found",
          "No vault of yours is kept here. If you have a recovery file, open it with that.",
        );
      return reply(200, Buffer.from(held.vault), { "Content-Type": "application/json", ETag: `"${held.digest}"` });
    },
  }),
  route({
    method: "put",
    path: "/api/vault",
    summary:
      "Leave your encrypted vault here. A newer copy is never overwritten: name the one you replace in If-Match, or none by If-None-Match: *.",
    tag: "Keys",
    access: "session",
    limit: "write",
    headers: preconditions,
    responseHeaders: { ETag: "Names this copy." },
    body: z.record(z.string(), z.unknown()),
    maxBody: MAX_VAULT_BYTES,
    response: heldOut,
    problems: ["conflict", "tampered"],
    async handle({ service, session, body, request }) {
      const vault = canonicalBytes(body);
      const blob = decodeVault(vault);
      if (blob.account.toLowerCase() !== session.account.toLowerCase()) {
        throw new Failure("forbidden", "This vault belongs to another account. Nothing was stored.");
      }
      if (blob.unlockers.length === 0 || toServerCopy(blob).unlockers.length !== blob.unlockers.length) {
        throw new Failure(
          "refused",
          "This copy could be opened by guessing. Nothing was stored. Only the copy meant for the service may leave the browser.",
          { reason: "guessable" },
        );
      }
      const digest = toHex(sha256(vault));
      const at = service.now();
      const held = await readVault(service.database, session.account);
      if (held?.digest === digest) return answer(held.revision, held.changed_at, digest);
      const written = await writeVault(service.database, {
        account: session.account,
        revision: blob.revision,
        digest,
        vault,
        at,
        replaces: readPrecondition(request.headers),
      });
      if (!written) {
        throw new Failure(
          "conflict",
          "A newer copy of your vault is kept here, from another device. It was not overwritten. Open that one first, then change it.",
          { reason: "newer-vault" },
        );
      }
      return answer(blob.revision, at, digest);
    },
  }),
];

function answer(revision: number, changedAt: number, digest: string) {
  return reply(200, { revision, changedAt }, { ETag: `"${digest}"` });
}
