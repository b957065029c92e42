// Re-keying after the end of a consent, or a grantee's change of key: fresh capsules for all who remain, one act, signed by
// the vault account without a wallet window. Rules: it comes before anything new is sealed, so that who lost access can open nothing new even with a
// gateway's help; who remains is what the ledger says, read twice, and no service's list; a key that nobody confirmed gets
// nothing.
import { hasOp, READ } from "#protocol/codes/index.ts";
import { rawCid } from "#protocol/documents/index.ts";
import { noteEpoch, noteOffered, type GrantedScope } from "#protocol/keys/index.ts";
import { areKeysToHandOn, keyStanding, noteHandedOn, readLedgerEpoch, readLedgerKey } from "#app/people/index.ts";
import { gatewayInfo, putBlock, readPage } from "#app/service/index.ts";
import { perform } from "#app/transactions/index.ts";
import { t } from "#app/ui/index.ts";
import { makeBundle, recallLedger, rememberLedger } from "#app/vault/index.ts";
import type { Address } from "viem";
import { z } from "zod";
import { isOpen, type Consent } from "./consent.ts";
import { readCheckedRecord } from "./read-consents.ts";
import { gatewaysToTell, isTellingDue, noteTold } from "./telling.ts";

/**
 * What came of it: not needed, done, or done without those whose key was not confirmed. `untold`: who holds a consent and was
 * not told which gateways are trusted now, since telling would have shut out those whose key was not confirmed.
 */
export type RekeyOutcome = { done: boolean; leftOut: Address[]; untold?: boolean };

/** Lists that could not be told while this page lives: asked again, the same would come of it. */
const untellable = new Set<string>();

/**
 * Re-keys when a consent to read ended since the last time, or the root is new, or somebody's new key was confirmed (who
 * has the one before it may have left them), or the patient trusts other gateways than those who remain were told of.
 * `lastEnd` and `now` in unix seconds.
 */
export async function rekeyAfterEnd(options: {
  subject: Address;
  consents: readonly Consent[];
  lastEnd: number;
  now: number;
  newRoot?: boolean | undefined;
}): Promise<RekeyOutcome> {
  const { subject } = options;
  const handingOn = areKeysToHandOn();
  const over = options.newRoot === true || handingOn || (await isDue(options));
  // A list that cannot be read now is no empty one: nobody is told that there are none. An end does not wait for it; the
  // keys that it makes then tell of none, and the next visit tells.
  const known = await gatewaysToTell().catch(() => undefined);
  const told = known ?? [];
  const name = JSON.stringify(told);
  // A telling shuts nobody out: that is for ends alone.
  if (!over && (known === undefined || untellable.has(name) || !(await isTellingDue(told)))) {
    return { done: false, leftOut: [] };
  }
  const epoch = await readLedgerEpoch(subject);
  const leftOut: Address[] = [];
  const remaining = [];
  for (const consent of options.consents) {
    if (!isOpen(consent, options.now) || !consent.opening) continue;
    // Asked again, and nothing goes on without an answer: a row that the service made up would get the keys of everything.
    const record = await readCheckedRecord(consent);
    if (!isOpen({ ...consent, ...record }, options.now) || !hasOp(record.ops, READ)) continue;
    const key = await readLedgerKey(consent.grantee);
    if (!key || (await keyStanding(consent.grantee, key.key)) !== "confirmed") {
      leftOut.push(consent.grantee);
      continue;
    }
    remaining.push({
      scope: consent.scope,
      grantee: { address: consent.grantee, key: key.key },
      opening: consent.opening,
    });
  }
  if (!over && leftOut.length > 0) {
    untellable.add(name);
    return { done: false, leftOut: [], untold: true };
  }
  if (!over && remaining.length === 0) {
    await noteTold(told);
    return { done: false, leftOut: [] };
  }
  const offered = remaining.map(({ scope, grantee }) => ({ scope, grantee: grantee.address, epoch: epoch + 1 }));
  const { index, parts } = await makeBundle({ subject, consents: remaining, epoch: epoch + 1, told });
  await rememberLedger(await gatewayInfo(), (memory) => noteOffered(memory, offered));
  for (const part of [...parts, index]) await putBlock(rawCid(part.digest), part.bytes);
  await perform({
    act: { name: "rekey", args: { subject, bundle: index.digest, epoch } },
    by: "vault",
    title: t(over ? "patient.act.rekey" : "gateways.act.tell"),
    context: { kind: "rekey" },
  }).done;
  await rememberLedger(await gatewayInfo(), (memory) => noteEpoch(memory, epoch + 1));
  await noteTold(told);
  if (handingOn) await noteHandedOn();
  // A bundle that was made earlier and never reached the ledger held these very keys. Who could open it, and lost access
  // since, has them: then they are no fresh ones, and the next are taken.
  if (!(await isDue({ ...options, lastEnd: 0 }))) return { done: true, leftOut };
  return { ...(await rekeyAfterEnd({ ...options, lastEnd: 0 })), done: true };
}

/**
 * True when somebody holds keys whose consent is over: by the service's list, or, where that says no, by what this vault
 * remembers having granted. A service that hides an end, or invents a change of keys, changes nothing.
 */
async function isDue(options: { subject: Address; lastEnd: number; now: number }): Promise<boolean> {
  if (options.lastEnd !== 0 && options.lastEnd > (await lastRekeyAt(options.subject))) return true;
  const { epoch, granted } = recallLedger(await gatewayInfo());
  // Keys of an earlier epoch than the last that was seen open nothing that is sealed now.
  for (const one of granted.filter((each) => each.epoch >= epoch)) {
    if (await isOver(one, options)) return true;
  }
  return false;
}

const overSoFar = new Set<string>();

async function isOver(granted: GrantedScope, options: { subject: Address; now: number }): Promise<boolean> {
  const name = `${granted.grantee} ${granted.scope}`;
  // There is no way back from an end (a new consent has a new scope): asked once, an end stays one.
  if (overSoFar.has(name)) return true;
  const record = await readCheckedRecord({ subject: options.subject, ...granted });
  // A consent that is signed and not on the ledger yet has no record: it is not over. Nor is one armed for emergencies.
  const over = record.version > 0 && !isOpen(record, options.now);
  if (over) overSoFar.add(name);
  return over;
}

/** When the subject last re-keyed, unix seconds; 0 when never. */
async function lastRekeyAt(subject: Address): Promise<number> {
  const page = await readPage("/api/trail", {
    query: { account: subject, act: "Rekeyed", order: "newest" },
    limit: 1,
    schema: z.object({ time: z.number() }),
  });
  return page.items[0]?.time ?? 0;
}
