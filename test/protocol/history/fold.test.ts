// The fold against the frozen history, and against everything that a liar can do to it.

import { fc } from "../../support/fast-check.ts";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Hex } from "viem";
import { hexToBytes, toHex } from "viem";
import {
  decodeHistory,
  foldHead,
  foldHistory,
  foldRoll,
  HEADS_SLOT,
  replay,
  ROLL_SLOT,
  splitHexLog,
  splitLog,
  ZERO_WORD,
  type RawLog,
} from "#protocol/history/index.ts";
import { projectRoot } from "#scripts/build/project-root.ts";
import vectors from "../../vectors/history.json" with { type: "json" };

const genuine: RawLog[] = vectors.logs.map(({ topics, data }, at) => ({
  address: vectors.contract as Hex,
  topics: topics as Hex[],
  data: data as Hex,
  blockNumber: BigInt(splitLog({ topics: topics as Hex[], data: data as Hex }).stamp.number),
  blockHash: ZERO_WORD,
  transactionHash: toHex(at, { size: 32 }),
  logIndex: 0,
}));

const isGenuine = (logs: readonly RawLog[]) => {
  const fold = foldHistory(logs);
  const heads = Object.entries(vectors.heads);
  return (
    fold.faults.length === 0 &&
    fold.roll === vectors.roll &&
    fold.heads.size === heads.length &&
    heads.every(([account, head]) => fold.heads.get(account as Hex) === head)
  );
};

const pick = fc.nat({ max: genuine.length - 1 });

