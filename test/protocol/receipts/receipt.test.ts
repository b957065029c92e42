import { describe, expect, it } from "vitest";
import { hashTypedData, verifyTypedData } from "viem";
import { canonicalBytes, canonicalJson } from "#protocol/canonical.ts";
import { utf8 } from "#protocol/bytes.ts";
import {
  decodeReceipt,
  encodeReceipt,
  hashNetwork,
  nextPosition,
  NO_RECEIPT,
  receiptHash,
  receiptLeaf,
  receiptTypedData,
  requestDigest,
  signReceipt,
  verifyChain,
  verifyReceipt,
  verifyRequest,
} from "#protocol/receipts/index.ts";
import type { ReceiptBody } from "#protocol/receipts/index.ts";
import { readSessionResources } from "#protocol/keys/index.ts";
import { parseSiweMessage } from "viem/siwe";
import { ana, document, failureOf, lena, tomas } from "../keys/samples.ts";
import vectors from "../../vectors/receipts.json" with { type: "json" };
import {
  askToRead,
  gatewayAccount,
  lenaAccount,
  now,
  releasedBody,
  signedReceipt,
  strangerAccount,
} from "./samples.ts";

const body = await releasedBody();
const receipt = await signedReceipt(body);

/** How a receipt fails that was changed before an honest-looking gateway signed it. */
const failureWith = async (changes: Partial<ReceiptBody>) => {
  const changed = await signedReceipt(body, changes);
  return failureOf(() => verifyReceipt(changed));
};

