// An auditor with nothing but a node, the contracts' addresses and one block hash, on a real chain.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Hex } from "viem";
import { concat, slice, toFunctionSelector, toHex } from "viem";
import {
  actRow,
  compareLogs,
  compareTrail,
  couldRead,
  createChainReader,
  describeAct,
  extensionOf,
  verifyHistory,
  type AuditReport,
  type RpcRequest,
  type VerifyOptions,
} from "#protocol/history/index.ts";
import { scopeOf } from "#protocol/consent/index.ts";
import { actTable } from "#protocol/typed-data/index.ts";
import { startChain, who, type TestChain } from "./support/chain.ts";
import { ana, ben, clinic, lena, tellStory, tomas, type Told } from "./support/story.ts";

let chain: TestChain;
let told: Told;
let blockHash: Hex;

beforeAll(async () => {
  chain = await startChain();
  told = await tellStory(chain);
  blockHash = (await chain.client.getBlock()).hash;
});
afterAll(() => chain?.stop());

const verify = (change: Partial<VerifyOptions> = {}): Promise<AuditReport> =>
  verifyHistory({ reader: chain.reader, deployment: chain.deployment, blockHash, ...change });

type Json = Record<string, unknown>;

/** The node as a liar: its answers to one method are changed before they arrive. */
function lyingNode(
  lies: Record<string, (answer: unknown, params: readonly unknown[]) => unknown>,
): VerifyOptions["reader"] {
  const request: RpcRequest = async (method, params) => {
    const answer = structuredClone(await chain.request(method, params));
    const lie = lies[method];
    return lie === undefined ? answer : lie(answer, params);
  };
  return createChainReader(request);
}

/** The node alters the logs of the ledger. */
const withLogs = (change: (logs: Json[]) => Json[]) =>
  lyingNode({
    eth_getLogs: (answer, [filter]) => {
      const logs = answer as Json[];
      const ofLedger = (filter as { address: string }).address === chain.deployment.ledger;
      return ofLedger ? change(logs) : logs;
    },
  });

const isOf = (log: Json, index: number) =>
  String((log["topics"] as string[])[1]).endsWith(who(index).slice(2).toLowerCase());

