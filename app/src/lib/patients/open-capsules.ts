// The capsules of the consents that somebody holds: fetched a few at a time, then opened many at once by the vault's worker,
// so that a clinic's list of hundreds is there as soon as the last of them has come. Rule: what was opened once stays known,
// since neither a scope's opening nor a capsule can ever change.
import type { fetchBlock } from "#app/service/index.ts";
import type { openCapsules } from "#app/vault/index.ts";
import type { Opening } from "#protocol/consent/index.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { isFailure, type FailureCode } from "#protocol/failure.ts";
import type { Address, Hex } from "viem";
import type { HeldProblem } from "./held-consent.ts";

/** A consent, and the digest of its capsule. */
export type WithCapsule = { subject: Address; grantee: Address; scope: Hex; capsule?: Hex | null | undefined };

/** What a capsule held for us, or why that is not known. */
export type OpenedCapsule = { opening: Opening; epoch: number } | { problem: HeldProblem };

/** So many are fetched at a time: what a browser asks one server for at once. */
const FETCHED_AT_ONCE = 6;
/** So many are opened by one call: half a second's work at most, on a slow device too. */
const OPENED_AT_ONCE = 200;

const nameOf = ({ subject, grantee, scope, capsule }: WithCapsule): string =>
  `${subject}|${grantee}|${scope}|${capsule ?? ""}`.toLowerCase();

function problemOf(code: FailureCode): HeldProblem {
  if (code === "locked") return "locked";
  return code === "wrong-key" ? "not-ours" : "tampered";
}

/** Gives a function that opens the capsules of these consents, each in its place; `from` is where bytes and keys are. */
export function createCapsuleOpener(from: {
  fetchBlock: typeof fetchBlock;
  openCapsules: typeof openCapsules;
}): (consents: readonly WithCapsule[]) => Promise<OpenedCapsule[]> {
  const known = new Map<string, OpenedCapsule>();

  async function fetchAll(consents: readonly WithCapsule[]) {
    const fetched: { name: string; consent: WithCapsule; bytes: Uint8Array }[] = [];
    const waiting = consents.values();
    async function work(): Promise<void> {
      for (const consent of waiting) {
        if (!consent.capsule) continue;
        const bytes = await from.fetchBlock(manifestCid(consent.capsule)).catch(() => undefined);
        if (bytes) fetched.push({ name: nameOf(consent), consent, bytes });
      }
    }
    await Promise.all(Array.from({ length: FETCHED_AT_ONCE }, work));
    return fetched;
  }

  return async (consents) => {
    const problems = new Map<string, HeldProblem>();
    const unknown = consents.filter((consent) => !known.has(nameOf(consent)));
    for (let at = 0; at < unknown.length; at += OPENED_AT_ONCE) {
      const fetched = await fetchAll(unknown.slice(at, at + OPENED_AT_ONCE));
      const capsules = fetched.map(({ consent: { subject, grantee, scope }, bytes }) => ({
        ...{ subject, grantee, scope },
        bytes,
      }));
      try {
        const opened = await from.openCapsules(capsules);
        for (const [index, { name }] of fetched.entries()) {
          const one = opened[index];
          if (one?.ok) known.set(name, { opening: one.opening, epoch: one.epoch });
          else if (one) problems.set(name, problemOf(one.code));
        }
      } catch (error) {
        // The vault was locked meanwhile: the rest of the list is told all the same.
        if (!isFailure(error, "locked")) throw error;
        for (const { name } of fetched) problems.set(name, "locked");
      }
    }
    return consents.map((consent) => {
      const name = nameOf(consent);
      return known.get(name) ?? { problem: problems.get(name) ?? "missing" };
    });
  };
}
