// What the vault's worker can be asked. Rule: no root, no key, no DEK and no passphrase is ever in an answer; the kit's
// code is, once, because a person has to write it down.
import type { Address, Hex, TypedDataDefinition } from "viem";
import type { Bytes } from "#protocol/bytes.ts";
import type { Opening } from "#protocol/consent/index.ts";
import type { Manifest, Metadata, Release } from "#protocol/documents/index.ts";
import type { FailureCode } from "#protocol/failure.ts";
import type {
  Credential,
  Kit,
  NewUnlocker,
  Note,
  NoteKind,
  Sealed,
  ShareLabel,
  ToldGateway,
  Unlocker,
  VaultBlob,
  VaultSettings,
} from "#protocol/keys/index.ts";

/** Where keys and signatures are valid. */
export type Where = { chainId: number; ledger: Address };

/** An account with its X25519 public key, as the ledger has it. */
export type KeyedParty = { address: Address; key: Hex };

/** What is public about an open vault. */
export type VaultFace = {
  account: Address;
  publicKey: Hex;
  fingerprint: string;
  vaultAccount: Address;
  settings: VaultSettings;
  vaultId: string;
  revision: number;
  unlockers: Unlocker[];
  /** How many roots there are: more than one after something was removed that somebody may know. */
  roots: number;
  /** Public keys of earlier roots, the newest last. */
  formerKeys: Hex[];
};

/** A changed vault: not the worker's yet, until it is stored and `commit` says so. */
export type Proposal = { face: VaultFace; blob: VaultBlob };

/** How a copy of the vault stands to the open one: of the same root, or not to be told from somebody's making. */
export type CopyStanding = { kind: "ours"; revision: number } | { kind: "foreign" };

/** A request that a guardian answers, as the service tells it. Hex, and base64url for tag and box. */
export type AskedRecovery = { subject: Address; set: Hex; box: string; id: string; publicKey: Hex; tag: string };

/** Answers of guardians on the device that asked. */
export type RecoveryAnswers = {
  subject: Address;
  set: Hex;
  id: string;
  publicKey: Hex;
  privateKey: CryptoKey;
  answers: { guardian: Address; box: string }[];
};

/** The answer for one document of many: one that does not open spoils none of the others. */
export type OpenedManifest =
  { ok: true; manifest: Manifest; metadata: Metadata } | { ok: false; code: FailureCode; message: string };

/** How a document is opened: as its subject, or as a grantee with a release and an opened capsule. */
export type Via = "owner" | { scope: Hex; grantee: Address; release: Release };

/**
 * How far adding a document is: bytes that are encrypted and stored, then steps of the check. `upload` is what the call can
 * be gone on by after a break.
 */
export type AddProgress = {
  stored: number;
  total: number;
  checked: number;
  toCheck: number;
  upload: Hex | undefined;
};

/** An upload that broke off on this device. `chunks` of it were encrypted, each of half a MiB. */
export type Unfinished = {
  upload: Hex;
  version: number;
  subject: Address;
  metadata: Metadata;
  lastModified: number;
  chunks: number;
};

/** A document to add. */
export type NewRecord = {
  file: Blob;
  metadata: Metadata;
  subject: Address;
  /** The subject's public encryption key as the ledger has it. */
  subjectKey: Hex;
  author: Address;
  document?: Hex | undefined;
  version?: number | undefined;
  /** To go on with an upload that broke off; the metadata are then those that it was begun with. */
  upload?: Hex | undefined;
};

/** A seal to make. The DEK comes from the manifest (own documents) or is still known from adding it. */
export type SealOrder = {
  subject: Address;
  document: Hex;
  version: number;
  category: string;
  epoch: number;
  keyedBy?: "category" | "document" | undefined;
  manifestBytes?: Uint8Array | undefined;
  /**
   * For an author who is not the subject: the consent, and the bytes that hold the compartment key. The caller has compared
   * their digest with the ledger's: what is held in the worker came from the service's lists.
   */
  consent?: { grantee: Address; scope: Hex; from: KeySource } | undefined;
};

/** What the keys of a consent lie in: its capsule, or the index of a bundle. */
export type KeySource = { capsule: Uint8Array } | { index: Uint8Array };

/** A consent by its key on the ledger. */
export type ConsentKey = { subject: Address; grantee: Address; scope: Hex };

type WithPlace<T> = T & { place: Where };

