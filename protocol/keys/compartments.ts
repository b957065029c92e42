// Compartment keys: for each category (and each document under a consent of its own) a chain of 4,096 keys, one an
// epoch, each the HKDF of its successor. Rule: whoever has the key of epoch e has those of all earlier epochs, and of
// no later one.

import type { Hex } from "viem";
import { fromHex, utf8, wipe, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import { deriveBytes } from "./hkdf.ts";

/** The last epoch of a chain; the first is 0. */
export const LAST_EPOCH = 4095;

// One key in 64 is kept once the chain has been walked: 2 KiB a chain, and at most 63 steps to any key.
const CHECKPOINT_EVERY = 64;

/** Which chain: a category's, or a single document's. */
export type Compartment = { category: string } | { document: Hex };

/** The chains of one root, walked when first asked for. */
export type Compartments = {
  /** The key of a category at an epoch. */
  keyOf(category: string, epoch: number): Bytes;
  /** The key of a single document at an epoch (DK). */
  documentKeyOf(document: Hex, epoch: number): Bytes;
  /** Forgets and overwrites everything. */
  wipe(): void;
};

function checkEpoch(epoch: number): void {
  if (!Number.isInteger(epoch) || epoch < 0 || epoch > LAST_EPOCH) {
    throw new Failure("bad-input", `Epochs run from 0 to ${LAST_EPOCH}. Nothing was changed.`, { reason: "epoch" });
  }
}

/** The key of the last epoch: from the root directly. */
function lastKey(root: Uint8Array, compartment: Compartment): Bytes {
  if ("document" in compartment) {
    return deriveBytes(root, { label: "document-chain/", parts: [fromHex(compartment.document, 32)] });
  }
  if (!/^[a-z][a-z-]{0,30}[a-z]$/.test(compartment.category)) {
    throw new Failure("bad-input", "This is no category of records. Nothing was changed.");
  }
  return deriveBytes(root, { label: "category-chain/", parts: [utf8(compartment.category)] });
}

/**
 * The key of the earlier epoch `to`, from the key of epoch `from`: one HKDF a step.
 * Throws Failure("wrong-key") where `to` is later, since no key leads forward.
 */
export function walkBack(key: Uint8Array, options: { from: number; to: number }): Bytes {
  const { from, to } = options;
  checkEpoch(from);
  checkEpoch(to);
  if (to > from) {
    throw new Failure(
      "wrong-key",
      "This was added after the key you hold. Nothing was opened. Ask the patient for a fresh key.",
      {
        reason: "later-epoch",
      },
    );
  }
  let current = Uint8Array.from(key);
  for (let epoch = from; epoch > to; epoch--) current = deriveBytes(current, { label: "earlier-epoch" });
  return current;
}

/** The key of one compartment at one epoch, without keeping anything. Up to 4,095 steps (about 40 ms). */
export function compartmentKey(root: Uint8Array, options: Compartment & { epoch: number }): Bytes {
  checkEpoch(options.epoch);
  return walkBack(lastKey(root, options), { from: LAST_EPOCH, to: options.epoch });
}

/** The chains of a root, each walked once and remembered at every 64th key. */
export function createCompartments(root: Uint8Array): Compartments {
  const secret = Uint8Array.from(root);
  const chains = new Map<string, Map<number, Bytes>>();

  function find(name: string, compartment: Compartment, epoch: number): Bytes {
    checkEpoch(epoch);
    let chain = chains.get(name);
    if (chain === undefined) {
      chain = new Map([[LAST_EPOCH, lastKey(secret, compartment)]]);
      chains.set(name, chain);
    }
    // The nearest kept key at or above the epoch: every 64th below the last that has been walked to.
    const above = Math.min(Math.ceil(epoch / CHECKPOINT_EVERY) * CHECKPOINT_EVERY, LAST_EPOCH);
    let from = above;
    while (!chain.has(from)) from = Math.min(from + CHECKPOINT_EVERY, LAST_EPOCH);
    let key = chain.get(from) ?? lastKey(secret, compartment);
    while (from > above) {
      const next = (Math.ceil(from / CHECKPOINT_EVERY) - 1) * CHECKPOINT_EVERY;
      key = walkBack(key, { from, to: next });
      chain.set(next, key);
      from = next;
    }
    return walkBack(key, { from, to: epoch });
  }

  return {
    keyOf: (category, epoch) => find(`category ${category}`, { category }, epoch),
    documentKeyOf: (document, epoch) => find(`document ${document.toLowerCase()}`, { document }, epoch),
    wipe() {
      wipe(secret, ...[...chains.values()].flatMap((chain) => [...chain.values()]));
      chains.clear();
    },
  };
}
