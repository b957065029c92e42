// A whole document, body and all: encrypted as the app does it, its blocks at the service, its manifest on the ledger.

import type { Hex } from "viem";
import { fromHex, toBase64Url } from "#protocol/bytes.ts";
import { encryptDocument, makeSeal } from "#protocol/documents/index.ts";
import { compartmentKey } from "#protocol/keys/index.ts";
import type { RunningService } from "#indexer/index.ts";
import { sampleBytes, sampleMetadata, streamOf } from "../../protocol/documents/samples.ts";
import type { TestChain } from "./chain.ts";
import type { Consent, Reader } from "./reading.ts";
import type { Keyed } from "./story.ts";

/** A stored document version: its blocks by CID (the manifest's last), its key, and its seals as they were handed in. */
export type StoredDocument = {
  document: Hex;
  version: number;
  digest: Hex;
  dek: Uint8Array;
  bodyCid: string;
  blocks: Map<string, Uint8Array>;
  seals: Uint8Array[];
};

/** Encrypts, stores, anchors and seals one version of a document of the subject's own, or files it in somebody's name. */
export async function storeDocument(
  { running, chain }: { running: RunningService; chain: TestChain },
  {
    subject,
    as,
    size = 300_000,
    before,
    filed,
  }: {
    subject: Keyed;
    as: Reader;
    size?: number;
    before?: StoredDocument | undefined;
    /** By whom, and under which consent; `as` is theirs. */
    filed?: { author: Keyed; consent: Pick<Consent, "scope"> };
  },
): Promise<StoredDocument> {
  const blocks = new Map<string, Uint8Array>();
  const { manifest, digest, dek } = await encryptDocument({
    place: chain.place,
    subject: subject.address,
    author: (filed?.author ?? subject).address,
    subjectKey: subject.key.publicKey,
    source: streamOf(sampleBytes(size)),
    metadata: sampleMetadata(size),
    chunkSize: 65_536,
    ...(before === undefined ? {} : { document: before.document, version: before.version + 1 }),
    async onBlock({ cid, bytes }) {
      blocks.set(cid, bytes.slice());
      const { status } = await as.call("PUT", `/api/blocks/${cid}`, bytes);
      if (status >= 300) throw new Error(`A block was not taken: ${status}`);
    },
  });
  const { document, version } = manifest;
  const named = { subject: subject.address, document, manifest: digest, version };
  if (filed === undefined) await chain.act(subject, { name: "anchor", args: named });
  else {
    const author = filed.author.address;
    const { scope } = filed.consent;
    await chain.act(filed.author, { name: "file", args: { ...named, author, grantee: author, scope } });
  }
  const { address, encryptionKey } = running.service.gateway;
  const seals = (["category", "document"] as const).map((keyedBy) =>
    makeSeal(
      { place: chain.place, subject: subject.address, document, gateway: address },
      {
        ...{ version, category: "labs", epoch: 0, keyedBy, dek, gatewayKey: fromHex(encryptionKey, 32) },
        key: compartmentKey(
          subject.root,
          keyedBy === "category" ? { category: "labs", epoch: 0 } : { document, epoch: 0 },
        ),
      },
    ),
  );
  const { status } = await as.call("PUT", "/api/seals", {
    seals: seals.map((seal) => ({ subject: subject.address, document, version, seal: toBase64Url(seal) })),
  });
  if (status !== 200) throw new Error(`The seals were not taken: ${status}`);
  return { document, version, digest, dek, bodyCid: manifest.body.cid, blocks, seals };
}