describe("A patient who checks a receipt", () => {
  it("finds the reader's own wallet behind it", async () => {
    expect(await verifyReceipt(receipt)).toBe("wallet");
    expect(await verifyReceipt(decodeReceipt(encodeReceipt(receipt)))).toBe("wallet");
    expect(
      await verifyTypedData({
        ...receiptTypedData(body),
        address: gatewayAccount.address,
        signature: receipt.signature,
      }),
    ).toBe(true);
  });

  it("finds a frozen receipt genuine, with its frozen hash and leaf", async () => {
    const frozen = decodeReceipt(canonicalBytes(vectors.receipt));
    expect(await verifyReceipt(frozen)).toBe("wallet");
    expect(receiptHash(frozen.body)).toBe(vectors.hash);
    expect(receiptLeaf(frozen.body)).toBe(vectors.leaf);
    expect(requestDigest(frozen.body.request?.request ?? Object.create(null))).toBe(vectors.requestDigest);
  });

  it("finds the same hash however its addresses are spelled", () => {
    const lower = decodeReceipt(utf8(canonicalJson(JSON.parse(new TextDecoder().decode(encodeReceipt(receipt))))));
    expect(receiptHash(lower.body)).toBe(receiptHash(body));
    expect(hashTypedData(receiptTypedData(body))).toBe(receiptHash(body));
  });

  it("finds out whatever the gateway changed after signing", async () => {
    const fields: Partial<ReceiptBody>[] = [
      { number: 2 },
      { previous: document },
      { subject: tomas },
      { subjectNumber: 2 },
      { subjectPrevious: document },
      { time: now + 2 },
      { reason: "no-consent" },
      { network: null },
      { salt: document },
      { kind: "refused" },
      { chainId: 1 },
    ];
    for (const field of fields) {
      const altered = { ...receipt, body: { ...body, ...field } };
      expect(await failureOf(() => verifyReceipt(altered)), JSON.stringify(field)).toBe("tampered/gateway-signature");
    }
    const byOther = await signReceipt(strangerAccount, body);
    expect(await failureOf(() => verifyReceipt(byOther))).toBe("tampered/gateway-signature");
  });

  it("finds out a gateway that puts words into a reader's mouth", async () => {
    const { request } = body;
    if (request === null) throw new Error("unreachable");
    const said = (words: Partial<typeof request.request>) => ({
      request: { ...request, request: { ...request.request, ...words } },
    });
    expect(await failureWith(said({ purpose: "HRESCH" }))).toBe("tampered/request-signature");
    expect(await failureWith(said({ requestId: `0x${"0b".repeat(16)}` }))).toBe("tampered/request-signature");
    expect(await failureWith(said({ scope: document }))).toBe("tampered/request-signature");
    expect(await failureWith(said({ subject: tomas }))).toBe("tampered/other-request");
    expect(await failureWith(said({ gateway: lena }))).toBe("tampered/other-request");
    expect(await failureWith(said({ documents: [{ document, version: 2 }] }))).toBe("tampered/results");
    expect(await failureWith({ request: null })).toBe("tampered/incomplete");
    expect(await failureWith({ delegation: null })).toBe("tampered/incomplete");
    expect(await failureWith({ time: now + 400 })).toBe("tampered/clock");
    expect(await failureWith({ results: [] })).toBe("tampered/kind");
    expect(await failureWith({ kind: "refused", reason: "no-consent" })).toBe("tampered/kind");
  });

  it("finds out a session that was another's, elsewhere, too long or over", async () => {
    const asking = async (wishes: Parameters<typeof askToRead>[0]) =>
      failureOf(async () => verifyReceipt(await signedReceipt(await releasedBody(undefined, wishes))));
    expect(await asking({ request: { reader: tomas } })).toBe("tampered/reader");
    expect(await asking({ grantee: tomas })).toBe("tampered/grantee");
    expect(await asking({ session: { gateway: lena } })).toBe("tampered/gateway");
    expect(await asking({ session: { chainId: 1 } })).toBe("tampered/chain");
    expect(await asking({ session: { until: now + 50_000 } })).toBe("tampered/session");
    expect(await asking({ session: { until: now } })).toBe("tampered/session");
    expect(await asking({ session: { from: now + 1000 } })).toBe("tampered/session");
    const swapped = await askToRead();
    expect(await failureWith({ delegation: swapped.delegation })).toBe("tampered/request-signature");
  });

  it("finds out a sign-in that is none, or that could be read in two ways", async () => {
    const { delegation } = body;
    if (delegation === null) throw new Error("unreachable");
    const { message, signature } = delegation;
    const extra = message.replace("\nChain ID:", "\nChain ID: 1\nChain ID:");
    for (const text of [
      "",
      "hello",
      extra,
      `${message}\n- urn:placet:gateway:${lena}`,
      message.replace("Nonce: ", "Nonce:  "),
    ]) {
      expect(await failureWith({ delegation: { message: text, signature } }), text).toBe("tampered/sign-in");
    }
  });

  it("is told to ask the account's code where the wallet is a contract", async () => {
    const { delegation } = body;
    if (delegation === null) throw new Error("unreachable");
    const changed = await signedReceipt(body, { delegation: { ...delegation, signature: "0x1234" } });
    expect(await verifyReceipt(changed)).toBe("contract-wallet");
  });

  it("sees a member reading under the organisation's consent", async () => {
    const member = await releasedBody(undefined, { organisation: tomas, grantee: tomas });
    expect(await verifyReceipt(await signedReceipt(member))).toBe("wallet");
  });

  it("sees a refusal, and a disclosure to an auditor", async () => {
    const results = body.results.map((result) => ({ ...result, reason: "consent-revoked" as const }));
    const refused = await signedReceipt(body, { kind: "refused", results, reason: "consent-revoked" });
    expect(await verifyReceipt(refused)).toBe("wallet");
    const disclosure = {
      auditor: tomas,
      case: "2026-17",
      reason: "complaint",
      consents: [{ grantee: lena, scope: document }],
    };
    const shown = { kind: "disclosure", request: null, delegation: null, results: [], disclosure } as const;
    expect(await verifyReceipt(await signedReceipt(body, { ...shown, results: [] }))).toBe("gateway");
    expect(await failureWith({ ...shown, results: [], disclosure: null })).toBe("tampered/incomplete");
  });

  it("reads no address in it, but can confirm one", () => {
    expect(new TextDecoder().decode(encodeReceipt(receipt))).not.toContain("192.0.2.7");
    expect(body.network?.address).toBe(hashNetwork(body.salt, "192.0.2.7"));
    expect(body.network?.address).not.toBe(hashNetwork(document, "192.0.2.7"));
  });
});

