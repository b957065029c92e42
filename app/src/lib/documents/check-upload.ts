// The check between upload and ledger: what is stored is fetched back, decrypted and compared with the file. An author
// who cannot open it (a provider filing for a patient) checks that every block is there.
import { decodeManifest, rawCid } from "#protocol/documents/index.ts";
import { Failure } from "#protocol/failure.ts";
import { hasBlock } from "#app/service/index.ts";
import { readDocument } from "#app/vault/index.ts";
import { t } from "#app/ui/index.ts";
import type { Bytes } from "#protocol/bytes.ts";
import type { Address, Hex } from "viem";

/** Up to this many bytes are read back whole. Above, the stored blocks were verified by their CIDs as they went in. */
const READ_BACK = 64 * 1024 * 1024;

/** Throws Failure("tampered" | "unavailable") when what is stored is not the file. */
export async function checkUpload(upload: {
  file: Blob;
  manifestBytes: Bytes;
  digest: Hex;
  subject: Address;
  author: Address;
  signal: AbortSignal;
}): Promise<void> {
  const manifest = decodeManifest(upload.manifestBytes);
  const there = await Promise.all([rawCid(upload.digest), manifest.body.cid].map((cid) => hasBlock(cid)));
  if (there.includes(false)) throw new Failure("unavailable", t("documents.problem.notThere"));
  if (upload.author !== upload.subject || upload.file.size > READ_BACK) return;
  const { blob } = await readDocument({ manifestBytes: upload.manifestBytes, via: "owner" }, { signal: upload.signal });
  const [sent, read] = await Promise.all([hashOf(upload.file), hashOf(blob)]);
  if (sent !== read) throw new Failure("tampered", t("documents.problem.differs"));
}

async function hashOf(blob: Blob): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