describe("An auditor with a trusted block hash", () => {
  it("proves that every act of the story is there, and that nobody's word but the block's is needed", async () => {
    const report = await verify();
    expect(report.faults).toEqual([]);
    expect(report.genuine).toBe(true);
    expect(report.block.trusted).toBe(true);
    expect(report.contracts.map(({ read }) => read)).toEqual(["proof", "proof"]);
    const complete = report.statements.filter(({ text }) => text.startsWith("These are all"));
    expect(complete.map(({ restsOn }) => restsOn)).toEqual(Array(4).fill("trusted block"));
  });

  it("finds every event of the table of acts in the story but the two that need time to pass", async () => {
    const { acts } = await verify();
    const events = new Set<string>(acts.map(({ event }) => event));
    const expected = new Set([...Object.values(actTable).map(({ event }) => event), "RevokedByVault"]);
    expect([...expected].filter((event) => !events.has(event)).sort()).toEqual([
      "AppointmentCompleted",
      "AppointmentMissed",
    ]);
    expect(acts.every(({ known }) => known)).toBe(true);
  });

  it("can say every act in a sentence, without an address left where a name is known", async () => {
    const { acts } = await verify();
    const sentences = acts.map((act) => describeAct(act, { nameOf: (address) => `<${address.slice(2, 6)}>` }));
    for (const sentence of sentences) {
      expect(sentence).toMatch(/^[A-Z<].*\.$/);
      expect(sentence).not.toMatch(/0x|undefined|NaN/);
      expect(sentence).not.toContain("does not know");
    }
    const rows = acts.map((act) => describeAct(actRow(act), { nameOf: (address) => `<${address.slice(2, 6)}>` }));
    expect(rows).toEqual(sentences);
  });

  it("proves of an account that never acted that it has no history", async () => {
    const report = await verify({ subject: `0x${"12".repeat(20)}` });
    expect(report.genuine).toBe(true);
    expect(report.accounts.some(({ account }) => account.startsWith("0x1212"))).toBe(false);
  });

  it("says that without a block hash the chain itself is the node's word", async () => {
    const report = await verifyHistory({ reader: chain.reader, deployment: chain.deployment });
    expect(report.genuine).toBe(true);
    expect(report.block.trusted).toBe(false);
    expect(report.statements.some(({ restsOn }) => restsOn === "trusted block")).toBe(false);
  });

  it("is told to ask another node where this one gives no proofs: without them nothing follows from the block", async () => {
    const request: RpcRequest = (method, params) =>
      method === "eth_getProof" ? Promise.reject(new Error("method not found")) : chain.request(method, params);
    const reader = createChainReader(request);
    await expect(verify({ reader })).rejects.toMatchObject({ code: "unavailable", reason: "no-proofs" });
    // Who trusts no block has the node's word for everything, and is told so.
    const report = await verifyHistory({ reader, deployment: chain.deployment });
    expect(report.genuine).toBe(true);
    expect(report.contracts.map(({ read }) => read)).toEqual(["call", "call"]);
    const resting = report.statements.filter(({ text }) => /^These are all|is the published build/.test(text));
    expect(resting.map(({ restsOn }) => restsOn)).toEqual(Array(7).fill("node"));
  });

  it("proves the code of both contracts and of the ledger's extension, whose address follows from the ledger's", async () => {
    const report = await verify();
    const code = report.statements.filter(({ text }) => text.includes("is the published build"));
    expect(code.map(({ restsOn, holds }) => [restsOn, holds])).toEqual(Array(3).fill(["published build", true]));
    const { ledger } = chain.deployment;
    const data = toFunctionSelector("extension()");
    const stated = slice((await chain.client.call({ to: ledger, data })).data ?? "0x", 12);
    expect(report.contracts.map(({ extension }) => extension?.address.toLowerCase())).toEqual([undefined, stated]);
  });

  it("reads in small ranges to the same end, and tells how far it is", async () => {
    const steps: string[] = [];
    const whole = await verify();
    const parts = await verify({ range: 7, onProgress: ({ step }) => steps.push(step) });
    expect(parts.acts.map(({ headAfter }) => headAfter)).toEqual(whole.acts.map(({ headAfter }) => headAfter));
    expect(steps.length).toBeGreaterThan(10);
  });
});

