// What the service needs of IPFS, whichever node does it. Bytes are checked against their CID on the way in and on the
// way out: a node that lies is found out here.

/** A node that holds blocks. CIDs are CIDv1 strings; blocks are at most 2 MiB. */
export type Ipfs = {
  readonly kind: "helia" | "kubo";
  /** Stores and pins `bytes`; throws `tampered` when they do not hash to `cid`, `unsupported-type` for a CID of another kind. */
  put(cid: string, bytes: Uint8Array): Promise<void>;
  /** Gives the block's verified bytes; throws `not-found` when nobody gave it within `timeoutMs` (0: only what is held here). */
  get(cid: string, options?: { timeoutMs?: number }): Promise<Uint8Array>;
  /** Whether the block is held here. */
  has(cid: string): Promise<boolean>;
  /** Keeps the block from being collected. */
  pin(cid: string): Promise<void>;
  /** Lets go of the block: deleted here, at once or with the next collection. */
  unpin(cid: string): Promise<void>;
  /** Who the node is; throws `unavailable` when it does not answer. */
  info(): Promise<{ peerId: string; addresses: string[] }>;
  stop(): Promise<void>;
};
