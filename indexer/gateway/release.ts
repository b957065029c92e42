// The gateway's act: a signed request in, opened seals out. Rule: the receipt is on disk before the answer leaves, and a
// refusal leaves one too. What was never recorded was never answered.

import { fromBase64Url, randomBytes, toHex } from "#protocol/bytes.ts";
import { isPurposeCode, READ } from "#protocol/codes/index.ts";
import { checkOpening, type Opening } from "#protocol/consent/index.ts";
import { Failure } from "#protocol/failure.ts";
import type { Place } from "#protocol/keys/index.ts";
import {
  encodeReceipt,
  hashNetwork,
  NO_RECEIPT,
  receiptHash,
  receiptLeaf,
  signReceipt,
  verifyRequest,
} from "#protocol/receipts/index.ts";
import type { Receipt, ReceiptBody, SignedRequest } from "#protocol/receipts/index.ts";
import type { Address, Hex } from "viem";
import type { Foundation } from "../service.ts";
import { readConsent, type Consent } from "../store/consents.ts";
import type { Queryable } from "../store/database.ts";
import { readErased } from "../store/erasures.ts";
import { readOpening } from "../store/openings.ts";
import {
  countStrangers,
  countUnrecorded,
  countUses,
  isRequestKnown,
  lockReceipts,
  readChainEnds,
  writeReceipt,
} from "../store/receipts.ts";
import { readRevokeCeiling } from "../store/relays.ts";
import { readSeals } from "../store/seals.ts";
import type { Session } from "../store/sessions.ts";
import { appendStream } from "../store/stream.ts";
import { decide, isStranger, type Evidence, type Outcome } from "./decide.ts";
import type { GatewayKey } from "./gateway-key.ts";
import type { ConsentOf, GatewayOpenings } from "./gateway-openings.ts";
import type { GatewaySeals } from "./gateway-seals.ts";
import { awaitIndexed, isIndexed } from "./index-lag.ts";
import { readLedgerState } from "./ledger-state.ts";

/** What a reader asks with: their session, the request that its key signed, where the call came from. */
export type ReleaseCall = {
  session: Session;
  signed: SignedRequest;
  network: { address: string; agent: string };
  /** What the consent covers, as the reader has it: for a gateway that the capsule did not tell. */
  opening?: Opening | undefined;
};

/** What the reader gets. The receipt is null for a stranger: even its number would tell something. */
export type ReleaseAnswer = { outcomes: Outcome[]; receipt: Receipt | null };

/** Limits of time; in seconds and blocks, where no other unit is named. */
export type ReleaseSettings = {
  /** How far the reader's clock may be off. */
  maxSkew: number;
  /** How old the latest block may be before the node counts as lagging. */
  maxLag: number;
  /** How many milliseconds a reader who comes right after a grant waits for the index to know it. */
  indexWaitMs: number;
  /** How many blocks back the block that the request names may lie. */
  maxBlocks: number;
  /** How many documents are opened under one consent in a day. A chart that is looked at opens all of its documents anew. */
  documentsADay: number;
  /** How many refusals of one stranger, and of all strangers, about one subject are recorded one by one in a day; the rest are counted. */
  strangerADay: number;
  strangersADay: number;
};

/** What the gateway uses. */
export const RELEASE_DEFAULTS: ReleaseSettings = {
  maxSkew: 60,
  maxLag: 60,
  indexWaitMs: 3_000,
  maxBlocks: 256,
  documentsADay: 50_000,
  strangerADay: 10,
  strangersADay: 100,
};

const DAY = 86_400;