describe("A node that hides or changes acts", () => {
  it("is caught dropping one act in the middle, with the act after it named", async () => {
    const { acts } = await verify();
    const dropped = acts.filter(({ contract, account }) => contract === "ledger" && account === who(ana))[4];
    const after = acts.filter(({ contract, account }) => contract === "ledger" && account === who(ana))[5];
    const reader = withLogs((logs) =>
      logs.filter((log) => !String(log["data"]).endsWith(String(dropped?.headAfter.slice(2)))),
    );
    const report = await verify({ reader });
    expect(report.genuine).toBe(false);
    expect(report.faults).toHaveLength(1);
    expect(report.faults[0]).toMatchObject({
      kind: "altered",
      account: who(ana),
      index: 4,
      block: after?.block,
      tx: after?.tx,
    });
  });

  it("is caught dropping an account's last act, with the block up to which all holds", async () => {
    const { acts } = await verify();
    const ofAna = acts.filter(({ contract, account }) => contract === "ledger" && account === who(ana));
    const last = ofAna.at(-1);
    const reader = withLogs((logs) =>
      logs.filter((log) => !String(log["data"]).endsWith(String(last?.headAfter.slice(2)))),
    );
    const report = await verify({ reader });
    expect(report.genuine).toBe(false);
    expect(report.faults.map(({ kind, account, index }) => ({ kind, account, index }))).toEqual([
      { kind: "head-differs", account: who(ana), index: ofAna.length - 1 },
    ]);
    expect(report.faults[0]?.message).toContain(`(block ${ofAna.at(-2)?.block})`);
  });

  it("is caught altering one word of one act", async () => {
    const { acts } = await verify();
    const target = acts.filter(({ event }) => event === "Granted")[1];
    const reader = withLogs((logs) =>
      logs.map((log) => {
        if (log["transactionHash"] !== target?.tx) return log;
        const data = log["data"] as Hex;
        return {
          ...log,
          data: concat([slice(data, 0, 31), toHex(Number(slice(data, 31, 32)) ^ 1, { size: 1 }), slice(data, 32)]),
        };
      }),
    );
    const report = await verify({ reader });
    expect(report.faults).toHaveLength(1);
    expect(report.faults[0]).toMatchObject({
      kind: "altered",
      tx: target?.tx,
      logIndex: target?.logIndex,
      index: target?.index,
    });
  });

  it("is caught rearranging an act, so that nobody could read it though every head and the roll agree", async () => {
    const { acts } = await verify();
    const revoked = acts.findLast(({ event }) => event === "Revoked");
    const moveTopic = (log: Json): Json => {
      const topics = log["topics"] as Hex[];
      return { ...log, topics: topics.slice(0, -1), data: concat([topics.at(-1) ?? "0x", log["data"] as Hex]) };
    };
    const moveWord = (log: Json): Json => {
      const data = log["data"] as Hex;
      return { ...log, topics: [...(log["topics"] as Hex[]), slice(data, 0, 32)], data: slice(data, 32) };
    };
    const asked = acts.find(({ event }) => event === "Requested");
    for (const [hidden, rearrange] of [
      [revoked, moveTopic],
      [asked, moveWord],
    ] as const) {
      const reader = withLogs((logs) =>
        logs.map((log) => (String(log["data"]).endsWith(String(hidden?.headAfter.slice(2))) ? rearrange(log) : log)),
      );
      const report = await verify({ reader });
      expect(report.genuine).toBe(false);
      expect(report.faults.map(({ kind, account, index, tx }) => ({ kind, account, index, tx }))).toEqual([
        { kind: "unreadable", account: hidden?.account, index: hidden?.index, tx: hidden?.tx },
      ]);
      expect(report.accounts.filter(({ genuine }) => !genuine).map(({ account }) => account)).toEqual([
        hidden?.account,
      ]);
      expect(report.statements.filter(({ holds }) => !holds)).toHaveLength(1);
    }
  });

  it("is caught adding an act with a head of its own making", async () => {
    const { acts } = await verify();
    const target = acts.filter(({ contract, account }) => contract === "ledger" && account === who(ana))[2];
    const reader = withLogs((logs) =>
      logs.flatMap((log) =>
        log["transactionHash"] === target?.tx
          ? [
              log,
              {
                ...log,
                logIndex: toHex(Number(log["logIndex"]) + 1),
                data: `${String(log["data"]).slice(0, -64)}${"ab".repeat(32)}`,
              },
            ]
          : [log],
      ),
    );
    const report = await verify({ reader });
    expect(report.faults.map(({ kind, index, tx }) => ({ kind, index, tx }))).toEqual([
      { kind: "added", index: (target?.index ?? 0) + 1, tx: target?.tx },
    ]);
  });

  it("is caught showing two acts in each other's place", async () => {
    const reader = withLogs((logs) => {
      const ofAna = logs.filter((log) => isOf(log, ana));
      const [first, second] = [ofAna[3], ofAna[4]];
      const swap = (log: Json, other: Json | undefined) => ({
        ...log,
        data: other?.["data"],
        topics: other?.["topics"],
      });
      return logs.map((log) => (log === first ? swap(log, second) : log === second ? swap(log, first) : log));
    });
    const report = await verify({ reader });
    expect(report.genuine).toBe(false);
    expect(report.faults.filter(({ kind }) => kind === "reordered").map(({ index }) => index)).toEqual([3, 4, 5]);
  });

  it("is caught showing an act in another block than it happened in", async () => {
    const { acts } = await verify();
    const target = acts.filter(({ contract, account }) => contract === "ledger" && account === who(ana)).at(-1);
    const moved = (target?.block ?? 0) + 1;
    const reader = withLogs((logs) =>
      logs.map((log) => (log["transactionHash"] === target?.tx ? { ...log, blockNumber: toHex(moved) } : log)),
    );
    const until = await chain.client.getBlock();
    const report = await verify({ reader, blockHash: until.hash });
    expect(report.faults.map(({ kind, tx }) => ({ kind, tx }))).toEqual([{ kind: "re-timed", tx: target?.tx }]);
  });

  it("is caught leaving out an account altogether, with the place where the roll stops agreeing", async () => {
    const reader = withLogs((logs) => logs.filter((log) => !isOf(log, ben)));
    const report = await verify({ reader });
    expect(report.genuine).toBe(false);
    expect(report.faults.map(({ kind }) => kind)).toEqual(["roll-differs"]);
    const asked = await verify({ reader, subject: who(ben) });
    expect(asked.faults.map(({ kind, account }) => ({ kind, account }))).toEqual([
      { kind: "roll-differs", account: null },
      { kind: "missing-account", account: who(ben) },
    ]);
  });

  it("is refused when it alters a proof, a header, or answers with another block", async () => {
    const alterProof = lyingNode({
      eth_getProof: (answer) => {
        const proof = answer as { storageProof: { proof: Hex[] }[] };
        const first = proof.storageProof[0];
        if (first) first.proof = first.proof.map((node) => `${node.slice(0, -2)}ff` as Hex);
        return proof;
      },
    });
    await expect(verify({ reader: alterProof })).rejects.toMatchObject({ code: "tampered", reason: "bad-proof" });
    const alterHeader = lyingNode({
      eth_getBlockByHash: (answer) => ({ ...(answer as Json), stateRoot: `0x${"12".repeat(32)}` }),
    });
    await expect(verify({ reader: alterHeader })).rejects.toMatchObject({ code: "tampered", reason: "bad-header" });
    const other = await chain.request("eth_getBlockByNumber", ["0x1", false]);
    await expect(verify({ reader: lyingNode({ eth_getBlockByHash: () => other }) })).rejects.toMatchObject({
      code: "tampered",
    });
  });

  it("is named when the contracts' code or the chain is not the one of the deployment file", async () => {
    for (const piece of ["ledger", "ledgerExtension"]) {
      const buildHashes = { ...chain.deployment.buildHashes, [piece]: blockHash };
      const code = await verify({ deployment: { ...chain.deployment, buildHashes } });
      expect(code.faults.map(({ kind, contract }) => ({ kind, contract }))).toEqual([
        { kind: "wrong-code", contract: "ledger" },
      ]);
    }
    const genesis = await verify({ deployment: { ...chain.deployment, genesisHash: blockHash } });
    expect(genesis.faults.map(({ kind }) => kind)).toEqual(["wrong-chain"]);
  });
});

