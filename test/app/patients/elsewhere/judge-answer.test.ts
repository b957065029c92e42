// What another gateway answers to a read is hostile: it counts only with its own receipt about this very request.
import { describe, expect, it } from "vitest";
import { requireReceipted, type GatewayAnswer } from "#app/patients/elsewhere/judge-answer.ts";
import { isAway, isUnable } from "#app/patients/elsewhere/when-away.ts";
import { answerShape } from "#app/patients/elsewhere/judge-answer.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import { signReceipt } from "#protocol/receipts/index.ts";
import {
  askToRead,
  gatewayAccount,
  releasedBody,
  signedReceipt,
  strangerAccount,
} from "../../../protocol/receipts/samples.ts";

const body = await releasedBody();
const { request: signed, delegation: signIn } = body;
if (signed === null || signIn === null) throw new Error("A receipt of a read has a request and a sign-in.");
const [asked] = signed.request.documents;
if (asked === undefined) throw new Error("A request names a document.");
const release = {
  category: "labs",
  document: asked.document,
  epoch: 0,
  keyedBy: "category" as const,
  version: 1,
  wrappedDek: "A".repeat(80),
};
const released = answerShape.shape.results.parse([{ ...asked, status: "released", release }]);
const refused = [{ ...asked, status: "refused" as const, reason: "no-seal" as const, detail: "" }];

async function judge(answer: GatewayAnswer): Promise<string> {
  try {
    const results = await requireReceipted(answer, { signed: signed as never, signIn: signIn as never, words: "No." });
    return results.map(({ status }) => status).join();
  } catch (error) {
    if (isFailure(error)) return `${error.code}/${error.reason}`;
    throw error;
  }
}

describe("A reader who asks another gateway", () => {
  it("takes what it hands over, with its receipt of it", async () => {
    expect(await judge({ results: released, receipt: await signedReceipt(body) })).toBe("released");
    const no = await signedReceipt(body, {
      kind: "refused",
      reason: "no-seal",
      results: [{ ...asked, reason: "no-seal" }],
    });
    expect(await judge({ results: refused, receipt: no })).toBe("refused");
    const toStranger = [{ ...asked, status: "refused" as const, reason: "no-consent" as const, detail: "" }];
    expect(await judge({ results: toStranger, receipt: null })).toBe("refused");
  });

  it("takes nothing without a receipt, with another's, or with one that says something else", async () => {
    const other = await releasedBody(undefined, { request: { requestId: `0x${"0b".repeat(16)}` } });
    const elsewhere = await askToRead();
    const wrong: GatewayAnswer[] = [
      { results: released, receipt: null },
      // What only the patient's will explains, said by nobody who would sign for it.
      { results: refused, receipt: null },
      { results: [{ ...asked, status: "refused", reason: "consent-revoked", detail: "" }], receipt: null },
      { results: released, receipt: await signReceipt(strangerAccount, body) },
      { results: released, receipt: await signReceipt(strangerAccount, { ...body, gateway: strangerAccount.address }) },
      { results: released, receipt: await signedReceipt(other) },
      { results: released, receipt: { ...(await signedReceipt(body)), body: { ...body, number: 7 } } },
      { results: refused, receipt: await signedReceipt(body) },
      { results: [], receipt: await signedReceipt(body) },
      { results: [...released, ...released], receipt: await signedReceipt(body) },
      { results: released.map((one) => ({ ...one, version: 2 })), receipt: await signedReceipt(body) },
      { results: released, receipt: await signedReceipt(body, { delegation: elsewhere.delegation }) },
      { results: released, receipt: await signedReceipt(body, { time: body.time + 4_000 }) },
    ];
    for (const answer of wrong) expect(await judge(answer)).toBe("tampered/receipt");
    expect(gatewayAccount.address).toBe(body.gateway);
  });

  it("cannot be given an answer of another shape, or one without end", () => {
    const many = Array.from({ length: 201 }, () => refused[0]);
    for (const results of [
      many,
      [{ ...asked, status: "released" }],
      "all of it",
      [{ ...refused[0], reason: "because" }],
    ])
      expect(answerShape.safeParse({ results, receipt: null }).success).toBe(false);
  });
});

describe("A reader whose own service hands nothing over", () => {
  it("asks another only where the service was away or unable, and not past the patient's will or limits", () => {
    for (const reason of ["no-seal", "opening-missing", "node-lagging"] as const) expect(isUnable(reason)).toBe(true);
    const answers = ["consent-revoked", "revoke-received", "uses-exhausted", "quota-exceeded", "withdrawn"] as const;
    for (const reason of answers) expect(isUnable(reason)).toBe(false);
    const away = ["unavailable", "internal", "tampered", "not-found"] as const;
    for (const code of away) expect(isAway(new Failure(code, "No."))).toBe(true);
    for (const code of ["not-authorised", "rejected-by-user", "locked", "forbidden"] as const)
      expect(isAway(new Failure(code, "No."))).toBe(false);
    expect(isAway(new TypeError("bug"))).toBe(false);
  });
});
