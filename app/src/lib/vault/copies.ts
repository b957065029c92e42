// The two copies of a locked vault: this device's, and the one that the service keeps, which opens only with passphrase
// and recovery code together. Rule: the service's copy is written from the device's, never the other way unasked.
import type { Address } from "viem";
import { z } from "zod";
import { keepHere, readHere, request } from "#app/service/index.ts";
import { isFailure } from "#protocol/failure.ts";
import type { VaultBlob } from "#protocol/keys/index.ts";

/** A stored copy as it came, unread, and where it was. */
export type StoredVault = { where: "device" | "service"; blob: unknown };

/** The copy to open: this device's first, else the service's; undefined when there is none. */
export async function findVault(account: Address): Promise<StoredVault | undefined> {
  const here = await readHere("vaults", account);
  if (here !== undefined) return { where: "device", blob: here };
  const there = await readServerCopy();
  return there === undefined ? undefined : { where: "service", blob: there };
}

async function readServerCopy(): Promise<unknown> {
  try {
    const blob: unknown = await request("/api/vault", { schema: z.unknown() });
    return blob ?? undefined;
  } catch (error) {
    if (isFailure(error, "not-found")) return undefined;
    throw error;
  }
}

/** Keeps this device's copy. */
export function keepDeviceCopy(account: Address, blob: VaultBlob): Promise<void> {
  return keepHere("vaults", account, blob);
}

/** Hands the service its copy. */
export async function keepServerCopy(blob: VaultBlob): Promise<void> {
  await request("/api/vault", { method: "PUT", body: blob, schema: z.unknown() });
}
