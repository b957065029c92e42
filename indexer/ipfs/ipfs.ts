// What the service needs of IPFS, whichever node does it. Bytes are checked against their CID on the way in and on the
// way out: a node that lies is found out here.

/** A node that holds blocks. CIDs are CIDv1 strings; blocks are at most 2 MiB. */
export type Ipfs = {
  readonly kind: "helia" | "kubo";
  /** Stores and pins `bytes`; throws `tampered` when they do not hash to `cid`, `unsupported-type` for a CID of another kind. */
  put(cid: string, bytes: Uint8Array): Promise<void>;
  /**
   * Gives the block's verified bytes; throws `not-found` when nobody gave it within `timeoutMs` (0: only what is held here),
   * `tampered` when the node gave other bytes, `unavailable` when it does not answer.
   */
  get(cid: string, options?: { timeoutMs?: number }): Promise<Uint8Array>;
  /** Whether the block is held here; throws `unavailable` when the node does not answer. */
  has(cid: string): Promise<boolean>;
  /** Keeps a block that is held here from being collected; throws `not-found` when it is not held. */
  pin(cid: string): Promise<void>;
  /** Lets go of the block and deletes it here. Other nodes keep what they hold. */
  unpin(cid: string): Promise<void>;
  /** Deletes what nothing pins, such as what was only fetched from others; throws `conflict` where others share the blocks. */
  collect(): Promise<void>;
  /** Connects to another node by its address (/ip4/.../tcp/.../p2p/...), to give and take blocks; throws `unavailable`. */
  connect(address: string): Promise<void>;
  /** Who the node is; throws `unavailable` when it does not answer. */
  info(): Promise<{ peerId: string; addresses: string[] }>;
  stop(): Promise<void>;
};
