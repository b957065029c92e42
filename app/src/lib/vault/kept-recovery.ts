// What a device keeps of the request that it made to its owner's guardians, and the codes that follow from it. Rule: who is
// asked, and by which name they are called, is fixed when it begins. Were a code shown under another name later, its owner
// would read it to two people, and the first could use it on the second.
import type { Address, Hex } from "viem";
import { z } from "zod";
import { addressShape, digestShape } from "#app/service/index.ts";
import { toBytes, toHex } from "#protocol/bytes.ts";
import { spokenCode, type Recovery, type RecoveryKeys } from "#protocol/keys/index.ts";

const keptShape = z.object({
  id: z.string().max(64),
  set: digestShape,
  asked: z.array(z.object({ guardian: addressShape, name: z.string().max(200) })).max(32),
  privateKey: z.instanceof(CryptoKey),
  codeKey: z.instanceof(CryptoKey),
  publicKey: z.instanceof(Uint8Array),
});

/** A request that was begun on this device: its keys, and who was asked, in the order of their numbers. */
export type KeptRecovery = RecoveryKeys & { id: string; set: Hex; asked: { guardian: Address; name: string }[] };

/** One guardian on the page of a recovery: the code to speak, and whether a share came. */
export type Asked = { guardian: Address; name: string; number: number; code: string; answered: boolean };

/** What was kept; undefined where the request that the service shows is not in every part the one begun here. */
export function readKept(stored: unknown, open: { id: string; set: Hex; publicKey: Hex }): KeptRecovery | undefined {
  const kept = keptShape.safeParse(stored).data;
  if (kept?.id !== open.id || kept.set !== open.set || toHex(kept.publicKey) !== open.publicKey) return undefined;
  return { ...kept, publicKey: toBytes(kept.publicKey) };
}

/** The codes to speak, each under the name that its guardian had when they were asked. */
export function listCodes(
  kept: KeptRecovery,
  options: { recovery: Recovery; answers: readonly { guardian: Address; box: string | null }[] },
): Promise<Asked[]> {
  const { recovery, answers } = options;
  return Promise.all(
    kept.asked.map(async ({ guardian, name }, at) => ({
      guardian,
      name,
      number: at + 1,
      code: await spokenCode(recovery, { guardian, codeKey: kept.codeKey }),
      answered: answers.some((one) => one.guardian === guardian && one.box !== null),
    })),
  );
}
