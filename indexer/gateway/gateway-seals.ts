// Seals as the gateway sees them: what each is of, and the inner wrap that it can hand on but never open.

import { setImmediate as rest } from "node:timers/promises";
import type { Address, Hex } from "viem";
import { sha256, toHex } from "#protocol/bytes.ts";
import { openSealAtGateway, type Release } from "#protocol/documents/index.ts";
import type { Place } from "#protocol/keys/index.ts";
import type { Log } from "../log.ts";
import type { GatewayKey } from "./gateway-key.ts";

/** A seal and of whose document it is. */
export type SealOf = { subject: Address; document: Hex; seal: Uint8Array };

/** The gateway's way of opening seals. */
export type GatewaySeals = {
  /** Opens the outer wrap and remembers nothing of it. Throws Failure("wrong-key" | "tampered" | "bad-input"). */
  openSeal(seal: SealOf): Release;
  /** Opens many; one that no longer opens (another gateway key's, or damaged) is left out and told to the log. */
  openSeals(seals: readonly SealOf[]): Release[];
  /** The same for any number of them, with pauses, so that other requests are answered meanwhile. */
  openSealsSoftly(seals: readonly SealOf[]): Promise<Release[]>;
  /** Forgets what was opened of a document. */
  forget(of: { subject: Address; document: Hex }): void;
};

const KEPT = 20_000;
/** So long, in milliseconds, the service may be deaf. */
const PAUSE_AFTER_MS = 10;

/** Makes the opener of seals for one gateway key. */
export function createSeals({ key, place, log }: { key: GatewayKey; place: Place; log: Log }): GatewaySeals {
  // Opening one costs two milliseconds and lists ask for the same ones again and again. Oldest out first.
  const opened = new Map<string, Release>();

  function openSeal({ subject, document, seal }: SealOf): Release {
    const gateway = key.account.address;
    return openSealAtGateway({ place, subject, document, gateway }, { secretKey: key.secretKey, seal });
  }

  function openKept({ subject, document, seal }: SealOf): Release {
    const name = `${subject} ${document} ${toHex(sha256(seal))}`;
    const known = opened.get(name);
    if (known !== undefined) return known;
    const release = openSeal({ subject, document, seal });
    opened.set(name, release);
    for (const oldest of opened.keys()) {
      if (opened.size <= KEPT) break;
      opened.delete(oldest);
    }
    return release;
  }

  function openSeals(seals: readonly SealOf[]): Release[] {
    return seals.flatMap((seal) => {
      try {
        return [openKept(seal)];
      } catch {
        log.warn("seal-unreadable");
        return [];
      }
    });
  }

  return {
    openSeal,
    openSeals,
    async openSealsSoftly(seals) {
      const releases: Release[] = [];
      let rested = performance.now();
      for (const seal of seals) {
        releases.push(...openSeals([seal]));
        if (performance.now() - rested < PAUSE_AFTER_MS) continue;
        await rest();
        rested = performance.now();
      }
      return releases;
    },
    forget({ subject, document }) {
      for (const name of opened.keys()) if (name.startsWith(`${subject} ${document} `)) opened.delete(name);
    },
  };
}