/** The calls. */
export type VaultCalls = {
  create: { args: { account: Address; passphrase: string }; result: { face: VaultFace; kit: Kit; blob: VaultBlob } };
  /** `reseal` for the service's copy: sealed again, it has every way in and may become this device's. */
  open: {
    args: { blob: unknown; credential: Credential; reseal: boolean };
    result: { face: VaultFace; blob: VaultBlob | undefined };
  };
  lock: { args: undefined; result: undefined };
  /** Takes over what was proposed last, once both copies of it are stored. */
  commit: { args: undefined; result: undefined };
  changeSettings: { args: VaultSettings; result: Proposal };
  addUnlocker: { args: NewUnlocker; result: Proposal & { kit: Kit | null } };
  removeUnlocker: { args: { id: string; newRoot: boolean }; result: Proposal };
  /** A new root, and with it a new encryption key; the earlier ones stay inside. */
  renewRoot: { args: undefined; result: Proposal };
  /** The same vault, sealed above a revision. */
  reseal: { args: { above: number }; result: Proposal };
  /** Another device's copy, told from a stranger's by the root. */
  judgeCopy: { args: { blob: unknown }; result: CopyStanding };
  adoptCopy: { args: { blob: unknown }; result: Proposal };
  /** The form that may leave, and by which kits it can be fetched without the wallet. */
  serverCopy: { args: { blob: unknown; account: Address }; result: { blob: VaultBlob; kitTags: string[] } };
  /** The same vault for another wallet of the same person: the keys are new, the old ones stay inside. */
  moveVault: { args: { to: Address; remember: VaultSettings }; result: Proposal };
  /** The manifest of one's old account's document for the new one: same body, same DEK. */
  moveManifest: {
    args: WithPlace<{ manifestBytes: Uint8Array; from: Address; to: Address }>;
    result: { document: Hex; version: number; digest: Hex; manifestBytes: Bytes; metadata: Metadata };
  };
  /** Whether this opens the vault that is open: somebody is still the one who unlocked it. */
  checkCredential: { args: Credential; result: boolean };
  /** `former`: by the account of the root before, for handing the office over; `account`: by whichever root's it is. */
  signAsVaultAccount: {
    args: { typed: TypedDataDefinition; former?: boolean | undefined; account?: Address | undefined };
    result: Hex;
  };

  /** Splits a new secret among guardians, in the place of an earlier set. `newRoot`: enough of those may conspire. */
  setGuardians: {
    args: WithPlace<{ name: string; threshold: number; guardians: KeyedParty[]; newRoot: boolean }>;
    result: Proposal & { set: Hex; boxes: { guardian: Address; box: string }[] };
  };
  readShare: { args: WithPlace<{ subject: Address; set: Hex; box: string }>; result: ShareLabel };
  returnShare: { args: WithPlace<{ asked: AskedRecovery; code: string }>; result: string };
  /** Opens the service's copy with guardians' answers. `wrong`: whose answer is not the share that they were given. */
  openByGuardians: {
    args: WithPlace<{ blob: unknown; recovery: RecoveryAnswers }>;
    result: { opened: Proposal | undefined; right: number; wrong: Address[] };
  };

  /** The keys of this vault for the organisation's members; `key`: the public one that they are named by. */
  shareWithMembers: {
    args: WithPlace<{ members: KeyedParty[] }>;
    result: { key: Hex; boxes: { member: Address; box: string }[] };
  };
  /**
   * Opens a member's box and holds the organisation's keys until the vault is locked: what is wrapped for the organisation opens
   * with them. `key`: the public one that the box is named by. The public keys in it, the present one last.
   */
  holdOrganisation: {
    args: WithPlace<{ organisation: Address; key: Hex; box: string }>;
    result: { keys: Hex[] };
  };
  dropOrganisation: { args: undefined; result: undefined };

  addDocument: {
    args: WithPlace<NewRecord>;
    result: { document: Hex; version: number; digest: Hex; manifestBytes: Bytes; metadata: Metadata };
    progress: AddProgress;
  };
  listUploads: { args: WithPlace<Record<never, never>>; result: Unfinished[] };
  dropUpload: { args: WithPlace<{ upload: Hex }>; result: undefined };
  openManifests: {
    args: WithPlace<{ items: { manifestBytes: Uint8Array; via?: Via | undefined }[] }>;
    result: OpenedManifest[];
  };
  /** `blocks`: those of its body that were fetched already, by their CIDs, and are verified. */
  readDocument: {
    args: WithPlace<{ manifestBytes: Uint8Array; via: Via; blocks?: ReadonlyMap<string, Uint8Array> | undefined }>;
    result: { blob: Blob; metadata: Metadata; manifest: Manifest };
    progress: { done: number; total: number };
  };
  /** The bytes [start, end) of a document, from the blocks that hold them alone. */
  readRange: {
    args: WithPlace<{ manifestBytes: Uint8Array; via: Via; start: number; end: number }>;
    result: Bytes;
  };
  makeSeals: {
    args: WithPlace<{ orders: SealOrder[]; gateways: KeyedParty[] }>;
    result: { document: Hex; version: number; gateway: Address; seal: string }[];
  };

  /** `mayRead` false: a consent to add alone hands over the words and no key. */
  makeCapsule: {
    args: WithPlace<{
      subject: Address;
      scope: Hex;
      grantee: KeyedParty;
      gateways: KeyedParty[];
      opening: Opening;
      epoch: number;
      mayRead: boolean;
      /** The gateways that the grantee is told of, where there are more than the service's own. */
      told: readonly ToldGateway[];
    }>;
    result: Sealed;
  };
  openOpening: { args: WithPlace<{ subject: Address; scope: Hex; bytes: Uint8Array }>; result: Opening };
  /** In the order asked; their keys stay in the worker. */
  openCapsules: {
    args: WithPlace<{ capsules: (ConsentKey & { bytes: Uint8Array })[] }>;
    result: ({ ok: true; opening: Opening; epoch: number } | { ok: false; code: FailureCode })[];
  };
  openFreshCapsule: {
    args: WithPlace<ConsentKey & { index: Uint8Array }>;
    result: { opening: Opening; epoch: number } | null;
  };
  /** The gateways that a capsule, or the fresh one in a bundle, tells of; null where nothing in it is for us. */
  readTold: {
    args: WithPlace<ConsentKey & { from: KeySource }>;
    result: { epoch: number; gateways: readonly ToldGateway[] } | null;
  };
  makeBundle: {
    args: WithPlace<{
      subject: Address;
      consents: { grantee: KeyedParty; scope: Hex; opening: Opening }[];
      epoch: number;
      told: readonly ToldGateway[];
    }>;
    result: { index: Sealed; parts: Sealed[] };
  };
  wrapNote: {
    args: WithPlace<{ kind: NoteKind; subject: Address; ref: Hex; recipients: KeyedParty[]; note: Note<NoteKind> }>;
    result: Sealed;
  };
  openNote: {
    args: WithPlace<{ kind: NoteKind; subject: Address; ref: Hex; recipient: Address; bytes: Uint8Array }>;
    result: Note<NoteKind>;
  };
};