describe("A deployment that is not what was published", () => {
  /** Puts other code at an address for the length of one audit. */
  const auditWithCode = async (address: Hex, change: (code: Hex) => Hex): Promise<AuditReport> => {
    const code = (await chain.client.getCode({ address })) ?? "0x";
    await chain.request("hardhat_setCode", [address, change(code)]);
    await chain.request("hardhat_mine", ["0x1"]);
    const report = await verify({ blockHash: (await chain.client.getBlock()).hash });
    await chain.request("hardhat_setCode", [address, code]);
    await chain.request("hardhat_mine", ["0x1"]);
    return report;
  };
  const pair = (at: Hex) => at.slice(2).toLowerCase();
  const found = ({ faults, genuine }: AuditReport) => ({
    genuine,
    kinds: [...new Set(faults.map(({ kind }) => kind))],
  });

  it("is named when an extension other than the published one works for the ledger", async () => {
    const report = await auditWithCode(extensionOf(chain.deployment.ledger), (code) => `${code.slice(0, -2)}ff` as Hex);
    expect(found(report)).toEqual({ genuine: false, kinds: ["wrong-code"] });
    expect(report.faults.map(({ message }) => message).join()).toContain("The ledger’s extension");
    expect(report.contracts.map(({ codeMatches }) => codeMatches)).toEqual([true, false]);
  });

  it("is named when the ledger works for other addresses, though they are all addresses of this deployment", async () => {
    const { ledger, providerRegistry } = chain.deployment;
    const [one, other] = [pair(extensionOf(ledger)), pair(providerRegistry)];
    const swapped = await auditWithCode(
      ledger,
      (code) => code.replaceAll(one, "-").replaceAll(other, one).replaceAll("-", other) as Hex,
    );
    expect(found(swapped)).toEqual({ genuine: false, kinds: ["wrong-code"] });
    const registry = await auditWithCode(providerRegistry, (code) => `${code.slice(0, -2)}ff` as Hex);
    expect(found(registry)).toEqual({ genuine: false, kinds: ["wrong-code"] });
  });

  it("is named when the node shows other code than its state has, for the extension too", async () => {
    for (const address of [chain.deployment.ledger, extensionOf(chain.deployment.ledger)]) {
      const genuine = await chain.client.getCode({ address });
      const reader = lyingNode({
        eth_getCode: (answer, [of]) => (String(of).toLowerCase() === address.toLowerCase() ? `${genuine}00` : answer),
      });
      const report = await verify({ reader });
      expect(found(report)).toEqual({ genuine: false, kinds: ["wrong-code"] });
    }
  });
});

