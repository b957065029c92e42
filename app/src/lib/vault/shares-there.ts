// Whether the service holds the shares that the vault names. Rule: shares of another set, or of others, are none: they would
// open nothing on the day they are needed.
import { nameShares, type Unlocker } from "#protocol/keys/index.ts";

type Guardians = Pick<Extract<Unlocker, { type: "guardians" }>, "id" | "holders">;

/** True where each guardian of this unlocker has a share of its set among those `held`. */
export function areSharesThere(
  unlocker: Guardians,
  options: { vaultId: string; held: readonly { guardian: string; set: string }[] },
): boolean {
  const { vaultId, held } = options;
  const { id, holders } = unlocker;
  if (holders === undefined) return held.length > 0;
  const set = nameShares({ vaultId, unlockerId: id });
  const having = new Set(held.filter((one) => one.set === set).map(({ guardian }) => guardian.toLowerCase()));
  return holders.every(({ account }) => having.has(account.toLowerCase()));
}
