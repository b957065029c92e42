// Who somebody is, as the service's directory and accounts say. What rests on it (a key to wrap for) is compared with
// the ledger by whoever uses it.
import type { Address } from "viem";
import { z } from "zod";
import { readPage, type ListPage } from "./pages.ts";
import { request } from "./request.ts";
import { addressShape, digestShape } from "./shapes.ts";

// A card that is not held yet has its fields as null.
const words = z
  .string()
  .max(200)
  .nullish()
  .transform((text) => text ?? undefined);
const cardShape = z.looseObject({ name: words, specialty: words, place: words }).nullish();

const accountShape = z.looseObject({
  address: addressShape,
  encryptionKey: digestShape.nullish(),
  fingerprint: z.string().max(100).nullish(),
  vaultAccount: addressShape.nullish(),
  /** The account that this person says they use now. */
  movedTo: addressShape.nullish(),
  generation: z.union([z.number(), z.string()]).nullish(),
  epoch: z.number().int().nonnegative().nullish(),
  /** The capsules of the newest re-keying. */
  bundle: digestShape.nullish(),
  head: digestShape.nullish(),
  credential: z.looseObject({ kind: z.number().int().nullish() }).nullish(),
  card: cardShape,
  isAuditor: z.boolean().nullish(),
  isRegistrar: z.boolean().nullish(),
});

/** An account as the service knows it. */
export type AccountInfo = z.infer<typeof accountShape>;

const KEEP_MS = 10_000;
const known = new Map<Address, { at: number; answer: Promise<AccountInfo> }>();

/** Reads an account; an answer is kept for ten seconds. */
export function readAccount(address: Address, options: { fresh?: boolean } = {}): Promise<AccountInfo> {
  const held = known.get(address);
  if (held && !options.fresh && Date.now() - held.at < KEEP_MS) return held.answer;
  const answer = request(`/api/accounts/${address}`, { schema: accountShape });
  known.set(address, { at: Date.now(), answer });
  answer.catch(() => known.delete(address));
  return answer;
}

const providerShape = z.looseObject({
  address: addressShape,
  name: z.string().max(200).nullish(),
  specialty: z.string().max(200).nullish(),
  place: z.string().max(200).nullish(),
  kind: z.union([z.string().max(40), z.number()]).nullish(),
  status: z.union([z.string().max(40), z.number()]).nullish(),
  validUntil: z.number().nullish(),
});

/** An entry of the provider directory. */
export type ProviderInfo = z.infer<typeof providerShape>;

/** Searches the directory. */
export function searchProviders(query: {
  text?: string | undefined;
  kind?: string | undefined;
  place?: string | undefined;
  verified?: boolean | undefined;
  cursor?: string | undefined;
  limit?: number;
}): Promise<ListPage<ProviderInfo>> {
  const { cursor, limit, text, ...rest } = query;
  return readPage("/api/providers", {
    schema: providerShape,
    query: { ...rest, text: text === "" ? undefined : text },
    cursor,
    ...(limit === undefined ? {} : { limit }),
  });
}

/** One provider. Throws Failure("not-found"). */
export function readProvider(address: Address): Promise<ProviderInfo> {
  return request(`/api/providers/${address}`, { schema: providerShape });
}
