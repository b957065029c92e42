// What the crowd does: an endless, reproducible sequence of acts in proportions that a hospital's ledger might have. Each
// is valid where it stands, because the sequence remembers what it did.

import { encodeFunctionData } from "viem";
import type { Address, Hex } from "viem";
import { ledgerAbi, providerRegistryAbi } from "#protocol/contracts/index.ts";
import type { Step } from "./crowd.ts";

const FAR = 4_000_000_000; // Unix seconds: the year 2096
const READ = 1;

/** How many of a hundred acts are of each kind. */
const shares = {
  anchor: 26,
  grant: 22,
  request: 14,
  rekey: 8,
  revoke: 7,
  appointment: 6,
  availability: 4,
  publishKey: 4,
  anchorReceipts: 3,
  applyFor: 2,
  publishCard: 2,
  mute: 2,
} as const;
type Kind = keyof typeof shares;
const kinds = Object.entries(shares).flatMap(([kind, share]) => Array.from({ length: share }, () => kind as Kind));

/** Makes the sequence; the same seed gives the same acts for the same people. */
export function makeActs({
  people,
  ledger,
  providerRegistry,
  today,
  seed,
}: {
  people: readonly Address[];
  ledger: Address;
  providerRegistry: Address;
  /** Days since 1970. */
  today: number;
  seed: number;
}): () => Step {
  const random = makeRandom(seed);
  const pick = (below: number) => Math.floor(random() * below);
  const word = (): Hex =>
    `0x${Array.from({ length: 8 }, () =>
      pick(2 ** 32)
        .toString(16)
        .padStart(8, "0"),
    ).join("")}`;
  const person = (who: number): Address => people[who] ?? ledger;
  const standing: { who: number; grantee: Address; scope: Hex }[] = [];
  const receipts = new Map<number, number>();
  const applied = new Set<number>();
  const onLedger = (who: number, call: Hex): Step => ({ who, target: ledger, call });
  const onRegistry = (who: number, call: Hex): Step => ({ who, target: providerRegistry, call });

  function make(kind: Kind): Step {
    const who = pick(people.length);
    const other = person((who + 1 + pick(people.length - 1)) % people.length);
    switch (kind) {
      case "anchor":
        return onLedger(who, encodeFunctionData({ abi: ledgerAbi, functionName: "anchor", args: [word(), word(), 1] }));
      case "grant": {
        const [scope, capsule] = [word(), word()];
        standing.push({ who, grantee: other, scope });
        const terms = {
          subject: person(who),
          grantee: other,
          scope,
          ops: READ,
          notBefore: 0,
          expiresAt: FAR,
          capsule,
          deadline: FAR,
        };
        // Without a signature of 65 bytes the ledger asks the account itself (ERC-1271).
        return onLedger(who, encodeFunctionData({ abi: ledgerAbi, functionName: "grant", args: [terms, "0x"] }));
      }
      case "request":
        return onLedger(who, encodeFunctionData({ abi: ledgerAbi, functionName: "request", args: [other, word()] }));
      case "rekey":
        return onLedger(
          who,
          encodeFunctionData({ abi: ledgerAbi, functionName: "rekey", args: [person(who), word()] }),
        );
      case "revoke": {
        const consent = standing.splice(pick(standing.length), 1)[0];
        if (consent === undefined) return make("grant");
        const args = [consent.grantee, consent.scope] as const;
        return onLedger(consent.who, encodeFunctionData({ abi: ledgerAbi, functionName: "revoke", args }));
      }
      case "appointment": {
        const booking = {
          patient: person(who),
          provider: other,
          id: word(),
          day: today + 1 + pick(60),
          slot: pick(90),
          length: 2,
          details: word(),
        };
        return onLedger(
          who,
          encodeFunctionData({ abi: ledgerAbi, functionName: "requestAppointment", args: [booking] }),
        );
      }
      case "availability":
        return onLedger(
          who,
          encodeFunctionData({
            abi: ledgerAbi,
            functionName: "publishAvailability",
            args: [today + 1 + pick(60), 0xffff_0000n],
          }),
        );
      case "publishKey":
        return onLedger(
          who,
          encodeFunctionData({
            abi: ledgerAbi,
            functionName: "publishKey",
            args: [word(), "0x0000000000000000000000000000000000000000", "0x"],
          }),
        );
      case "anchorReceipts": {
        const gateway = who % 5;
        const first = receipts.get(gateway) ?? 1;
        const count = 1 + pick(100);
        receipts.set(gateway, first + count);
        return onLedger(
          gateway,
          encodeFunctionData({
            abi: ledgerAbi,
            functionName: "anchorReceipts",
            args: [word(), BigInt(first), BigInt(count)],
          }),
        );
      }
      case "applyFor":
        applied.add(who);
        return onRegistry(
          who,
          encodeFunctionData({
            abi: providerRegistryAbi,
            functionName: "applyFor",
            args: [1 + pick(7), word(), word()],
          }),
        );
      case "publishCard": {
        if (!applied.has(who)) return make("applyFor");
        return onRegistry(
          who,
          encodeFunctionData({ abi: providerRegistryAbi, functionName: "publishCard", args: [word()] }),
        );
      }
      case "mute":
        return onLedger(
          who,
          encodeFunctionData({ abi: ledgerAbi, functionName: "mute", args: [other, random() < 0.8] }),
        );
    }
  }

  return () => make(kinds[pick(kinds.length)] ?? "request");
}

/** mulberry32: small, quick, and the same everywhere; nothing here is secret. */
export function makeRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
