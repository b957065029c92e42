// The capsules that were handed to us, opened many at once: a clinic holds one for each patient, and one after the other by
// eciesjs a thousand of them would keep everything else in this worker waiting for seconds. Rule: what was opened is held by
// the vault that was open when it was asked for, while one reads in that name, or by nobody.
import type { Handlers } from "#app/workers/index.ts";
import { isFailure } from "#protocol/failure.ts";
import { openCapsule, openCapsuleFast, type CapsuleContent, type ConsentName } from "#protocol/keys/index.ts";
import { quickenKeccak } from "#protocol/quick-keccak.ts";
import type { VaultCalls } from "../calls.ts";
import { fastKeys, holdCapsule, holderOf, openRing, withEachKey } from "./keyring.ts";

/** So many wait for the platform at a time: more would only lie in its queue. */
const AT_ONCE = 64;

type Opened = VaultCalls["openCapsules"]["result"][number];

/** The call about capsules in bulk. */
export const capsuleCalls: Pick<Handlers<VaultCalls>, "openCapsules"> = {
  async openCapsules({ place, capsules }) {
    const ring = openRing();
    await quickenKeccak();

    async function open(consent: ConsentName, bytes: Uint8Array): Promise<CapsuleContent> {
      const { grantee } = consent;
      const keys = await fastKeys(grantee);
      // A browser whose WebCrypto does not know X25519 opens them all the same, only slower.
      if (!keys) return withEachKey((secretKey) => openCapsule(consent, { secretKey, bytes }), grantee);
      return openCapsuleFast(consent, { keys, bytes });
    }

    const results = new Map<number, Opened>();
    const waiting = capsules.entries();
    async function work(): Promise<void> {
      // One iterator for all workers: each takes the next that nobody has.
      for (const [at, { bytes, ...consent }] of waiting) {
        try {
          const by = holderOf(consent.grantee);
          const content = await open({ place, ...consent }, bytes);
          holdCapsule({ asked: ring, by }, consent, content);
          results.set(at, { ok: true, opening: content.opening, epoch: content.epoch });
        } catch (error) {
          if (!isFailure(error) || error.code === "locked") throw error;
          results.set(at, { ok: false, code: error.code });
        }
      }
    }
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, capsules.length) }, work));
    return capsules.map((_, at): Opened => results.get(at) ?? { ok: false, code: "internal" });
  },
};