describe("Somebody who folds a history", () => {
  it("lands on the heads and the roll that the contract stores, with every head on the way", () => {
    const fold = foldHistory(genuine);
    expect(fold.faults).toEqual([]);
    expect(Object.fromEntries(fold.heads)).toEqual(vectors.heads);
    expect(fold.roll).toBe(vectors.roll);
    expect(fold.steps.map(({ headBefore, headAfter }) => ({ headBefore, headAfter }))).toEqual(
      vectors.logs.map(({ headBefore, headAfter }) => ({ headBefore, headAfter })),
    );
  });

  it("can stop anywhere and go on from there to the same end", () => {
    fc.assert(
      fc.property(pick, (at) => {
        const first = foldHistory(genuine.slice(0, at));
        const counts = new Map(
          first.accounts.map((name) => [name, first.steps.filter(({ account }) => account === name).length]),
        );
        const rest = foldHistory(genuine.slice(at), { from: { ...first, counts } });
        const whole = foldHistory(genuine);
        expect(rest.roll).toBe(whole.roll);
        expect(rest.heads).toEqual(whole.heads);
        expect(rest.faults).toEqual([]);
        expect([...first.steps, ...rest.steps].map(({ index }) => index)).toEqual(
          whole.steps.map(({ index }) => index),
        );
      }),
    );
  });

  it("is not fooled by a dropped act, any of them", () => {
    fc.assert(
      fc.property(pick, (at) => {
        expect(isGenuine(genuine.toSpliced(at, 1))).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it("is not fooled by an act shown twice or borrowed from another account", () => {
    fc.assert(
      fc.property(pick, fc.nat({ max: genuine.length }), (from, to) => {
        const log = genuine[from];
        expect(isGenuine(log === undefined ? [] : genuine.toSpliced(to, 0, log))).toBe(false);
      }),
    );
  });

  it("is not fooled by any changed byte of any act, in topics or data", () => {
    fc.assert(
      fc.property(pick, fc.nat(), fc.integer({ min: 1, max: 255 }), (at, place, flip) => {
        const logs = genuine.map((log, index) => {
          if (index !== at) return log;
          const words = [...log.topics, log.data].map((part) => hexToBytes(part));
          const total = words.reduce((sum, { length }) => sum + length, 0);
          let left = place % total;
          for (const bytes of words) {
            if (left < bytes.length) {
              bytes[left] = (bytes[left] ?? 0) ^ flip;
              break;
            }
            left -= bytes.length;
          }
          const parts = words.map((bytes) => toHex(bytes));
          return { ...log, topics: parts.slice(0, -1), data: parts.at(-1) ?? "0x" };
        });
        expect(isGenuine(logs)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it("is not fooled by two acts of one account in each other's place", () => {
    fc.assert(
      fc.property(pick, pick, (a, b) => {
        const [first, second] = [genuine[a], genuine[b]];
        if (first === undefined || second === undefined) return;
        fc.pre(a !== b && first.topics[1] === second.topics[1]);
        const logs = genuine
          .with(a, { ...second, blockNumber: first.blockNumber })
          .with(b, { ...first, blockNumber: second.blockNumber });
        expect(isGenuine(logs)).toBe(false);
      }),
    );
  });

  it("is not fooled by an act that is shown in another block", () => {
    fc.assert(
      fc.property(pick, (at) => {
        const logs = genuine.map((log, index) => (index === at ? { ...log, blockNumber: log.blockNumber + 1n } : log));
        expect(foldHistory(logs).faults.map(({ kind }) => kind)).toEqual(["re-timed"]);
      }),
    );
  });

  it("is not fooled by a forger who folds all heads anew: the end is another", () => {
    fc.assert(
      fc.property(pick, fc.nat({ max: 31 }), (at, byte) => {
        const heads = new Map<string, Hex>();
        const forged = genuine.map((log, index) => {
          const bytes = hexToBytes(log.data);
          if (index === at) bytes[byte] = (bytes[byte] ?? 0) ^ 1;
          const changed = { ...log, data: toHex(bytes) };
          const { account } = splitLog(changed);
          const head = foldHead(heads.get(account) ?? ZERO_WORD, changed);
          heads.set(account, head);
          return { ...changed, data: `${changed.data.slice(0, -64)}${head.slice(2)}` as Hex };
        });
        expect(foldHistory(forged).faults.filter(({ kind }) => kind !== "re-timed")).toEqual([]);
        expect(isGenuine(forged)).toBe(false);
      }),
    );
  });

  it("is taken apart alike whether or not its words were looked at before", () => {
    const hex = (bytes: Uint8Array) => toHex(bytes);
    const topic = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(hex);
    const padded = fc
      .uint8Array({ minLength: 20, maxLength: 20 })
      .map((bytes): Hex => `0x${"0".repeat(24)}${toHex(bytes).slice(2)}`);
    const topics = fc.array(fc.oneof(topic, padded), { maxLength: 4 });
    const words = fc.integer({ min: 0, max: 5 }).chain((n) => fc.uint8Array({ minLength: 32 * n, maxLength: 32 * n }));
    const data = fc.oneof(fc.uint8Array({ maxLength: 140 }), words).map(hex);
    const attempt = (log: { topics: Hex[]; data: Hex }) => {
      try {
        return splitLog(log);
      } catch {
        return null;
      }
    };
    fc.assert(
      fc.property(topics, data, (topics, data) => {
        expect(splitHexLog({ topics, data })).toEqual(attempt({ topics, data }));
      }),
      { numRuns: 500 },
    );
    for (const log of genuine) expect(splitHexLog(log)).toEqual(splitLog(log));
  });

  it("is not fooled by accounts in another order", () => {
    const accounts = Object.keys(vectors.heads) as Hex[];
    const rollOf = (names: readonly Hex[]) => names.reduce((roll, name) => foldRoll(roll, name), ZERO_WORD);
    expect(rollOf(accounts)).toBe(vectors.roll);
    expect(rollOf(accounts.toReversed())).not.toBe(vectors.roll);
    expect(rollOf(accounts.slice(1))).not.toBe(vectors.roll);
  });

  it("names what is no act instead of stumbling over it, and passes over events without data", () => {
    const [log] = genuine;
    if (log === undefined) throw new Error("The vectors hold acts.");
    const noise = [
      { ...log, topics: [] },
      { ...log, data: "0x1234" as Hex },
      { ...log, topics: [log.topics[0] ?? ZERO_WORD, `0x${"ff".repeat(32)}` as Hex] },
    ];
    expect(foldHistory([...noise, ...genuine]).faults.map(({ kind }) => kind)).toEqual(Array(3).fill("unreadable"));
    expect(isGenuine([{ ...log, data: "0x" }, ...genuine])).toBe(true);
  });

  it("names each act by the ABI, and replays to what the acts say", () => {
    const acts = decodeHistory(foldHistory(genuine));
    expect(acts.every(({ known }) => known)).toBe(true);
    const state = replay(acts);
    expect([...state.consents.values()].map(({ records }) => records.at(-1)?.value.status)).toEqual([
      4, 2, 3, 2, 1, 2, 2, 2,
    ]);
    const [granted] = acts.filter(({ event }) => event === "GrantedByProxy");
    const byProxy = [...state.consents.values()].find(({ scope }) => granted?.known && scope === granted.log.topics[3]);
    expect(byProxy?.mandates.at(-1)?.value?.proxy).toBe("0x90F79bf6EB2c4f870365E785982E1f101E93b906");
    expect([...state.consents.values()].flatMap(({ breakings }) => breakings)).toHaveLength(1);
    expect([...state.moves.values()]).toHaveLength(1);
    expect(replay(acts.toReversed())).toEqual(state);
    const unknown = foldHistory(genuine.map((log) => ({ ...log, topics: [ZERO_WORD, ...log.topics.slice(1)] })));
    expect(decodeHistory(unknown).some(({ known }) => known)).toBe(false);
  });
});

describe("The storage slots of heads and roll", () => {
  it("are where the compiler puts them, in both contracts", async () => {
    const solc = createRequire(import.meta.url)("solc") as { compile: (input: string, callbacks: object) => string };
    const sources: Record<string, { content: string }> = {};
    for (const file of await readdir(join(projectRoot, "contracts"), { recursive: true })) {
      if (file.endsWith(".sol"))
        sources[`contracts/${file}`] = { content: await readFile(join(projectRoot, "contracts", file), "utf8") };
    }
    const modules = createRequire(import.meta.url);
    const read = modules("node:fs") as typeof import("node:fs");
    const output = JSON.parse(
      solc.compile(
        JSON.stringify({
          language: "Solidity",
          sources,
          settings: { outputSelection: { "*": { "*": ["storageLayout"] } } },
        }),
        {
          import: (path: string) => ({ contents: read.readFileSync(join(projectRoot, "node_modules", path), "utf8") }),
        },
      ),
    ) as {
      contracts: Record<
        string,
        Record<string, { storageLayout: { storage: { label: string; slot: string; offset: number }[] } }>
      >;
    };
    for (const name of ["Ledger", "ProviderRegistry"]) {
      const layout = output.contracts[`contracts/${name}.sol`]?.[name]?.storageLayout.storage ?? [];
      const slotOf = (label: string) => layout.filter((entry) => entry.label === label);
      expect(slotOf("_chains")).toMatchObject([{ slot: HEADS_SLOT.toString(), offset: 0 }]);
      expect(slotOf("roll")).toMatchObject([{ slot: ROLL_SLOT.toString(), offset: 0 }]);
    }
  });
});
