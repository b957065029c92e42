// What the table of acts says about one act, and how its rows are written.

import type { PrimaryType } from "./types.ts";

/** What the ledger must be asked for before an act can be signed: `typed-act.ts` says of what and of whom. */
export type Asked = "version" | "versions" | "generation" | "mandateVersion" | "proxyGeneration";

/** What the table says about one act. */
export type ActEntry = {
  readonly contract: "ledger" | "providerRegistry";
  /** The function that the actor sends alone; null when words must be signed. */
  readonly plain: string | null;
  /** The function that anyone may send with the actor's signature; null when there is none. */
  readonly signed: string | null;
  readonly primaryType: PrimaryType | null;
  /** The argument that names who acts. */
  readonly actor: string;
  /** True when the subject's vault account may sign instead. */
  readonly vaultMaySign: boolean;
  /** Opens something (words must be signed), ends something (never harder than opening), or cares for it. */
  readonly sort: "opens" | "ends" | "cares";
  /** The event that the act leaves. */
  readonly event: string;
  /** What the typed data names and the ledger must be asked for. */
  readonly asks: readonly Asked[];
  /** What a button or a prompt calls it. */
  readonly label: string;
};

type Row = Omit<ActEntry, "contract" | "vaultMaySign"> & { readonly vaultMaySign?: true };

/** A row of the ledger. */
export const onLedger = (row: Row): ActEntry => ({ contract: "ledger", vaultMaySign: false, ...row });
/** A row of the provider registry. */
export const inRegistry = (
  actor: string,
  sort: ActEntry["sort"],
  plain: string,
  event: string,
  label: string,
): ActEntry => ({
  contract: "providerRegistry",
  plain,
  signed: null,
  primaryType: null,
  actor,
  vaultMaySign: false,
  sort,
  event,
  asks: [],
  label,
});