describe("A question about the past", () => {
  const ask = async (
    reader: number,
    at: number,
    change: { category?: string; purpose?: string; openings?: unknown[] } = {},
  ) => {
    const { state } = await verify();
    return couldRead(state, {
      reader: who(reader),
      subject: who(ana),
      category: change.category ?? "labs",
      purpose: change.purpose ?? "TREAT",
      at,
      openings: change.openings ?? told.openings,
    });
  };

  it("is answered yes by the consent that was in force, at its first second, and no from the second of its end", async () => {
    expect(await ask(lena, told.granted)).toMatchObject({ answer: "yes" });
    expect(await ask(lena, told.granted - 1)).toMatchObject({ answer: "no" });
    expect(await ask(lena, told.revoked - 1)).toMatchObject({ answer: "yes" });
    expect(await ask(lena, told.revoked)).toMatchObject({ answer: "no" });
  });

  it("knows purposes by is-a, and categories by name", async () => {
    expect(await ask(lena, told.granted, { purpose: "COC" })).toMatchObject({ answer: "yes" });
    expect(await ask(lena, told.granted, { purpose: "BTG" })).toMatchObject({ answer: "no" });
    expect(await ask(lena, told.granted, { category: "hiv" })).toMatchObject({ answer: "no" });
    expect(await ask(lena, told.revoked - 1, { category: "imaging" })).toMatchObject({ answer: "no" });
  });

  it("is answered unknown where a consent was in force whose words were not given", async () => {
    const { answer, by } = await ask(lena, told.granted, { openings: [] });
    expect(answer).toBe("unknown");
    expect(by.filter(({ reason }) => reason === "no-opening")).toHaveLength(1);
  });

  it("finds the member of an organisation through the organisation's consent", async () => {
    const now = await chain.now();
    expect(await ask(tomas, now)).toMatchObject({
      answer: "yes",
      by: expect.arrayContaining([expect.objectContaining({ grantee: who(clinic), answer: "yes" })]),
    });
    expect(await ask(ben, told.granted)).toMatchObject({ answer: "no" });
  });

  it("is no while an emergency consent is armed, yes for four hours from the second its glass was broken", async () => {
    const { armed, broken, emergency } = told.later;
    const question = { purpose: "ETREAT", openings: [...told.openings, emergency] };
    const answerAt = async (at: number) =>
      (await ask(clinic, at, question)).by.find(({ scope }) => scope === scopeOf(emergency));
    const end = broken + 4 * 3600;
    for (const at of [armed, broken - 1, end]) expect(await answerAt(at)).toMatchObject({ answer: "no" });
    for (const at of [broken, end - 1]) expect(await answerAt(at)).toMatchObject({ answer: "yes", emergency: true });
    const byMember = await ask(tomas, broken, question);
    expect(byMember.by).toContainEqual(
      expect.objectContaining({ grantee: who(clinic), answer: "yes", emergency: true }),
    );
  });

  it("follows a proxy's grant as far as the mandate reaches, and names the proxy", async () => {
    const { byProxy, within, beyond, mandate } = told.later;
    const openings = [within, beyond, mandate];
    const inLabs = await ask(tomas, byProxy, { openings });
    expect(inLabs.by).toContainEqual(
      expect.objectContaining({ scope: scopeOf(within), answer: "yes", byProxy: who(ben) }),
    );
    const inImaging = await ask(tomas, byProxy, { openings, category: "imaging" });
    expect(inImaging.by).toContainEqual(
      expect.objectContaining({ scope: scopeOf(beyond), answer: "no", reason: "beyond-mandate" }),
    );
    const untold = await ask(tomas, byProxy, { openings: [within, beyond] });
    expect(untold.by).toContainEqual(
      expect.objectContaining({ scope: scopeOf(within), answer: "unknown", reason: "no-mandate-opening" }),
    );
    const after = await ask(tomas, await chain.now(), { openings });
    expect(after.by.filter(({ scope }) => scope === scopeOf(within))).toMatchObject([{ reason: "not-in-force" }]);
  });
});