describe("A gateway that is asked to read", () => {
  it("believes the session key that the sign-in names, and no other", async () => {
    const { signed, delegation } = await askToRead();
    const { publicKey } = readSessionResources(parseSiweMessage(delegation.message).resources ?? []);
    await verifyRequest(signed, publicKey);
    const { key } = await askToRead();
    expect(await failureOf(() => verifyRequest(signed, key.publicKey))).toBe("not-authorised/request-signature");
    const longer = { ...signed, request: { ...signed.request, op: 3 } };
    expect(await failureOf(() => verifyRequest(longer, publicKey))).toBe("not-authorised/request-signature");
  });
});

describe("An auditor who checks a gateway's receipts", () => {
  async function chain(): Promise<ReceiptBody[]> {
    const bodies: ReceiptBody[] = [];
    for (const subject of [ana, tomas, ana, ana, tomas]) {
      const mine = bodies.filter((one) => one.subject === subject).at(-1) ?? null;
      bodies.push(await releasedBody({ gateway: bodies.at(-1) ?? null, subject: mine }, { request: { subject } }));
    }
    return bodies;
  }

  it("finds them following each other, for the gateway and for each subject", async () => {
    const bodies = await chain();
    expect(bodies[0]?.previous).toBe(NO_RECEIPT);
    expect(verifyChain(bodies, { of: "gateway" }).number).toBe(5);
    const last = verifyChain(bodies.slice(0, 2), { of: "gateway" });
    expect(verifyChain(bodies.slice(2), { of: "gateway", after: last }).number).toBe(5);
    for (const [subject, count] of [
      [ana, 3],
      [tomas, 2],
    ] as const) {
      expect(
        verifyChain(
          bodies.filter((one) => one.subject === subject),
          { of: "subject" },
        ).number,
      ).toBe(count);
    }
    expect(nextPosition({ gateway: bodies[4] ?? null, subject: bodies[3] ?? null })).toMatchObject({
      number: 6,
      subjectNumber: 4,
    });
  });

  it("finds one missing, exchanged, altered, or another's", async () => {
    const bodies = await chain();
    const [first, second, third] = bodies;
    if (first === undefined || second === undefined || third === undefined) throw new Error("unreachable");
    const check = (changed: ReceiptBody[], of: "gateway" | "subject" = "gateway") =>
      failureOf(() => verifyChain(changed, { of }));
    expect(await check([first, third])).toBe("tampered/gap");
    expect(await check([second, first])).toBe("tampered/gap");
    expect(await check([{ ...first, time: first.time + 1 }, second])).toBe("tampered/fork");
    expect(await check([first, { ...second, gateway: lenaAccount.address }])).toBe("tampered/other-chain");
    expect(await check([first, second], "subject")).toBe("tampered/other-chain");
    expect(await check([first, third], "subject")).toBe("none");
  });
});

describe("Whoever delivers a receipt", () => {
  it("cannot have an oversized, misspelled or oddly shaped one read", async () => {
    const decode = (value: unknown) => failureOf(() => decodeReceipt(canonicalBytes(value)));
    expect(await decode({ ...receipt, extra: 1 })).toBe("bad-input");
    expect(await decode({ ...receipt, body: { ...body, number: 0 } })).toBe("bad-input");
    expect(await decode({ ...receipt, body: { ...body, reason: "because" } })).toBe("bad-input");
    expect(await failureOf(() => decodeReceipt(utf8(JSON.stringify(receipt, null, 1))))).toBe("tampered");
    expect(await failureOf(() => decodeReceipt(new Uint8Array(200_000)))).toBe("too-large");
  });
});
