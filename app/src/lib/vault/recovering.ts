// Coming back through guardians, on the device that has nothing: its keys, its request, the codes to speak, the answers.
// Rule: neither key can be read out of this browser, and codes are made when they are shown and kept nowhere.
import type { Address, Hex } from "viem";
import { z } from "zod";
import { addressShape, digestShape, forgetHere, keepHere, place, readHere, request } from "#app/service/index.ts";
import { readKeyFact } from "#app/witness/index.ts";
import { fromHex, randomBytes, toBase64Url, toHex } from "#protocol/bytes.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import {
  createRecoveryKeys,
  nameShares,
  spokenCode,
  tagCode,
  type Recovery,
  type Unlocker,
} from "#protocol/keys/index.ts";
import type { Proposal } from "./calls.ts";
import { checkRecovered } from "./check-opened.ts";
import { listCodes, readKept, type Asked, type KeptRecovery } from "./kept-recovery.ts";
import { callVault, openStored, vault } from "./vault.svelte.ts";

const recoveryShape = z.object({
  id: z.string().max(64),
  set: digestShape,
  publicKey: digestShape,
  createdAt: z.number().int(),
  expiresAt: z.number().int(),
  answers: z
    .array(
      z.object({
        guardian: addressShape,
        box: z.string().max(4000).nullable(),
        answeredAt: z.number().int().nullable(),
      }),
    )
    .max(32),
});
/** A request to one's guardians as the service has it. */
export type OpenRecovery = z.infer<typeof recoveryShape>;

type GuardiansUnlocker = Extract<Unlocker, { type: "guardians" }>;

/** The guardians that the stored copy names; undefined when it names none. */
export function storedGuardians(): { unlocker: GuardiansUnlocker; set: Hex } | undefined {
  const blob = vault.storedBlob;
  const vaultId = typeof blob === "object" && blob !== null && "vaultId" in blob ? blob.vaultId : undefined;
  const unlocker = vault.ways.find((one) => one.type === "guardians");
  if (unlocker?.type !== "guardians" || !unlocker.holders || typeof vaultId !== "string") return undefined;
  return { unlocker, set: nameShares({ vaultId, unlockerId: unlocker.id }) };
}

/** One's own request; undefined when there is none. */
export async function readOwnRecovery(): Promise<OpenRecovery | undefined> {
  try {
    return await request("/api/recovery", { schema: recoveryShape });
  } catch (error) {
    if (isFailure(error, "not-found")) return undefined;
    throw error;
  }
}

const nameOfKeys = (account: Address): string => `${account}|recovery`;

async function recallKept(open: OpenRecovery, account: Address): Promise<KeptRecovery | undefined> {
  return readKept(await readHere("session-keys", nameOfKeys(account)), open);
}

async function recoveryOf(open: { id: string; set: Hex; publicKey: Hex }, account: Address): Promise<Recovery> {
  const { id, set, publicKey } = open;
  return { place: await place(), subject: account, set, id, publicKey: fromHex(publicKey, 32) };
}

/** Asks the guardians, for keys that are made here and stay here. `nameOf` tells what to call each. Throws Failure. */
export async function beginRecovery(
  account: Address,
  options: { nameOf: (guardian: Address) => Promise<string> },
): Promise<void> {
  const named = storedGuardians();
  if (!named) throw new Failure("not-found", "No guardians are named for this vault. Nobody was asked.");
  const keys = await createRecoveryKeys();
  const id = toHex(randomBytes(16)).slice(2);
  const publicKey = toHex(keys.publicKey);
  const recovery = await recoveryOf({ id, set: named.set, publicKey }, account);
  const asked: { guardian: Address; tag: string }[] = [];
  const called: KeptRecovery["asked"] = [];
  for (const { account: guardian } of named.unlocker.holders ?? []) {
    const code = await spokenCode(recovery, { guardian, codeKey: keys.codeKey });
    called.push({ guardian, name: (await options.nameOf(guardian)).slice(0, 200) });
    asked.push({ guardian, tag: toBase64Url(await tagCode(recovery, { guardian, code })) });
  }
  await keepHere("session-keys", nameOfKeys(account), { id, set: named.set, asked: called, ...keys });
  const body = { id, set: named.set, publicKey, asked };
  await request("/api/recovery", { method: "PUT", signed: true, body, schema: z.unknown() });
}

/** Takes the request back, from whichever device. */
export async function endRecovery(account: Address): Promise<void> {
  await request("/api/recovery", { method: "DELETE", signed: true, schema: z.unknown() });
  await forgetHere("session-keys", nameOfKeys(account));
}

/** The codes to speak, in the order of the guardians' numbers; undefined where the request came from another device. */
export async function listAsked(open: OpenRecovery, account: Address): Promise<Asked[] | undefined> {
  const kept = await recallKept(open, account);
  if (kept === undefined) return undefined;
  return listCodes(kept, { recovery: await recoveryOf(open, account), answers: open.answers });
}

/** Opens the vault with the answers so far. `opened` false: more guardians are needed. Throws Failure. */
export async function openByGuardians(
  open: OpenRecovery,
  account: Address,
): Promise<{ opened: boolean; right: number; wrong: Address[] }> {
  const kept = await recallKept(open, account);
  if (kept === undefined) throw new Failure("conflict", "You asked from another device. Begin anew on this one.");
  const answers = open.answers.flatMap(({ guardian, box }) => (box === null ? [] : [{ guardian, box }]));
  const where = await place();
  const { id, set, publicKey } = open;
  const recovery = { subject: account, id, set, publicKey, privateKey: kept.privateKey, answers };
  let right = 0;
  let wrong: Address[] = [];
  try {
    const openCopy = async (blob: unknown): Promise<Proposal> => {
      const found = await callVault<"openByGuardians">("openByGuardians", { blob, recovery, place: where });
      ({ right, wrong } = found);
      if (!found.opened) throw new Failure("conflict", "More guardians are needed.", { reason: "too-few-shares" });
      // Through the wallet's own node too: who could make up a vault and its guardians could make up this answer as well.
      checkRecovered(found.opened.face, (await readKeyFact(account)).value);
      return found.opened;
    };
    await openStored(openCopy, { otherwise: true });
  } catch (error) {
    if (error instanceof Failure && error.reason === "too-few-shares") return { opened: false, right, wrong };
    throw error;
  }
  // What was asked for is there: nobody needs to hand over any more.
  await endRecovery(account).catch(() => undefined);
  return { opened: true, right, wrong };
}
