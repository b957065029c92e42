// Who has keys of what is sealed now: by the service's list, and by what this vault remembers of having given. Rule: a list
// that leaves somebody out hides nothing about them.
import { hasOp, READ } from "#protocol/codes/index.ts";
import type { LedgerMemory } from "#protocol/keys/index.ts";
import { getAddress, type Address } from "viem";
import { isOpen, type Consent } from "./consent.ts";

/** The holders, each once. `now` in unix seconds. */
export function listKeyHolders(
  consents: readonly Pick<Consent, "grantee" | "status" | "expiresAt" | "ops">[],
  { memory, now }: { memory: Pick<LedgerMemory, "epoch" | "granted">; now: number },
): Address[] {
  const listed = consents.filter((one) => isOpen(one, now) && hasOp(one.ops, READ));
  // Keys of an earlier epoch than the last that was seen open nothing that is sealed now.
  const remembered = memory.granted.filter(({ epoch }) => epoch >= memory.epoch);
  return [...new Set([...listed, ...remembered].map(({ grantee }) => getAddress(grantee)))].sort();
}
