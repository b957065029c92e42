// The gateway's one secret. From it come the account that signs receipts and sends transactions, and the key that seals
// and openings are wrapped for. Whoever has it can release without leaving a receipt, and still read nothing.

import { randomBytes, timingSafeEqual } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { PrivateKeyAccount } from "viem/accounts";
import { z } from "zod";
import { fromHex, toHex, utf8, wipe, type Bytes } from "#protocol/bytes.ts";
import { Failure } from "#protocol/failure.ts";
import { deriveBytes, publicKeyOf } from "#protocol/keys/index.ts";

/** What the gateway signs with and what others wrap for. */
export type GatewayKey = {
  readonly account: PrivateKeyAccount;
  readonly secretKey: Bytes;
  readonly publicKey: Bytes;
  /**
   * The salt for hashing network addresses in a receipt, from the receipt's own and this key: there are so few addresses
   * that whoever holds the receipt would find one by trying, if its salt alone were enough.
   */
  networkSalt(salt: Hex): Hex;
  /** A nonce for signing in, good from this time on (Unix seconds): none is kept, and this key alone makes one. */
  makeNonce(time: number): string;
  /** When this key made a nonce, in Unix seconds; null for one that it did not make. */
  readNonce(nonce: string): number | null;
};

const FILE = "gateway.json";
/** A time in hexadecimal digits, always as many: the label of a derivation is followed by parts of fixed width only. */
const TIME_DIGITS = 10;

const fileSchema = z.strictObject({
  format: z.literal("placet-gateway"),
  version: z.literal(1),
  key: z.string().regex(/^0x[0-9a-f]{64}$/),
});

/** Both halves of a gateway from its secret: the account as it is, the encryption key by HKDF with its own label. */
export function createGatewayKey(key: Hex): GatewayKey {
  const secret = fromHex(key, 32);
  const secretKey = deriveBytes(secret, { label: "gateway-encryption" });
  const pepper = deriveBytes(secret, { label: "gateway-network" });
  const nonceKey = deriveBytes(secret, { label: "gateway-nonce" });
  wipe(secret);
  function makeNonce(time: number): string {
    const at = time.toString(16).padStart(TIME_DIGITS, "0");
    return at + toHex(deriveBytes(nonceKey, { label: "gateway-nonce/", parts: [utf8(at)], length: 16 })).slice(2);
  }
  return {
    account: privateKeyToAccount(key),
    secretKey,
    publicKey: publicKeyOf(secretKey),
    networkSalt: (salt) => toHex(deriveBytes(pepper, { label: "gateway-network/", parts: [fromHex(salt, 32)] })),
    makeNonce,
    readNonce(nonce) {
      const time = /^[0-9a-f]{42}$/.test(nonce) ? Number.parseInt(nonce.slice(0, TIME_DIGITS), 16) : null;
      return time !== null && timingSafeEqual(utf8(makeNonce(time)), utf8(nonce)) ? time : null;
    },
  };
}

/**
 * The key that the operator set, else the one in gateway.json in the data folder, made on first use and readable by its
 * owner alone. Throws `tampered` when that file is damaged: a new key would not open the seals that are held.
 */
export async function loadGatewayKey(options: { dataDir: string; gatewayKey: Hex | null }): Promise<GatewayKey> {
  if (options.gatewayKey !== null) return createGatewayKey(options.gatewayKey);
  const file = join(options.dataDir, FILE);
  return createGatewayKey((await readKeyFile(file)) ?? (await makeKeyFile(file, options.dataDir)));
}

async function readKeyFile(file: string): Promise<Hex | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Failure(
      "unavailable",
      `The gateway's key file ${FILE} cannot be read. Nothing was started. Check who owns it.`,
      { cause: error },
    );
  }
  try {
    return fileSchema.parse(JSON.parse(text)).key as Hex;
  } catch {
    // The cause is left out: it could quote the key.
    throw new Failure(
      "tampered",
      `The gateway's key file ${FILE} is damaged. Nothing was started and no new key was made, because it could not open the seals that are held. Restore it from a backup.`,
    );
  }
}

async function makeKeyFile(file: string, folder: string): Promise<Hex> {
  const key = toHex(randomBytes(32));
  await mkdir(folder, { recursive: true });
  // Written aside and renamed, so that a crash leaves either no key or a whole one.
  await writeFile(`${file}.new`, JSON.stringify({ format: "placet-gateway", version: 1, key }), {
    mode: 0o600,
    flush: true,
  });
  await rename(`${file}.new`, file);
  return key;
}
