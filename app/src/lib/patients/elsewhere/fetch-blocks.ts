// A document's bytes from another gateway, where this service does not have them. Rule: whoever serves a block, it is used
// only when it hashes to its CID; and no more is held at once than a page can carry.
import { withReach } from "#app/reach/index.ts";
import type { AskGateway } from "#app/service/index.ts";
import { fromBase64Url, toBase64Url, type Bytes } from "#protocol/bytes.ts";
import { leafSizeOf, manifestCid, readRoot, verifyBlock, type Manifest } from "#protocol/documents/index.ts";
import { Failure } from "#protocol/failure.ts";
import { signWithSession } from "#protocol/keys/index.ts";
import { blockRequestBytes } from "#protocol/receipts/index.ts";
import { t } from "#app/ui/index.ts";
import type { Hex } from "viem";
import { z } from "zod";
import type { Elsewhere } from "./ask-elsewhere.ts";

/** The largest body that is fetched so: it passes through the page's memory as a whole. */
const MOST_BYTES = 64 * 1024 * 1024;

const answerShape = z.object({ bytes: z.string().max(2_900_000) });

async function fetchOne(ask: AskGateway, cid: string, { gateway, held }: Elsewhere): Promise<Bytes> {
  const time = Math.floor(Date.now() / 1000);
  const asked = blockRequestBytes({ cid, gateway: gateway.address, time });
  const signature = toBase64Url(await signWithSession(held.key, asked));
  const body = { cid, time, signature, signIn: held.signIn };
  const bytes = fromBase64Url((await ask("/api/entrusted/blocks", { schema: answerShape, body })).bytes);
  await verifyBlock(cid, bytes);
  return bytes;
}

/** A manifest by its digest. Throws Failure. */
export function fetchManifestBy(by: Elsewhere, digest: Hex): Promise<Bytes> {
  return withReach(by.gateway.url, (ask) => fetchOne(ask, manifestCid(digest), by));
}

/** Every block of a document's body, by its CID. Throws Failure("too-large") for a very large one, and what is met. */
export async function fetchBodyBy(by: Elsewhere, { body }: Manifest): Promise<Map<string, Bytes>> {
  if (body.size > MOST_BYTES) throw new Failure("too-large", t("provider.elsewhere.large"));
  return withReach(by.gateway.url, async (ask) => {
    const root = await fetchOne(ask, body.cid, by);
    const { leaves, size } = await readRoot(body.cid, { bytes: root, leafSize: leafSizeOf(body.chunkSize) });
    // Nobody could open it: nothing more of it is fetched.
    if (size !== body.size) throw new Failure("tampered", t("provider.elsewhere.noBody"));
    const blocks = new Map([[body.cid, root]]);
    for (const { cid } of leaves) if (!blocks.has(cid)) blocks.set(cid, await fetchOne(ask, cid, by));
    return blocks;
  });
}
