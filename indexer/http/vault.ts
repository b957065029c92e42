// A person's own vault: encrypted in their browser, kept here for their next one. Rule: a copy that somebody who steals
// it could guess at (by passphrase alone, by kit alone) is not taken; a newer one is never overwritten by an older unseen.

import { z } from "zod";
import type { Address } from "viem";
import { fromBase64Url, sha256, toBase64Url, toHex } from "#protocol/bytes.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import { Failure } from "#protocol/failure.ts";
import { decodeVault, MOST_KIT_TAGS, toServerCopy } from "#protocol/keys/index.ts";
import { FORMER_COPIES, listFormerVaults, readVault, readVaultByKit, writeVault } from "../store/vaults.ts";
import { reply, route, type Route } from "./route.ts";
import { addressIn, digestOut, timeOut } from "./schemas.ts";

const MAX_VAULT_BYTES = 64 * 1024;
const TAG = /^"(0x[0-9a-f]{64})"$/;
const preconditions = z.object({
  "if-match": z.string().regex(TAG, "must be the ETag that came with the vault").optional(),
  "if-none-match": z.string().max(200).optional(),
});

const tagText = "[A-Za-z0-9_-]{43}";
const kitsIn = z
  .string()
  .regex(new RegExp(`^(${tagText}(,${tagText}){0,${MOST_KIT_TAGS - 1}})?$`), "must be hashes in base64url, by commas")
  .meta({
    description: "The kits by which the copy can be fetched without the wallet (docs/formats.md); none: empty.",
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

/** /api/vault, and the copies of it that were replaced. */
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
    signed: true,
    query: z.object({
      kits: kitsIn.optional(),
      former: z.enum(["keep", "forget"]).default("keep").meta({
        description: "forget: no copy that was replaced is kept, as what opened them shall open nothing here.",
      }),
    }),
    headers: preconditions,
    responseHeaders: { ETag: "Names this copy." },
    body: z.record(z.string(), z.unknown()),
    maxBody: MAX_VAULT_BYTES,
    response: heldOut,
    problems: ["conflict", "tampered"],
    async handle({ service, session, body, query, request }) {
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
      const { account } = session;
      const replaces = readPrecondition(request.headers);
      const kitTags = query.kits === undefined ? null : query.kits.split(",").filter((tag) => tag !== "");
      const keepsFormer = query.former === "keep";
      const written = await service.database.transaction((tx) =>
        writeVault(tx, { account, revision: blob.revision, digest, vault, at, replaces, kitTags, keepsFormer }),
      );
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
  route({
    method: "post",
    path: "/api/vault/by-kit",
    summary:
      "The vault of another account of yours, whose wallet you lost, shown the recovery kit: a hash of its code. It opens with the passphrase besides.",
    tag: "Keys",
    access: "session",
    limit: "signIn",
    body: z.object({ account: addressIn, secret: z.string().regex(new RegExp(`^${tagText}$`), "must be base64url") }),
    response: z.looseObject({}),
    problems: ["not-found"],
    async handle({ service, body }) {
      const tag = toBase64Url(sha256(readSecret(body.secret)));
      const held = await readVaultByKit(service.database, { account: body.account as Address, tag });
      if (held === null)
        throw new Failure(
          "not-found",
          "No vault is kept here for that account and that kit. Nothing was changed. Compare both with what you wrote down.",
        );
      return reply(200, Buffer.from(held), { "Content-Type": "application/json" });
    },
  }),
  route({
    method: "get",
    path: "/api/vault/former",
    summary: `The last copies of your vault that were replaced, ${FORMER_COPIES} at most, the newest first.`,
    tag: "Keys",
    access: "session",
    limit: "records",
    response: z.object({
      items: z.array(
        z.object({
          ...{ revision: z.number().int(), digest: digestOut, changedAt: timeOut, replacedAt: timeOut },
          vault: z.looseObject({}),
        }),
      ),
    }),
    async handle({ service, session }) {
      const found = await listFormerVaults(service.database, session.account);
      return {
        items: found.map(({ revision, digest, changed_at, replaced_at, vault }) => ({
          ...{ revision, digest, changedAt: changed_at, replacedAt: replaced_at },
          vault: z.looseObject({}).parse(JSON.parse(new TextDecoder().decode(vault))),
        })),
      };
    },
  }),
];

function readSecret(text: string): Uint8Array {
  try {
    return fromBase64Url(text, 32);
  } catch {
    // Another spelling of 32 bytes: then it is no kit's.
    return new Uint8Array(32);
  }
}

function answer(revision: number, changedAt: number, digest: string) {
  return reply(200, { revision, changedAt }, { ETag: `"${digest}"` });
}