describe("A consent that a proxy renewed", () => {
  it("covers no more than the proxy's mandate from that second, until the patient renews it themself", async () => {
    const { own, mandate, ownGranted, ownRenewedByProxy, ownRenewed } = told.later;
    const { state } = await verify();
    const answerAt = (at: number, category: string) =>
      couldRead(state, {
        ...{ reader: who(tomas), subject: who(ana), category, purpose: "TREAT", at },
        openings: [own, mandate],
      }).by.find(({ scope }) => scope === scopeOf(own));
    expect(answerAt(ownGranted, "imaging")).toMatchObject({ answer: "yes", byProxy: null });
    expect(answerAt(ownRenewedByProxy - 1, "imaging")).toMatchObject({ answer: "yes" });
    expect(answerAt(ownRenewedByProxy, "imaging")).toMatchObject({ reason: "beyond-mandate", byProxy: who(ben) });
    expect(answerAt(ownRenewedByProxy, "labs")).toMatchObject({ answer: "yes", byProxy: who(ben) });
    expect(answerAt(ownRenewed, "imaging")).toMatchObject({ answer: "yes", byProxy: null });
  });
});

describe("A service that shows rows", () => {
  it("agrees with the ledger when its rows are the ledger's, in either direction", async () => {
    const { acts } = await verify();
    const rows = acts
      .toSorted((a, b) => compareLogs(a.log, b.log))
      .map((act) => JSON.parse(JSON.stringify(actRow(act))) as unknown);
    expect(compareTrail(acts, rows)).toEqual([]);
    expect(compareTrail(acts, rows.toReversed())).toEqual([]);
    const [first, second, third, ...others] = rows;
    expect(compareTrail(acts, [first, third, second, ...others]).map(({ kind }) => kind)).toEqual(["order"]);
  });

  it("is named with the very row, and field by field, when one is altered and one removed", async () => {
    const { acts } = await verify();
    const ofLedger = acts.filter(({ contract }) => contract === "ledger");
    const rows = ofLedger.map((act) => ({ ...actRow(act), final: true }));
    const [altered, removed] = [rows[8], rows[12]];
    const shown = rows
      .filter((row) => row !== removed)
      .map((row) => (row === altered ? { ...row, time: row.time - 60, args: { ...row.args, by: who(tomas) } } : row));
    const differences = compareTrail(ofLedger, shown);
    expect(differences.map(({ kind, where }) => ({ kind, tx: where.tx, index: where.index }))).toEqual([
      { kind: "altered", tx: altered?.tx, index: altered?.index },
      { kind: "missing", tx: removed?.tx, index: removed?.index },
    ]);
    expect(differences[0]?.fields.map(({ field }) => field).sort()).toEqual(["args.by", "time"]);
  });

  it("is named for a row that it made up, one that it repeats, and one whose transaction it renamed", async () => {
    const { acts } = await verify();
    const ofLedger = acts.filter(({ contract }) => contract === "ledger");
    const rows = ofLedger.map((act) => actRow(act));
    const [first, second] = rows;
    if (first === undefined || second === undefined) throw new Error("The story has acts.");
    const madeUp = {
      ...first,
      tx: `0x${"99".repeat(32)}`,
      account: who(tomas),
      block: 1,
      blockHash: "0x",
      time: 1,
      index: 9,
      act: "Granted",
      headBefore: "0x",
      headAfter: "0x",
      data: "0x",
    };
    expect(compareTrail(ofLedger, [...rows, madeUp]).map(({ kind }) => kind)).toEqual(["extra"]);
    expect(compareTrail(ofLedger, [...rows, first]).map(({ kind }) => kind)).toEqual(["repeated"]);
    const renamed = [first, { ...second, tx: `0x${"99".repeat(32)}` }, ...rows.slice(2)];
    expect(compareTrail(ofLedger, renamed)).toMatchObject([
      { kind: "altered", where: { tx: second.tx }, fields: [{ field: "tx" }] },
    ]);
  });
});
