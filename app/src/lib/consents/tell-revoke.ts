// Tells the other gateways that a patient trusts of a revoke, so that they stop at once and not only when the ledger says it.
// Rule: nothing waits for them, and one that could not be told is named on screen. Who they are stands in the vault alone:
// while that is locked, they learn of it from the ledger.
import { hostOf, withReach } from "#app/reach/index.ts";
import { gatewayInfo } from "#app/service/index.ts";
import { announce, t } from "#app/ui/index.ts";
import { readSettings, signWithVaultAccount, vault } from "#app/vault/index.ts";
import { readGateways } from "#protocol/keys/index.ts";
import { actToJson, typedAct, type Act } from "#protocol/typed-data/index.ts";
import type { Hex, TypedDataDefinition } from "viem";
import { tellOne } from "./tell-one.ts";

/** A revoke that the person agreed to; `signature` is undefined where the wallet sent it by itself. */
export type AgreedRevoke = { act: Act; signature: Hex | undefined };

/** Gives the hosts of those that could not be told. */
async function tellAll({ act, signature }: AgreedRevoke): Promise<string[]> {
  const info = await gatewayInfo();
  const others = readGateways(readSettings(), info).map(({ url }) => url);
  if (others.length === 0) return [];
  // What was sent unsigned, the vault's account signs for them: it can end whatever its owner can.
  const typed = typedAct(info, act) as unknown as TypedDataDefinition;
  const signed = Promise.resolve(signature ?? signWithVaultAccount(typed));
  const told = await Promise.allSettled(
    others.map(async (url) => {
      const body = { act: actToJson(act), signature: await signed };
      await withReach(url, (ask) => tellOne(ask, { act, body }));
    }),
  );
  return others.filter((_, at) => told[at]?.status === "rejected").map(hostOf);
}

/** Tells each of them, and says on screen which could not be told. Throws nothing. */
export async function tellRevoke(revoke: AgreedRevoke): Promise<void> {
  if (vault.state !== "unlocked") return;
  // Where the list cannot be read, the page of one's gateways says so.
  const missed = await tellAll(revoke).catch(() => []);
  if (missed.length > 0) announce(t("gateways.revoke.missed", { hosts: missed.join(", ") }), { tone: "problem" });
}
