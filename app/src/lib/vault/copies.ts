// The two copies of a locked vault: this device's, and the one that the service keeps, which opens by a passkey, by
// guardians, or with passphrase and recovery code together. Rules: the service's copy is replaced only by who names the one
// that is replaced; and this device remembers what it last knew to be there, so that an older or a strange one is noticed.
import type { Address, Hex } from "viem";
import { z } from "zod";
import { addressShape, keepHere, readHere, request } from "#app/service/index.ts";
import { sha256, toHex } from "#protocol/bytes.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import { isFailure } from "#protocol/failure.ts";
import { decodeKitCode, kitFetchSecret, type VaultBlob } from "#protocol/keys/index.ts";

/** A stored copy as it came, unread, and where it was. */
export type StoredVault = { where: "device" | "service"; blob: unknown };

/** A copy at the service: its content and the name under which it can be replaced. */
export type ServerCopy = { blob: unknown; digest: Hex };

const leftShape = z.object({
  revision: z.number().int().min(0),
  digest: z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value)),
});
/** The copy at the service that this device left there or recognised last. */
export type LeftCopy = z.infer<typeof leftShape>;

/** The copy to open: this device's first, else the service's; undefined when there is none. */
export async function findVault(account: Address): Promise<StoredVault | undefined> {
  const here = await readHere("vaults", account);
  if (here !== undefined) return { where: "device", blob: here };
  const there = await readServerCopy();
  return there === undefined ? undefined : { where: "service", blob: there.blob };
}

/** The service's copy; undefined when it has none. */
export async function readServerCopy(): Promise<ServerCopy | undefined> {
  try {
    const blob: unknown = await request("/api/vault", { schema: z.unknown() });
    return blob ? { blob, digest: toHex(sha256(canonicalBytes(blob))) } : undefined;
  } catch (error) {
    if (isFailure(error, "not-found")) return undefined;
    throw error;
  }
}

/** Keeps this device's copy. */
export function keepDeviceCopy(account: Address, blob: VaultBlob): Promise<void> {
  return keepHere("vaults", account, blob);
}

const formerShape = z.object({
  items: z.array(z.object({ revision: z.number().int(), replacedAt: z.number().int(), vault: z.unknown() })).max(20),
});
/** A copy at the service that was replaced. Unix seconds. */
export type FormerCopy = z.infer<typeof formerShape>["items"][number];

/** The copies at the service that were replaced, the last one first. */
export async function readFormerCopies(): Promise<readonly FormerCopy[]> {
  return (await request("/api/vault/former", { schema: formerShape })).items;
}

/** The copy of another account of one's own, by the kit of its vault. Throws Failure("not-found" | "bad-input"). */
export function fetchByKit(account: Address, code: string): Promise<unknown> {
  const body = { account, secret: kitFetchSecret(decodeKitCode(code), account) };
  return request("/api/vault/by-kit", { method: "POST", body, schema: z.unknown() });
}

const fetchShape = z.object({
  items: z.array(z.object({ by: addressShape, at: z.number().int() })).max(200),
});
/** That another account fetched one's vault with a kit. Unix seconds. */
export type KitFetch = z.infer<typeof fetchShape>["items"][number];

/** By whom one's vault was fetched with a kit that it still has, the last one first. */
export async function readKitFetches(): Promise<readonly KitFetch[]> {
  return (await request("/api/vault/fetches", { schema: fetchShape })).items;
}

/** It was oneself: no more is told of it. */
export async function settleKitFetches(): Promise<void> {
  await request("/api/vault/fetches", { method: "DELETE", signed: true, schema: z.unknown() });
}

const nameOfLeft = (account: Address): string => `${account}|service`;

/** What this device last knew to be at the service; undefined when nothing. */
export async function recallLeft(account: Address): Promise<LeftCopy | undefined> {
  return leftShape.safeParse(await readHere("vaults", nameOfLeft(account))).data;
}

/** Remembers what is at the service. */
export function rememberLeft(account: Address, left: LeftCopy): Promise<void> {
  return keepHere("vaults", nameOfLeft(account), left);
}

/** The name under which a copy stands at the service. */
export function digestOf(blob: VaultBlob): Hex {
  return toHex(sha256(canonicalBytes(JSON.parse(JSON.stringify(blob)))));
}

/**
 * Hands the service its copy, in the place of the one named (null: of none). `forgetting`: what has it keep none that were
 * replaced, as what opened them shall open nothing (forgetting.ts). Throws Failure("conflict", reason "newer-vault") where
 * another one is there.
 */
export async function keepServerCopy(
  account: Address,
  options: {
    blob: VaultBlob;
    kitTags: readonly string[];
    replaces: Hex | null;
    forgetting?: Record<string, string> | undefined;
  },
): Promise<LeftCopy> {
  const { blob, kitTags, replaces, forgetting } = options;
  const headers = {
    ...(replaces === null ? { "if-none-match": "*" } : { "if-match": `"${replaces}"` }),
    ...forgetting,
  };
  const query = { kits: kitTags.join(","), ...(forgetting ? { former: "forget" } : {}) };
  await request("/api/vault", { method: "PUT", signed: true, query, body: blob, headers, schema: z.unknown() });
  const left = { revision: blob.revision, digest: digestOf(blob) };
  await rememberLeft(account, left);
  return left;
}
