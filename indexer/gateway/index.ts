// The gateway: it can withhold a document when the ledger says that consent is over, and can never read one.

import { encodeFunctionData } from "viem";
import type { Address, Hex } from "viem";
import { toHex } from "#protocol/bytes.ts";
import type { Opening } from "#protocol/consent/index.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import type { Release } from "#protocol/documents/index.ts";
import type { ErasureCertificate } from "#protocol/erasure/index.ts";
import { Failure } from "#protocol/failure.ts";
import { openLicence, type Licence } from "#protocol/providers/index.ts";
import { createSender, type Sender } from "../relay/sender.ts";
import type { Foundation } from "../service.ts";
import { isSendingOpen } from "../store/sendings.ts";
import { createAnchoring } from "./anchoring.ts";
import { createDisclose, type DisclosureAnswer, type DisclosureCall } from "./disclose.ts";
import { createErase, type EraseCall } from "./erase.ts";
import { loadGatewayKey } from "./gateway-key.ts";
import { createOpenings, type ConsentOf } from "./gateway-openings.ts";
import { createSeals, type SealOf } from "./gateway-seals.ts";
import { readAllSeals } from "../store/seals.ts";
import {
  createRelease,
  RELEASE_DEFAULTS,
  type ReleaseAnswer,
  type ReleaseCall,
  type ReleaseSettings,
} from "./release.ts";

export { coversWithoutDate } from "./decide.ts";
export { reasonWords } from "./reason-words.ts";
export type { ReleaseAnswer, ReleaseCall, ReleaseSettings } from "./release.ts";

/** The gateway, as the rest of the service sees it. */
export type Gateway = {
  /** The account that signs receipts and sends transactions (checksummed). */
  readonly address: Address;
  /** X25519 public key (32 bytes) that seals and openings are wrapped for. */
  readonly encryptionKey: Hex;
  /** A nonce for a sign-in from a page of another service, as of this time (Unix seconds). */
  makeNonce(time: number): string;
  /** When this gateway made a nonce; null for one of anybody else. */
  readNonce(nonce: string): number | null;
  /** Sends this account's transactions: relayed acts use it too, so that nonces come from one place. */
  readonly sender: Sender;
  /** Finds this gateway's box in a capsule and opens it. Throws Failure("wrong-key") when there is none, "tampered" or "bad-input" when it is false. */
  readCapsule(consent: ConsentOf & { bytes: Uint8Array }): { box: Uint8Array; opening: Opening };
  /** Opens a box that was kept. Throws like `readCapsule`. */
  openBox(consent: ConsentOf & { box: Uint8Array }): Opening;
  /** Opens a seal's outer wrap, to see what it is of. Throws Failure("wrong-key" | "tampered" | "bad-input"). */
  openSeal(seal: SealOf): Release;
  /** What seals are held of a subject: document, version, category, epoch. */
  sealsOf(subject: Address): Promise<Release[]>;
  /** Opens the licence in a provider's card, for registrars. Throws Failure("wrong-key" | "tampered"). */
  openLicence(licence: { account: Address; hash: Hex; box: string }): Licence;
  /** Answers a signed read request, after a receipt of it is on disk. Throws Failure for what is no proper request. */
  release(call: ReleaseCall): Promise<ReleaseAnswer>;
  /** Sends and anchors from now on: the writer's work, while this process is the writer. */
  /** Shows an auditor what consents say, after a receipt that the subject sees is on disk. Throws Failure. */
  disclose(call: DisclosureCall): Promise<DisclosureAnswer>;
  /** Destroys what this gateway and its IPFS node hold of an ended document, and certifies it. Throws Failure. */
  erase(call: EraseCall): Promise<ErasureCertificate>;
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Makes the gateway: loads its key, and prepares what runs from `start` on. */
export async function createGateway(foundation: Foundation, settings: Partial<ReleaseSettings> = {}): Promise<Gateway> {
  const { config, chain, database, writer } = foundation;
  const { chainId, ledger } = chain.deployment;
  const key = await loadGatewayKey(config);
  const place = { chainId, ledger };
  const address = key.account.address;
  const encryptionKey = toHex(key.publicKey);
  const openings = createOpenings({ key, place });
  const seals = createSeals({ key, place, log: foundation.log });
  // What is sent, and in which order, is the writer's to decide: no other process has the nonces.
  const sending = { ...foundation, database: writer.database };
  const sender = createSender(sending, { account: key.account });
  const anchoring = createAnchoring(sending, { gateway: address, sender, interval: config.receiptInterval });
  const limits = { ...RELEASE_DEFAULTS, ...settings };
  const release = createRelease(foundation, {
    key,
    place,
    openings,
    seals,
    settings: limits,
    onReceipt: anchoring.wake,
  });

  const disclose = createDisclose(foundation, { key, place, openings, onReceipt: anchoring.wake });

  /** Throws `unavailable` where receipts are missing: numbers would be given twice. */
  async function requireComplete(): Promise<void> {
    if (await anchoring.isComplete()) return;
    throw new Failure(
      "unavailable",
      "This service's record of reads is incomplete, so it opens nothing. Nothing of the patient's was lost. Its operator has to restore the newest backup.",
      { reason: "receipts-missing" },
    );
  }

  /** Publishes the encryption key on the ledger, unless it is there or on its way. */
  async function publishKey(): Promise<void> {
    const at = { address: ledger, abi: ledgerAbi } as const;
    const published = await chain.client.readContract({ ...at, functionName: "encryptionKeyOf", args: [address] });
    if (published === encryptionKey) return;
    const zero = "0x0000000000000000000000000000000000000000";
    const data = encodeFunctionData({ abi: ledgerAbi, functionName: "publishKey", args: [encryptionKey, zero, "0x"] });
    await writer.database.transaction(async (tx) => {
      if (!(await isSendingOpen(tx, { sender: address, data })))
        await sender.add(tx, { purpose: "key", target: ledger, data });
    });
    sender.wake();
  }

  return {
    address,
    encryptionKey,
    makeNonce: key.makeNonce,
    readNonce: key.readNonce,
    sender,
    readCapsule: openings.readCapsule,
    openBox: openings.openBox,
    openSeal: seals.openSeal,
    sealsOf: async (subject) => seals.openSealsSoftly(await readAllSeals(database, subject)),
    openLicence: (licence) => openLicence({ ...licence, place, gateway: address, secretKey: key.secretKey }),
    async release(call) {
      await requireComplete();
      return release(call);
    },
    async disclose(call) {
      await requireComplete();
      return disclose(call);
    },
    erase: createErase(foundation, { key, place, seals, maxLag: limits.maxLag }),
    async start() {
      await sender.start();
      await publishKey();
      await anchoring.start();
    },
    async stop() {
      await anchoring.stop();
      await sender.stop();
    },
  };
}
