// What the ledger's acts may cost at most: the promise that the bench, and whoever reads its table, holds us to.

/** Gas by act, each with history, roll and readable signature. */
export const goals = {
  grant: 67_000,
  grantFirst: 90_000,
  renew: 47_000,
  replace: 76_000,
  revoke: 36_500,
  revokeSigned: 44_000,
  grantBatch10: 340_000,
  request: 32_500,
  anchor: 54_000,
  file: 57_500,
  book: 59_500,
  confirm: 42_000,
} as const;

/** Runtime code in bytes: the chain's own limit for each half of the ledger, and ours for the registry. */
export const sizeGoals = { Ledger: 24_576, LedgerExtension: 24_576, ProviderRegistry: 6_000 } as const;

/** Acts that are measured and have no goal. */
export const alsoMeasured = [
  "publishKey",
  "revokeBatch10",
  "revokeBatch10Signed",
  "arm",
  "breakGlass",
  "appoint",
] as const;
