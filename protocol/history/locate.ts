// Finding where a history went wrong, by asking the node for earlier heads. Rule: an earlier state is the node's word
// only; it serves to point at a place, never to call a history genuine.

import type { Address } from "viem";
import { foldRoll, type Fold, type Step } from "./fold.ts";
import { ZERO_WORD } from "./log.ts";
import type { ChainReader } from "./reader.ts";
import { readEarlier } from "./stored.ts";

/** The smallest index for which `isWrong` holds, if it holds for the last; null when the node could not say. */
async function findFirst(length: number, isWrong: (index: number) => Promise<boolean | null>): Promise<number | null> {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const wrong = await isWrong(middle);
    if (wrong === null) return null;
    if (wrong) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Between which blocks the acts of an account stop leading to its head; null when the node keeps no earlier states. */
export async function locateHead(
  reader: ChainReader,
  at: { readonly contract: Address; readonly account: Address; readonly fold: Fold; readonly until: number },
): Promise<{ readonly after: Step | null; readonly before: number } | null> {
  const steps = at.fold.steps.filter((step) => step.account === at.account);
  const blockOf = (step: Step | undefined) => Number(step?.log.blockNumber ?? 0n);
  const first = await findFirst(steps.length, async (index) => {
    const block = blockOf(steps[index]);
    const last = steps.findLast((step) => blockOf(step) === block);
    const earlier = await readEarlier(reader, { contract: at.contract, account: at.account, block });
    return earlier === null ? null : earlier.head !== last?.headAfter;
  });
  if (first === null) return null;
  return { after: steps[first - 1] ?? null, before: first < steps.length ? blockOf(steps[first]) : at.until };
}

/** Between which blocks the accounts shown stop leading to the roll; null when the node keeps no earlier states. */
export async function locateRoll(
  reader: ChainReader,
  at: { readonly contract: Address; readonly fold: Fold; readonly until: number },
): Promise<{ readonly after: number | null; readonly before: number } | null> {
  const firsts = at.fold.steps.filter((step) => step.index === 0);
  const rolls: string[] = [];
  for (const step of firsts) rolls.push(foldRoll((rolls.at(-1) ?? ZERO_WORD) as `0x${string}`, step.account));
  const blockOf = (index: number) => Number(firsts[index]?.log.blockNumber ?? 0n);
  const first = await findFirst(firsts.length, async (index) => {
    const block = blockOf(index);
    const last = firsts.findLastIndex((_, other) => blockOf(other) === block);
    const earlier = await readEarlier(reader, { contract: at.contract, account: null, block });
    return earlier === null ? null : earlier.roll !== rolls[last];
  });
  if (first === null) return null;
  return { after: first > 0 ? blockOf(first - 1) : null, before: first < firsts.length ? blockOf(first) : at.until };
}
