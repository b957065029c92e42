// Keys: the vault and what comes from its root, wrapping for one recipient, what consents hand over, session keys.

export {
  addGateway,
  dropGateway,
  MOST_GATEWAYS,
  noteGatewayRoots,
  readGateways,
  type AddedGateway,
} from "./added-gateways.ts";
export { forgetFormerGateway, noteFormerGateway, readFormerGateways, type FormerGateway } from "./former-gateways.ts";
export { decryptSmall, encryptSmall } from "./aead.ts";
export { findInBundle, makeBundle, type FreshCapsule } from "./bundle.ts";
export { keyForRelease, makeCapsule, openCapsule, openCapsuleFast, openOpening } from "./capsule.ts";
export type { CapsuleContent, ConsentName, Party } from "./capsule.ts";
export { compartmentKey, createCompartments, LAST_EPOCH, walkBack } from "./compartments.ts";
export type { Compartment, Compartments } from "./compartments.ts";
export { deriveEncryptionKey, deriveVaultAccount, publicKeyOf, type EncryptionKey } from "./derive.ts";
export { decodeEnvelope, makeEnvelope, openEnvelope } from "./envelope.ts";
export type { Envelope, EnvelopeKind, FastKey, Letter, Sealed } from "./envelope.ts";
export { fingerprint, keyId } from "./fingerprint.ts";
export { FORGET_SECONDS, typedForgetCopies, type ForgetCopies } from "./forget-copies.ts";
export {
  combineShares,
  FEWEST_GUARDIANS,
  isShareRight,
  makeShares,
  MOST_GUARDIANS,
  nameShares,
  openShare,
  type Guardian,
  type ShareLabel,
} from "./guardians.ts";
export { deriveBytes } from "./hkdf.ts";
export { kitFetchSecret, kitFetchTag, MOST_KIT_TAGS } from "./kit-fetch.ts";
export { decodeKitCode, encodeKitCode, makeKitFile, readKitFile, type Kit } from "./kit.ts";
export { makeMemberKey, MEMBER_KEY_BOX_BYTES, openMemberKey, type MemberKeyName } from "./member-keys.ts";
export { noteSchemas, openNote, requestRef, wrapNote, type Note, type NoteKind, type NoteName } from "./note.ts";
export { createRecoveryKeys, openReturnedShare, returnShare, spokenCode, tagCode } from "./recovery.ts";
export type { Recovery, RecoveryKeys } from "./recovery.ts";
export { createSessionKey, MAX_SESSION_SECONDS, readSessionResources, sessionResources } from "./session-key.ts";
export { CALL_SKEW_SECONDS, signCall, verifyCall, type CallSignature, type CallToSign } from "./signed-call.ts";
export { listShared, noteShared } from "./shared-keys.ts";
export { signWithSession, verifySession, type SessionKey, type SessionNames } from "./session-key.ts";
export { mayLeadTo } from "./gateway-place.ts";
export { areGatewaysTold, isGatewayOrigin, noteGatewaysTold, type ToldGateway } from "./told-gateways.ts";
export { MIN_PASSPHRASE, type Credential } from "./unlocker.ts";
export { importSecretKey, unwrapFast } from "./unwrap-fast.ts";
export { ARGON2_DEFAULT, decodeVault, encodeVault, toServerCopy } from "./vault-format.ts";
export type { Argon2Cost, Unlocker, UnlockerType, VaultBlob } from "./vault-format.ts";
export {
  leaveAccount,
  noteEpoch,
  noteOffered,
  readMemory,
  writeMemory,
  type GrantedScope,
  type LedgerMemory,
  type LedgerName,
} from "./ledger-memory.ts";
export { addUnlocker, createVault, removeUnlocker, type NewUnlocker } from "./vault-unlockers.ts";
export { addRoot, changeAccount, changeSettings, currentRoot, kitOf, lockVault, sealVault } from "./vault.ts";
export { checkCredential, openVault, openVaultByRoot } from "./vault-opening.ts";
export type { OpenVault, VaultSettings } from "./vault.ts";
export { unwrap, wrap, type Place, type WrapContext, type WrapKind } from "./wrap.ts";
