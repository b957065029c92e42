// The vault's calls under the names that screens use. Each goes to the worker with the place filled in.
import type { Hex } from "viem";
import { askVaultHere } from "./vault.svelte.ts";
import type { NewRecord, SealOrder, KeyedParty, VaultCalls, Via } from "./calls.ts";

type Options<P> = { onProgress?: (progress: P) => void; signal?: AbortSignal };
type Args<K extends keyof VaultCalls> = Omit<VaultCalls[K]["args"], "place">;
type Result<K extends keyof VaultCalls> = Promise<VaultCalls[K]["result"]>;

/** Encrypts a file, stores it and checks what is stored; the DEK stays in the worker for `makeSeals`. */
export function addDocument(
  record: NewRecord,
  options: Options<VaultCalls["addDocument"]["progress"]> = {},
): Result<"addDocument"> {
  return askVaultHere("addDocument", record, options as never);
}

/** Uploads that broke off on this device and can go on once their file is chosen again. */
export function listUploads(): Result<"listUploads"> {
  return askVaultHere("listUploads", {});
}

/** Forgets an upload that broke off, and its key with it. */
export function dropUpload(upload: Hex): Result<"dropUpload"> {
  return askVaultHere("dropUpload", { upload });
}

/** A part of a document, fetched and decrypted without the rest. */
export function readRange(part: Args<"readRange">): Result<"readRange"> {
  return askVaultHere("readRange", part);
}

/** Opens descriptions in bulk: own ones, or such as were released (`via`). */
export function openManifests(items: { manifestBytes: Uint8Array; via?: Via }[]): Result<"openManifests"> {
  return askVaultHere("openManifests", { items });
}

/** Fetches, verifies and decrypts one document. */
export function readDocument(
  document: Args<"readDocument">,
  options: Options<VaultCalls["readDocument"]["progress"]> = {},
): Result<"readDocument"> {
  return askVaultHere("readDocument", document, options as never);
}

/** The manifest of a document of one's old account, for the account that one has now. */
export function moveManifest(document: Args<"moveManifest">): Result<"moveManifest"> {
  return askVaultHere("moveManifest", document);
}

/** Seals for each document and each gateway, ready for PUT /api/seals. */
export function makeSeals(orders: SealOrder[], gateways: KeyedParty[]): Result<"makeSeals"> {
  return askVaultHere("makeSeals", { orders, gateways });
}

/** The capsule of a consent about to be signed: one key a category and single document, at an epoch. */
export function makeCapsule(consent: Args<"makeCapsule">): Result<"makeCapsule"> {
  return askVaultHere("makeCapsule", consent);
}

/** What a consent of one's own covers, from its capsule. */
export function openOpening(consent: Args<"openOpening">): Result<"openOpening"> {
  return askVaultHere("openOpening", consent);
}

/** Opens capsules that were handed to us, many at once; their keys stay in the worker until it is locked. */
export function openCapsules(capsules: Args<"openCapsules">["capsules"]): Result<"openCapsules"> {
  return askVaultHere("openCapsules", { capsules });
}

/** The capsule that a patient's re-keying made for us; null where the bundle has none. */
export function openFreshCapsule(consent: Args<"openFreshCapsule">): Result<"openFreshCapsule"> {
  return askVaultHere("openFreshCapsule", consent);
}

/** Which gateways the patient tells the holder of a consent of. */
export function readTold(consent: Args<"readTold">): Result<"readTold"> {
  return askVaultHere("readTold", consent);
}

/** Fresh capsules for everybody who remains, for the act `rekey`. */
export function makeBundle(bundle: Args<"makeBundle">): Result<"makeBundle"> {
  return askVaultHere("makeBundle", bundle);
}

/** Wraps a note for its readers. */
export function wrapNote(note: Args<"wrapNote">): Result<"wrapNote"> {
  return askVaultHere("wrapNote", note);
}

/** Opens a note. */
export function openNote(note: Args<"openNote">): Result<"openNote"> {
  return askVaultHere("openNote", note);
}
