// How much gas to send with an act. Rule: never just what the node estimated.

/**
 * An estimate and a quarter on top, in gas. Between estimate and block the state may have moved: who mutes or publishes
 * hours twice in one second writes the same turn again, which costs 2,900 gas less than in the next second. Wallets add as
 * much or more; what is not used is not paid.
 */
export function withGasMargin(estimate: bigint): bigint {
  return (estimate * 5n) / 4n;
}
