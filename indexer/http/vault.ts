// A person's own vault: encrypted in their browser, kept here for their next one. Rule: a copy that somebody who steals
// it could guess at (by passphrase alone, by kit alone) is not taken; a newer one is never overwritten by an older unseen.

import { z } from "zod";
import type { Request } from "express";
import type { Address, Hex } from "viem";
import { fromBase64Url, sha256, toBase64Url, toHex } from "#protocol/bytes.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import { Failure } from "#protocol/failure.ts";
import { decodeVault, FORGET_SECONDS, MOST_KIT_TAGS, toServerCopy, typedForgetCopies } from "#protocol/keys/index.ts";
import type { Service } from "../service.ts";
import { forgetKitFetches, listKitFetches, noteKitFetch } from "../store/kit-fetches.ts";
import { appendStream } from "../store/stream.ts";
import { FORMER_COPIES, listFormerVaults, readVault, readVaultByKit, writeVault } from "../store/vaults.ts";
import { reply, route, type Route } from "./route.ts";
import { addressIn, addressOut, digestOut, timeOut } from "./schemas.ts";
import { isSignedByVault } from "./vault-signature.ts";

const MAX_VAULT_BYTES = 64 * 1024;
const TAG = /^"(0x[0-9a-f]{64})"$/;
const preconditions = z.object({
  "if-match": z.string().regex(TAG, "must be the ETag that came with the vault").optional(),
  "if-none-match": z.string().max(200).optional(),
  "placet-vault-time": z
    .string()
    .regex(/^[1-9][0-9]{0,11}$/, "must be Unix seconds")
    .optional()
    .meta({ description: `For former=forget: when it was signed, in Unix seconds; good for ${FORGET_SECONDS} s.` }),
  "placet-vault-signature": z
    .string()
    .regex(/^0x[0-9a-fA-F]{130}$/, "must be 65 bytes in hexadecimal digits")
    .optional()
    .meta({ description: "For former=forget: the vault account's, that it shall be so (docs/formats.md)." }),
});

const tagText = "[A-Za-z0-9_-]{43}";
const kitsIn = z
  .string()
  .regex(new RegExp(`^(${tagText}(,${tagText}){0,${MOST_KIT_TAGS - 1}})?$`), "must be hashes in base64url, by commas")
  .meta({
    description: "The kits by which the copy can be fetched without the wallet (docs/formats.md); none: empty.",
  });

const heldOut = z.object({ revision: z.number().int(), changedAt: z.number().int() });

/**
 * Throws Failure("forbidden") unless the vault's account says that nothing but this copy shall be kept: a session, with its
 * key or without, destroys nobody's former copies.
 */
async function requireForgetting(
  { chain, gateway, now }: Service,
  { account, digest, headers }: { account: Address; digest: Hex; headers: Request["headers"] },
): Promise<void> {
  const { "placet-vault-time": time, "placet-vault-signature": signature } = preconditions.parse(headers);
  const refuse = (words: string, reason: string) =>
    new Failure("forbidden", `${words} Nothing was stored or forgotten.`, { reason });
  if (time === undefined || signature === undefined)
    throw refuse("Only the vault's own account has former copies forgotten, and it signed nothing.", "vault-signature");
  if (Math.abs(Number(time) - now()) > FORGET_SECONDS)
    throw refuse("The time in this message is not now. Check this device's clock and try again.", "vault-time");
  const { chainId, ledger } = chain.deployment;
  const told = { account, gateway: gateway.address, digest, time: Number(time) };
  const typed = typedForgetCopies({ chainId, ledger }, told);
  if (!(await isSignedByVault(chain, { account, typed, signature: signature as Hex })))
    throw refuse("Only the vault's own account has former copies forgotten.", "vault-signature");
}

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
        description:
          "forget: no copy that was replaced is kept, as what opened them shall open nothing here. The vault's account signs it (Placet-Vault-Signature).",
      }),
    }),
    headers: preconditions,
    responseHeaders: { ETag: "Names this copy." },
    body: z.record(z.string(), z.unknown()),
    maxBody: MAX_VAULT_BYTES,
    response: heldOut,
    problems: ["conflict", "tampered"],
    async handle({ service, session, body, query, request: { headers } }) {
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
      const { account } = session;
      const keepsFormer = query.former === "keep";
      if (!keepsFormer) await requireForgetting(service, { account, digest, headers });
      const replaces = readPrecondition(headers);
      const kitTags = query.kits === undefined ? null : query.kits.split(",").filter((tag) => tag !== "");
      const copy = { account, revision: blob.revision, digest, vault, at, replaces, kitTags, keepsFormer };
      const written = await service.database.transaction((tx) => writeVault(tx, copy));
      if (written === null) {
        throw new Failure(
          "conflict",
          "A newer copy of your vault is kept here, from another device. It was not overwritten. Open that one first, then change it.",
          { reason: "newer-vault" },
        );
      }
      return answer(written.revision, written.changed_at, digest);
    },
  }),
  route({
    method: "post",
    path: "/api/vault/by-kit",
    summary:
      "The vault of another account of yours, whose wallet you lost, shown the recovery kit: a hash of its code. It opens with the passphrase besides. That account is told.",
    tag: "Keys",
    access: "session",
    limit: "signIn",
    body: z.object({ account: addressIn, secret: z.string().regex(new RegExp(`^${tagText}$`), "must be base64url") }),
    response: z.looseObject({}),
    problems: ["not-found"],
    async handle({ service, session, body }) {
      const account = body.account as Address;
      const by = session.account;
      const tag = toBase64Url(sha256(readSecret(body.secret)));
      const held = await service.database.transaction(async (tx) => {
        const found = await readVaultByKit(tx, { account, tag });
        if (found === null || by === account) return found;
        // Before it is handed out: the passphrase can be guessed at from then on.
        await noteKitFetch(tx, { account, by, tag, at: service.now() });
        await appendStream(tx, [{ type: "recovery", audience: [account], payload: { subject: account } }]);
        return found;
      });
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
    path: "/api/vault/fetches",
    summary:
      "By which other accounts your vault was fetched with a recovery kit that it still has, the last one first.",
    tag: "Keys",
    access: "session",
    limit: "records",
    response: z.object({ items: z.array(z.object({ by: addressOut, at: timeOut })) }),
    async handle({ service, session }) {
      return { items: await listKitFetches(service.database, session.account) };
    },
  }),
  route({
    method: "delete",
    path: "/api/vault/fetches",
    summary: "It was you who fetched your vault with a kit: you are told of it no more.",
    tag: "Keys",
    access: "session",
    limit: "write",
    signed: true,
    response: null,
    async handle({ service, session }) {
      await forgetKitFetches(service.database, session.account);
      return reply(204, null);
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
