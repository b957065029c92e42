// A disclosure: an auditor is shown what some consents say, for a case and a reason. Rule: the subject is told before the
// auditor is: the receipt that names auditor, case and reason is on disk, and on its way to the subject, first.

import { zeroHash } from "viem";
import type { Address, Hex } from "viem";
import { randomBytes, toHex } from "#protocol/bytes.ts";
import type { Opening } from "#protocol/consent/index.ts";
import { Failure } from "#protocol/failure.ts";
import type { Place } from "#protocol/keys/index.ts";
import {
  encodeReceipt,
  hashNetwork,
  NO_RECEIPT,
  receiptHash,
  receiptLeaf,
  signReceipt,
} from "#protocol/receipts/index.ts";
import type { Receipt, ReceiptBody } from "#protocol/receipts/index.ts";
import type { Foundation } from "../service.ts";
import { readOpening } from "../store/openings.ts";
import { countDisclosures, lockReceipts, readChainEnds, writeReceipt } from "../store/receipts.ts";
import { appendStream } from "../store/stream.ts";
import type { GatewayKey } from "./gateway-key.ts";
import type { GatewayOpenings } from "./gateway-openings.ts";

/** Which consent of the subject. */
export type Disclosed = { grantee: Address; scope: Hex };

/** What an auditor asks to be shown, and why. Who may ask is for the caller to check. */
export type DisclosureCall = {
  auditor: Address;
  subject: Address;
  case: string;
  reason: string;
  consents: readonly Disclosed[];
  network: { address: string; agent: string };
};

/** What the auditor gets: the consents' words, those that this gateway holds, and the receipt that the subject has too. */
export type DisclosureAnswer = { openings: (Disclosed & { opening: Opening })[]; receipt: Receipt };

/** Most disclosures by one auditor in a day: an auditor looks into cases, and does not read everybody's consents. */
export const DISCLOSURES_A_DAY = 50;
const DAY = 86_400;

/** Makes the gateway's act of disclosing. Throws Failure("not-found") where it holds none of the openings, "too-many-requests", "unavailable". */
export function createDisclose(
  foundation: Pick<Foundation, "database" | "chain" | "log" | "metrics" | "now">,
  {
    key,
    place,
    openings,
    onReceipt,
  }: { key: GatewayKey; place: Place; openings: GatewayOpenings; onReceipt: () => void },
): (call: DisclosureCall) => Promise<DisclosureAnswer> {
  const { database, chain, log, metrics, now } = foundation;
  const gateway = key.account.address;

  async function open({ subject, consents }: DisclosureCall): Promise<DisclosureAnswer["openings"]> {
    const found: DisclosureAnswer["openings"] = [];
    for (const { grantee, scope } of consents) {
      const kept = await readOpening(database, { subject, grantee, scope });
      if (kept === null || kept.box === null) continue;
      try {
        found.push({ grantee, scope, opening: openings.openBox({ subject, grantee, scope, box: kept.box }) });
      } catch {
        log.warn("opening-unreadable");
      }
    }
    return found;
  }

  return async (call) => {
    const { auditor, subject } = call;
    const found = await open(call);
    if (found.length === 0) {
      throw new Failure(
        "not-found",
        "This gateway holds the words of none of these consents. Nothing was shown, and nobody was told.",
      );
    }
    const block = await chain.client.getBlock().catch((cause: unknown) => {
      throw new Failure(
        "unavailable",
        "The ledger cannot be asked right now. Nothing was shown. Try again in a moment.",
        {
          cause,
        },
      );
    });
    const receipt = await database.transaction(async (tx) => {
      await lockReceipts(tx);
      const time = now();
      if ((await countDisclosures(tx, { auditor, since: time - DAY })) >= DISCLOSURES_A_DAY) {
        const failure = new Failure(
          "too-many-requests",
          "You were shown as much as one auditor is in a day. Nothing was shown. Go on tomorrow.",
          { reason: "disclosures" },
        );
        throw Object.assign(failure, { retryAfter: DAY });
      }
      const ends = await readChainEnds(tx, { gateway, subject });
      const salt = toHex(randomBytes(32));
      const networkSalt = key.networkSalt(salt);
      const body: ReceiptBody = {
        format: "placet-receipt",
        formatVersion: 1,
        kind: "disclosure",
        chainId: place.chainId,
        ledger: place.ledger,
        gateway,
        number: ends.number + 1,
        previous: ends.hash ?? NO_RECEIPT,
        subject,
        subjectNumber: ends.subjectNumber + 1,
        subjectPrevious: ends.subjectHash ?? NO_RECEIPT,
        time,
        recentBlock: { number: Number(block.number), hash: block.hash },
        request: null,
        delegation: null,
        results: [],
        reason: null,
        disclosure: {
          auditor,
          case: call.case,
          reason: call.reason,
          consents: found.map(({ grantee, scope }) => ({ grantee, scope })),
        },
        network: {
          address: hashNetwork(networkSalt, call.network.address),
          agent: hashNetwork(networkSalt, call.network.agent),
        },
        salt,
      };
      const signed = await signReceipt(key.account, body);
      await writeReceipt(tx, {
        gateway,
        number: body.number,
        subject,
        subject_number: body.subjectNumber,
        // Found by its auditor, under no consent: it is a read of none.
        grantee: auditor,
        scope: zeroHash,
        reader: auditor,
        kind: "disclosure",
        reason: null,
        released: 0,
        stranger: false,
        request_id: toHex(randomBytes(16)),
        time,
        hash: receiptHash(body),
        leaf: receiptLeaf(body),
        receipt: encodeReceipt(signed),
      });
      const { number, subjectNumber, disclosure } = body;
      const payload = {
        number,
        subjectNumber,
        kind: "disclosure",
        subject,
        reader: auditor,
        time,
        disclosure,
        results: [],
      };
      await appendStream(tx, [{ type: "receipt", audience: [subject, "auditor"], payload }]);
      return signed;
    });
    onReceipt();
    metrics.count("disclosures");
    return { openings: found, receipt };
  };
}
