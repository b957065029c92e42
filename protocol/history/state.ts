// The state that a history leads to, with all its earlier states. Rule: every entry keeps a snapshot for each act that
// changed it, so that any question can be asked of any moment; where several acts share a second, the last one counts.

import type { Address, Hex } from "viem";
import type { AppointmentRecord } from "../appointments/index.ts";
import type { ConsentRecord } from "../consent/index.ts";
import type { KnownAct } from "./decode.ts";
import type { DocumentRecord } from "./document-record.ts";

/** A value since a time (Unix seconds), and the act that made it so. */
export type Snapshot<T> = { readonly since: number; readonly value: T; readonly act: KnownAct };
/** All values that something ever had, oldest first. */
export type Timeline<T> = Snapshot<T>[];

/** The value at a time: that of the last snapshot not later; undefined before the first. */
export function valueAt<T>(timeline: readonly Snapshot<T>[] | undefined, at: number): T | undefined {
  return timeline?.findLast((snapshot) => snapshot.since <= at)?.value;
}

/** The value after the last act. */
export function latest<T>(timeline: readonly Snapshot<T>[] | undefined): T | undefined {
  return timeline?.at(-1)?.value;
}

/** A consent through time. */
export type ConsentHistory = {
  readonly subject: Address;
  readonly grantee: Address;
  readonly scope: Hex;
  readonly records: Timeline<ConsentRecord>;
  /** The digests of its capsules, in order. */
  readonly capsules: Timeline<Hex>;
  /** Under whose mandate it was last granted or renewed: a proxy's, or null when by the subject. Empty: always the subject's. */
  readonly mandates: Timeline<Mandate | null>;
  /** Each time the glass of an armed consent was broken: by whom, and the digest of the encrypted reason. */
  readonly breakings: Timeline<{ readonly by: Address; readonly note: Hex }>;
};

/** A proxy, and the scope of the consent with MANAGE that made them one. */
export type Mandate = { readonly proxy: Address; readonly mandate: Hex };

/** A request and what became of it. Its id is the grantee's head after asking. */
export type RequestHistory = {
  readonly id: Hex;
  readonly grantee: Address;
  readonly subject: Address;
  readonly note: Hex;
  readonly at: number;
  readonly declined: { readonly at: number; readonly note: Hex } | null;
};

/** A document through time. */
export type DocumentHistory = {
  readonly subject: Address;
  readonly document: Hex;
  readonly records: Timeline<DocumentRecord>;
  readonly manifests: Timeline<Hex>;
};

/** An appointment through time. */
export type AppointmentHistory = {
  readonly patient: Address;
  readonly provider: Address;
  readonly id: Hex;
  readonly records: Timeline<AppointmentRecord>;
  readonly details: Timeline<Hex>;
};

/** A provider's credential at some time. `status`: 1 applied, 2 verified, 3 suspended, 4 refused. */
export type CredentialState = {
  readonly status: number;
  readonly kind: number;
  /** Unix seconds; not included. */
  readonly validUntil: number;
};

/** A batch of receipts that a gateway anchored. */
export type AnchorState = {
  readonly root: Hex;
  readonly previous: Hex;
  readonly first: bigint;
  readonly count: bigint;
};

/** Everything that the two contracts' histories say. Keys of maps with two names are `pairKey(a, b)`. */
export type LedgerState = {
  /** By `consentKey`. */
  readonly consents: ReadonlyMap<Hex, ConsentHistory>;
  /** By id. */
  readonly requests: ReadonlyMap<Hex, RequestHistory>;
  /** By subject and document. */
  readonly documents: ReadonlyMap<string, DocumentHistory>;
  /** By patient, provider and id. */
  readonly appointments: ReadonlyMap<string, AppointmentHistory>;
  /** Open quarter-hours, by provider and day. */
  readonly openHours: ReadonlyMap<string, Timeline<bigint>>;
  readonly keys: ReadonlyMap<Address, Timeline<{ readonly encryptionKey: Hex; readonly vaultAccount: Address }>>;
  readonly generations: ReadonlyMap<Address, Timeline<bigint>>;
  readonly epochs: ReadonlyMap<Address, Timeline<{ readonly epoch: number; readonly bundle: Hex }>>;
  /** The account that a person says they use now. It transfers nothing. */
  readonly moves: ReadonlyMap<Address, Timeline<Address>>;
  /** By subject and grantee. */
  readonly muted: ReadonlyMap<string, Timeline<boolean>>;
  readonly anchors: ReadonlyMap<Address, Timeline<AnchorState>>;
  readonly credentials: ReadonlyMap<Address, Timeline<CredentialState>>;
  readonly cards: ReadonlyMap<Address, Timeline<Hex>>;
  /** Roles, by organisation and member; 0 after leaving. */
  readonly members: ReadonlyMap<string, Timeline<number>>;
  /** Valid until (Unix seconds), by auditor; 0 after dismissal. */
  readonly auditors: ReadonlyMap<Address, Timeline<number>>;
  /** True while in office. */
  readonly registrars: ReadonlyMap<Address, Timeline<boolean>>;
  readonly owner: Timeline<Address>;
};

/** The key of a map with several names. */
export function pairKey(...names: readonly string[]): string {
  return names.map((name) => name.toLowerCase()).join(" ");
}