/** Makes the gateway's act of releasing. */
export function createRelease(
  foundation: Pick<Foundation, "database" | "chain" | "log" | "metrics" | "now">,
  options: {
    key: GatewayKey;
    place: Place;
    openings: GatewayOpenings;
    seals: GatewaySeals;
    settings: ReleaseSettings;
    onReceipt: () => void;
  },
): (call: ReleaseCall) => Promise<ReleaseAnswer> {
  const { database, chain, log, metrics, now } = foundation;
  const { key, place, openings, seals, settings, onReceipt } = options;
  const gateway = key.account.address;

  /** Everything about the request that has nothing to do with any patient. */
  async function checkRequest({ session, signed }: ReleaseCall): Promise<void> {
    const { request } = signed;
    const here = request.chainId === place.chainId && request.ledger === place.ledger && request.gateway === gateway;
    if (!here)
      throw refuse(
        "bad-input",
        "other-gateway",
        "This request was meant for another gateway or ledger. Nothing was opened.",
      );
    if (request.op !== READ)
      throw refuse("bad-input", "op", "Documents are opened by the op READ alone. Nothing was opened.");
    if (!isPurposeCode(request.purpose))
      throw refuse(
        "bad-input",
        "purpose",
        "This purpose is not known. Nothing was opened. Name one of the listed ones.",
      );
    const names = new Set(request.documents.map(({ document, version }) => `${document} ${version}`));
    if (names.size !== request.documents.length)
      throw refuse("bad-input", "repeated-document", "A document is named twice. Nothing was opened.");
    if (session.sessionKey === null)
      throw refuse(
        "not-authorised",
        "no-session-key",
        "You signed in without a key for reading. Nothing was opened. Sign in again.",
      );
    if (request.reader !== session.account)
      throw refuse("forbidden", "other-reader", "This request names another reader than you. Nothing was opened.");
    if (request.grantee !== (session.organisation ?? session.account)) {
      throw refuse(
        "forbidden",
        "other-grantee",
        "You did not sign in to read for this grantee. Nothing was opened. Sign in for them and try again.",
      );
    }
    await verifyRequest(signed, fromBase64Url(session.sessionKey));
    if (Math.abs(request.time - now()) > settings.maxSkew) {
      throw refuse(
        "bad-input",
        "request-time",
        "The time in this request is not now. Nothing was opened. Check this device's clock and try again.",
      );
    }
    // A receipt holds only for a request from within the session, by the reader's own clock too.
    if (request.time >= session.expiresAt)
      throw refuse("not-authorised", "session-over", "Your session is over. Nothing was opened. Sign in again.");
    if (await isRequestKnown(database, { gateway, requestId: request.requestId })) throw repeated();
  }

  async function gatherEvidence({ signed, opening: given }: ReleaseCall): Promise<Evidence> {
    const { request } = signed;
    const { subject, grantee, scope } = request;
    const { ledger, row, kept, rows, erased } = await readAtOnce(request);
    if (
      ledger.block.number - request.recentBlock.number > settings.maxBlocks ||
      (ledger.namedBlock !== null && ledger.namedBlock !== request.recentBlock.hash)
    ) {
      throw refuse(
        "bad-input",
        "request-block",
        "The block that this request names is not a recent one of this chain. Nothing was opened. Try again.",
      );
    }
    const known = !isStranger({ request, ledger });
    const mandate = known ? await readMandate({ subject, grantee, scope }, row) : null;
    return {
      request,
      ledger,
      now: now(),
      maxLag: settings.maxLag,
      indexed: isIndexed(row, ledger.record),
      opening: known ? (openOpening({ subject, grantee, scope }, kept) ?? readGiven(given, scope)) : null,
      mandate: mandate === null ? undefined : openOpening(mandate, mandate.kept),
      seals: known ? seals.openSeals(rows) : [],
      erased,
    };
  }

  /** The ledger and our tables; anew where the ledger says yes to a record that the index did not know at first. */
  async function readAtOnce(request: SignedRequest["request"]) {
    const { subject, grantee, scope } = request;
    const consent = { subject, grantee, scope };
    const documents = request.documents.map(({ document }) => document);
    const until = performance.now() + settings.indexWaitMs;
    for (;;) {
      const [ledger, row, kept, rows, erased] = await Promise.all([
        readLedgerState(chain, request),
        readConsent(database, consent),
        readOpening(database, consent),
        readSeals(database, { subject, documents }),
        readErased(database, { subject, documents }),
      ]);
      const { record } = ledger;
      if (!ledger.active || isIndexed(row, record) || performance.now() >= until)
        return { ledger, row, kept, rows, erased };
      await awaitIndexed(database, { consent, record, until });
    }
  }

  /** What a consent covers; null where this gateway was not told, or where what it was told cannot be read. */
  function openOpening(consent: ConsentOf, found: Awaited<ReturnType<typeof readOpening>>): Opening | null {
    if (found === null || found.box === null) return null;
    try {
      return openings.openBox({ ...consent, box: found.box });
    } catch {
      log.warn("opening-unreadable");
      return null;
    }
  }

  /** An opening that the reader brought: it says what the patient signed only if it hashes to the scope on the ledger. */
  function readGiven(given: Opening | undefined, scope: Hex): Opening | null {
    if (given === undefined) return null;
    try {
      return checkOpening(given, { scope });
    } catch {
      return null;
    }
  }

  /** The mandate under which a proxy granted this consent, by its row; null where the subject granted it. */
  async function readMandate({ subject }: ConsentOf, row: Consent | null) {
    if (!row?.proxy || !row.mandate) return null;
    const mandate = { subject, grantee: row.proxy, scope: row.mandate };
    return { ...mandate, kept: await readOpening(database, mandate) };
  }

  /** Takes the next number, decides with what only this transaction knows, and writes receipt and event. */
  async function record(call: ReleaseCall, evidence: Evidence): Promise<ReleaseAnswer> {
    const { request } = call.signed;
    const { subject, grantee, scope, reader, requestId } = request;
    return database.transaction(async (tx) => {
      await lockReceipts(tx);
      if (await isRequestKnown(tx, { gateway, requestId })) throw repeated();
      const revokeCeiling = await readRevokeCeiling(tx, { subject, grantee, scope });
      // The clock is read again: a consent may have run out while this waited for its turn.
      const outcomes = decide(
        { ...evidence, now: now() },
        {
          revokeCeiling,
          ...(await countUses(tx, { subject, grantee, scope, since: now() - DAY })),
          quota: settings.documentsADay,
        },
      );
      const stranger = isStranger(evidence);
      if (stranger && (await isFlood(tx, { subject, reader }))) {
        await countUnrecorded(tx, { subject, day: Math.floor(now() / DAY) });
        metrics.count("refusals_unrecorded");
        return { outcomes, receipt: null };
      }
      const ends = await readChainEnds(tx, { gateway, subject });
      const body = describe(call, evidence, { outcomes, ends });
      const receipt = await signReceipt(key.account, body);
      const released = outcomes.filter((outcome) => outcome.reason === null).length;
      await writeReceipt(tx, {
        gateway,
        number: body.number,
        subject,
        subject_number: body.subjectNumber,
        grantee,
        scope,
        reader,
        kind: body.kind,
        reason: body.reason,
        released,
        stranger,
        request_id: requestId,
        time: body.time,
        hash: receiptHash(body),
        leaf: receiptLeaf(body),
        receipt: encodeReceipt(receipt),
      });
      const audience = [subject, "auditor", ...(stranger ? [] : [reader, grantee])];
      const payload = {
        number: body.number,
        subjectNumber: body.subjectNumber,
        kind: body.kind,
        reason: body.reason,
        subject,
        grantee,
        reader,
        scope,
        purpose: request.purpose,
        time: body.time,
        results: body.results,
      };
      await appendStream(tx, [{ type: "receipt", audience: [...new Set(audience)], payload }]);
      return { outcomes, receipt: stranger ? null : receipt };
    });
  }

  /** Whether enough of strangers' refusals about this subject are recorded for today: anybody can make accounts without end. */
  async function isFlood(tx: Queryable, { subject, reader }: { subject: Address; reader: Address }): Promise<boolean> {
    const { all, own } = await countStrangers(tx, { subject, reader, since: now() - DAY });
    return own >= settings.strangerADay || all >= settings.strangersADay;
  }

  function describe(
    { session, signed, network }: ReleaseCall,
    { ledger }: Evidence,
    { outcomes, ends }: { outcomes: Outcome[]; ends: Awaited<ReturnType<typeof readChainEnds>> },
  ): ReceiptBody {
    const salt = toHex(randomBytes(32));
    const networkSalt = key.networkSalt(salt);
    const reasons = new Set(outcomes.map((outcome) => outcome.reason));
    const [common] = reasons;
    return {
      format: "placet-receipt",
      formatVersion: 1,
      kind: reasons.has(null) ? "released" : "refused",
      chainId: place.chainId,
      ledger: place.ledger,
      gateway,
      number: ends.number + 1,
      previous: ends.hash ?? NO_RECEIPT,
      subject: signed.request.subject,
      subjectNumber: ends.subjectNumber + 1,
      subjectPrevious: ends.subjectHash ?? NO_RECEIPT,
      time: now(),
      recentBlock: { number: ledger.block.number, hash: ledger.block.hash },
      request: signed,
      delegation: { message: session.message, signature: session.signature },
      results: outcomes.map(({ document, version, reason }) => ({ document, version, reason })),
      reason: reasons.size === 1 ? (common ?? null) : null,
      disclosure: null,
      network: { address: hashNetwork(networkSalt, network.address), agent: hashNetwork(networkSalt, network.agent) },
      salt,
    };
  }

  return async (call) => {
    const started = performance.now();
    await checkRequest(call);
    const answer = await record(call, await gatherEvidence(call));
    onReceipt();
    for (const { reason } of answer.outcomes) {
      if (reason === null) metrics.count("documents_released");
      else metrics.count("documents_refused", 1, { reason });
    }
    metrics.observe("release", (performance.now() - started) / 1000);
    return answer;
  };
}

function refuse(code: "bad-input" | "not-authorised" | "forbidden", reason: string, message: string): Failure {
  return new Failure(code, message, { reason });
}

function repeated(): Failure {
  return new Failure("conflict", "This request was answered before. Nothing was opened again. Ask anew.", {
    reason: "request-repeated",
  });
}
