// Documents: padding, encryption in chunks, IPFS blocks, manifest, owner's wrap, seals, types by content.

export { carHeader, carPrefix, readCar, type CarSource } from "./car.ts";
export { createChunkGuard, type ChunkGuard } from "./chunk-guard.ts";
export { cidOfBlock, digestOfCid, fileCid, manifestCid, parseCid, rawCid, verifyBlock, type CidParts } from "./cid.ts";
export { detectType, fileTypes, HEAD_BYTES, type FileType } from "./detect-type.ts";
export { createDigester, serveDigests, type Digester } from "./digester.ts";
export { deriveDocumentKeys, newDek, newDocumentId, openDocumentKeys } from "./document-keys.ts";
export type { DocumentKeys, VersionName } from "./document-keys.ts";
export { makeRoot, readRoot, type Block, type FileLayout, type Leaf } from "./file.ts";
export { HAND_IN_SECONDS, typedAskHeld, typedHandIn, type HandedSeal, type HandIn } from "./hand-in.ts";
export { CHUNK_SIZE, layoutOf, leafSizeOf, type BodyLayout } from "./layout.ts";
export { decodeManifest, encodeManifest, manifestDigest, manifestSchema, type Manifest } from "./manifest.ts";
export { decryptMetadata, encryptMetadata, metadataSchema, type Metadata } from "./metadata.ts";
export { openOwner, openOwnerFast, wrapOwner, type OwnedVersion, type OwnerWrap } from "./owner.ts";
export { paddedSize, padme } from "./padding.ts";
export type { Source } from "./pieces.ts";
export { collect, openBody, openDocument, readBody, readBodyRange } from "./read.ts";
export type { Body, FetchBlock, OpenDocument } from "./read.ts";
export { makeSeal, openRelease, openSealAtGateway, releaseSchema, releaseToJson } from "./seal.ts";
export type { Release, SealName } from "./seal.ts";
export { decryptChunks, encryptChunks, type BodyOptions } from "./stream.ts";
export { encryptDocument, type EncryptedDocument, type NewDocument } from "./write.ts";
