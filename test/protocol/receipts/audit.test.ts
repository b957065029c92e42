import { describe, expect, it } from "vitest";
import { isInForce } from "#protocol/consent/index.ts";
import { auditReceipts, buildTree, nextPosition, receiptLeaf, rootOf, type Receipt } from "#protocol/receipts/index.ts";
import { document } from "../keys/samples.ts";
import { gatewayAccount, releasedBody, signedReceipt, strangerAccount } from "./samples.ts";

const gateway = gatewayAccount.address;
const first = await releasedBody();
const chain: Receipt[] = [await signedReceipt(first)];
for (let length = 1; length < 5; length += 1) {
  const last = chain[length - 1]?.body ?? null;
  chain.push(await signedReceipt(first, nextPosition({ gateway: last, subject: last })));
}
const rootOver = (receipts: readonly Receipt[]) => rootOf(buildTree(receipts.map(({ body }) => receiptLeaf(body))));
const anchors = [
  { root: rootOver(chain.slice(0, 3)), first: 1, count: 3 },
  { root: rootOver(chain.slice(3, 4)), first: 4, count: 1 },
];
const found = async (shown: readonly unknown[], options: object = {}) =>
  (await auditReceipts(shown, { gateway, anchors, wasInForce: () => true, ...options })).findings.map(
    ({ kind, number }) => `${kind} ${number}`,
  );

describe("An auditor who is shown a gateway's receipts", () => {
  it("finds nothing wrong with an honest chain, in whatever order it is shown", async () => {
    expect(await found(chain)).toEqual([]);
    const audit = await auditReceipts([...chain].reverse(), { gateway, anchors, wasInForce: () => true });
    expect(audit).toMatchObject({ checked: 5, anchored: 4, findings: [] });
    expect(audit.statements.every(({ holds }) => holds)).toBe(true);
  });

  it("finds each one that is left out, also the last that was anchored", async () => {
    expect(await found(chain.filter((_, at) => at !== 1))).toEqual(["missing 2"]);
    expect(await found(chain.slice(0, 3))).toEqual(["missing 4"]);
    expect(await found([])).toEqual(["missing 1", "missing 2", "missing 3", "missing 4"]);
  });

  it("finds a receipt that was changed after it was anchored, even when the gateway signs it anew", async () => {
    const second = chain[1];
    if (second === undefined) throw new Error("the chain has five receipts");
    const altered = { ...second, body: { ...second.body, salt: document } };
    expect(await found(chain.with(1, altered))).toEqual(["forged 2", "forked 3", "root-differs 1"]);
    const resigned = await signedReceipt(second.body, { salt: document });
    expect(await found(chain.with(1, resigned))).toEqual(["forked 3", "root-differs 1"]);
  });

  it("finds a release outside the window of its consent", async () => {
    expect(await found(chain.slice(0, 1), { anchors: [], wasInForce: () => false })).toEqual(["outside-window 1"]);
  });

  it("finds a release a second early, and one a second late: before the grant, before the window, from its end on, and from the revoke on", async () => {
    const at = first.time;
    const granted = { status: 1, version: 1, ops: 1, times: 0, used: 0 };
    const windows = [
      { notBefore: at, expiresAt: at + 1, grantedAt: at, found: [] },
      { notBefore: at - 9, expiresAt: at + 9, grantedAt: at + 1, found: ["outside-window 1"] },
      { notBefore: at + 1, expiresAt: at + 9, grantedAt: at - 9, found: ["outside-window 1"] },
      { notBefore: at - 9, expiresAt: at, grantedAt: at - 9, found: ["outside-window 1"] },
      { notBefore: at - 9, expiresAt: at + 9, grantedAt: at - 9, found: [] },
      { notBefore: at - 9, expiresAt: at + 9, grantedAt: at - 9, status: 2, found: ["outside-window 1"] },
    ];
    for (const { found: expected, ...window } of windows) {
      const record = { ...granted, changedAt: window.grantedAt, ...window };
      const wasInForce = (_: unknown, time: number) => isInForce(record, time);
      expect(await found(chain.slice(0, 1), { anchors: [], wasInForce })).toEqual(expected);
    }
  });

  it("finds what is shown twice, what is no receipt, and what is another gateway's", async () => {
    expect(await found([...chain, chain[0]])).toEqual(["repeated 1"]);
    expect(await found([...chain, { body: {} }])).toEqual(["unreadable null"]);
    expect(await found(chain.slice(0, 1), { anchors: [], gateway: strangerAccount.address })).toEqual([
      "unreadable null",
    ]);
  });
});
