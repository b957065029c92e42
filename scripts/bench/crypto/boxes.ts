// Capsules a second: wrapped, and unwrapped as a clinic does it for thousands of patients, against eciesjs alone on the
// same boxes.

import { decrypt, encrypt } from "eciesjs";
import { Config } from "eciesjs/config";
import { randomBytes } from "#protocol/bytes.ts";
import {
  deriveEncryptionKey,
  importSecretKey,
  unwrapFast,
  wrap,
  type Place,
  type WrapContext,
} from "#protocol/keys/index.ts";

/** What a grantee's capsule of a few categories weighs, before it is padded to 4 KiB. */
const CAPSULE_BYTES = 1500;
/** So many are under way at a time, as in the app's worker. */
export const AT_ONCE = 64;

/** The ledger that everything here is made for. */
export const place: Place = { chainId: 31337, ledger: "0x5FbDB2315678afecb367f032d93F642f64180aa3" };
const context: WrapContext = {
  ...place,
  kind: "capsule",
  subject: "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
  recipient: "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65",
  ref: `0x${"d0".repeat(32)}`,
};

/** The contenders. Each does the work for so many boxes. */
export type Boxes = {
  wrapOurs(count: number): void;
  wrapEciesjs(count: number): void;
  unwrapOurs(count: number): Promise<void>;
  unwrapEciesjs(count: number): void;
};

/** Makes keys and some boxes to open. */
export async function makeBoxes(): Promise<Boxes> {
  const config = new Config();
  config.ellipticCurve = "x25519";
  config.symmetricAlgorithm = "aes-256-gcm";
  config.symmetricNonceLength = 12;
  const { secretKey, publicKey } = deriveEncryptionKey(new Uint8Array(32).fill(2));
  const bytes = randomBytes(CAPSULE_BYTES);
  const wrapOne = () => wrap(context, { recipientKey: publicKey, bytes, padTo: 4096 });
  const boxes = Array.from({ length: 16 }, wrapOne);
  const boxOf = (index: number) => boxes[index % boxes.length] ?? wrapOne();
  const key = await importSecretKey(secretKey);
  const frame = randomBytes(4096);
  return {
    wrapOurs(count) {
      for (let index = 0; index < count; index++) wrapOne();
    },
    wrapEciesjs(count) {
      for (let index = 0; index < count; index++) encrypt(publicKey, frame, config);
    },
    async unwrapOurs(count) {
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < count) await unwrapFast(context, { key, box: boxOf(next++) });
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    },
    unwrapEciesjs(count) {
      for (let index = 0; index < count; index++) decrypt(secretKey, boxOf(index), config);
    },
  };
}
