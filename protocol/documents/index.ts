// Documents: padding, encryption in chunks, IPFS blocks, manifest, owner's wrap, seals, types by content.

export { cidOfBlock, digestOfCid, fileCid, manifestCid, parseCid, rawCid, verifyBlock, type CidParts } from "./cid.ts";
export { detectType, fileTypes, HEAD_BYTES, type FileType } from "./detect-type.ts";
export { deriveDocumentKeys, newDek, newDocumentId, openDocumentKeys } from "./document-keys.ts";
export type { DocumentKeys, VersionName } from "./document-keys.ts";
export {
  BLOCK_SIZE,
  blockStream,
  collect,
  makeFile,
  makeRoot,
  readFile,
  readRoot,
  type Block,
  type Leaf,
} from "./file.ts";
export { decodeManifest, encodeManifest, manifestDigest, manifestSchema, type Manifest } from "./manifest.ts";
export { decryptMetadata, encryptMetadata, metadataSchema, type Metadata } from "./metadata.ts";
export { openOwner, openOwnerFast, wrapOwner, type OwnedVersion, type OwnerWrap } from "./owner.ts";
export { paddedSize, padme } from "./padding.ts";
export { decryptRange } from "./range.ts";
export { openDocument, readBody, readBodyRange, type FetchBlock, type OpenDocument } from "./read.ts";
export { makeSeal, openRelease, openSealAtGateway, releaseSchema, releaseToJson } from "./seal.ts";
export type { Release, SealName } from "./seal.ts";
export { CHUNK_SIZE, decryptStream, encryptStream, layoutOf, type BodyLayout, type BodyOptions } from "./stream.ts";
export { encryptDocument, type EncryptedDocument, type NewDocument } from "./write.ts";
