// One step along the chain: look, fetch, validate, fold, prove, write. Each stage has its own file, and only this one
// knows their order. A step either stores a whole stretch that adds up, or nothing; and it may be taken again at any time.

import { quickenKeccak } from "#protocol/quick-keccak.ts";
import type { Foundation } from "../service.ts";
import { createStatistics } from "../store/statistics.ts";
import { pruneStream } from "../store/stream.ts";
import { readCursor, readProven, writeProven } from "../store/sync-state.ts";
import type { Cursor } from "../store/sync-state.ts";
import type { Endpoint } from "../rpc/index.ts";
import { createAhead } from "./ahead.ts";
import { contractNames, isMismatch, makeBatch } from "./batch.ts";
import type { Batch } from "./batch.ts";
import { createAccounts } from "./doubts.ts";
import type { Doubt } from "./doubts.ts";
import { findFinal } from "./finality.ts";
import { createKnown } from "./known.ts";
import { createPace } from "./pace.ts";
import { proveBatch, readUnproven } from "./prove.ts";
import type { Unproven } from "./prove.ts";
import { createSource } from "./source.ts";
import type { Header, Look, RawStretch, Source, Stretch } from "./source.ts";
import { planStep } from "./step.ts";
import { inconsistent } from "./validate.ts";
import { writeBatch, writeDown } from "./write.ts";
import type { WrittenBatch } from "./write.ts";

/** The parts of the service that the sync is made of. */
export type SyncParts = Pick<Foundation, "config" | "database" | "chain" | "log" | "metrics" | "now">;

/** What came of a step. */
export type Walked =
  /** A stretch was stored; `behind` when there is more. `reorg` names what was left. */
  | {
      kind: "stored";
      batch: Batch;
      last: Header;
      behind: boolean;
      reorg: { from: number; orphaned: number } | null;
      /** How many changes no projection could make sense of. */
      faults: number;
    }
  | { kind: "same" }
  | { kind: "behind" }
  /** The chain moved while it was read: nothing was stored, look again at once. */
  | { kind: "moved" }
  | { kind: "too-deep"; finalized: number };

/** The walk along the chain. */
export type Follow = {
  /** Reads where the database stands; before the first step and after every step that failed. */
  reload(): Promise<void>;
  step(node: Endpoint): Promise<Walked>;
  /** Resolves when nothing is made ready any more, of which a step may leave some. */
  rest(): Promise<void>;
  /** The source that asks this node, with what it has learned about it. */
  sourceOf(node: Endpoint): Source;
  cursor(): Cursor | null;
  proven(): number;
  head(): Header | null;
};

/** Further behind than this, acts are not told one by one: clients are told to read their lists again. */
const TELL_BLOCKS = 32;
const KEEP_EVENTS = 50_000;
/** Stretches up to this long are held against every word of their blocks' blooms. */
const STRICT_BLOCKS = 8;
const FEW_ACCOUNTS = 1_400;
/** At the head, every account's head is asked for again after so long. */
const SWEEP_SECONDS = 600;

/** Makes a walk; nothing is asked or read before `reload`. */
export function createFollow(
  { config, database, chain, now }: SyncParts,
  { broken, signal, until }: { broken: ReadonlySet<string>; signal: AbortSignal; until?: number | undefined },
): Follow {
  const { deployment } = chain;
  const sources = new Map<Endpoint, Source>();
  const ahead = createAhead();
  const pace = createPace();
  const received = new Map<Endpoint, number>();
  const known = createKnown();
  const statistics = createStatistics(database);
  /** What is being made ready for after the block with the hash `after`. */
  let coming: { source: Source; after: string; ready: Promise<Ready | { kind: "moved" }> } | null = null;
  let making: Promise<void> = Promise.resolve();
  let cursor: Cursor | null = null;
  let proven = -1;
  let unproven: Unproven = new Map();
  let look: Look | null = null;
  const accounts = createAccounts(database);
  // Whether every head was asked for lately, and since the last stretch that was too long to look at block by block.
  let swept = false;
  let sweptAt = 0;

  function sourceOf(node: Endpoint): Source {
    const source = sources.get(node) ?? createSource({ node, deployment, trustsHeaders: config.trustsHeaders, signal });
    sources.set(node, source);
    return source;
  }

  /** A stretch that was read, and what it follows: read ahead, or by a plan just made. */
  type Taken = { ancestor: number; ancestorHash: string | null; raw: RawStretch; planned: boolean };
  /** A stretch folded to a batch, with what it takes to prove and to store it. */
  type Ready = { stretch: Stretch; written: WrittenBatch; doubts: Doubt[]; strict: boolean };

  /** What to store next: what was made ready or read ahead, or what a new look at the chain leads to. */
  async function takeNext(source: Source): Promise<Ready | Exclude<Walked, { kind: "stored" }>> {
    if (cursor !== null && look !== null) {
      const made = coming;
      coming = null;
      if (made?.source === source && made.after === cursor.hash) return made.ready;
      const read = ahead.take(source, cursor.number + 1);
      if (read !== null) {
        const raw = await read.raw;
        sizeUp(source, raw);
        return makeReady(source, { ancestor: cursor.number, ancestorHash: cursor.hash, raw, planned: false });
      }
    }
    const seen = await source.look(until);
    look = seen;
    const plan = await planStep(
      { head: seen.head, cursor, span: pace.blocks(), start: deployment.deployedAtBlock },
      { database, source },
    );
    if (plan.kind !== "read") return plan;
    const { ancestor, ancestorHash, to } = plan;
    const raw = await source.fetchStretch({ from: ancestor + 1, to, look: seen });
    sizeUp(source, raw);
    return makeReady(source, { ancestor, ancestorHash, raw, planned: true });
  }

  /** Lets the pace know how much came in. One stretch at a time is on its way: what came since the last one is this one. */
  function sizeUp({ node }: Source, raw: RawStretch): void {
    const bytes = node.received() - (received.get(node) ?? 0);
    received.set(node, node.received());
    pace.saw({ blocks: raw.blocks.length, logs: raw.logs.length, bytes });
  }

  /** Validates what was read and folds it onto what is known or stored. */
  async function makeReady(source: Source, taken: Taken): Promise<Ready | { kind: "moved" }> {
    const { ancestor, ancestorHash, raw, planned } = taken;
    const stretch = source.validateStretch(raw);
    const first = stretch.headers[0];
    if (first === undefined) throw inconsistent("it gave no blocks");
    if (ancestorHash !== null && first.parentHash !== ancestorHash) {
      if (planned) throw inconsistent(`it gave block ${first.number} with another parent than a moment before`);
      return { kind: "moved" };
    }
    const strict = stretch.headers.length <= STRICT_BLOCKS;
    const doubts = await source.findDoubts(stretch, { strict });
    const batch = await makeBatch(stretch, { ancestor, deployment, database, source, known, broken });
    return { stretch, written: await writeDown(batch), doubts, strict };
  }

  /** While the database stores up to `last`, the stretch after it is made ready: neither waits for the other. */
  function makeNext(source: Source, last: Header, head: Header): void {
    const read = ahead.take(source, last.number + 1);
    if (read === null) return;
    const ready = read.raw.then((raw) => {
      sizeUp(source, raw);
      ahead.fill(source, { after: read.to, head: head.number, span: pace.blocks() });
      return makeReady(source, { ancestor: last.number, ancestorHash: last.hash, raw, planned: false });
    });
    // It may fail before anybody waits for it; whoever takes it meets the error.
    making = Promise.allSettled([making, ready]).then(() => undefined);
    coming = { source, after: last.hash, ready };
  }

  /** Whether there are so few accounts that all of them can be asked for with every stretch. */
  async function isFew(): Promise<boolean> {
    let count = 0;
    for (const contract of contractNames) count += (await accounts.all(contract)).length;
    return count <= FEW_ACCOUNTS;
  }

  /** Holds a batch against the contracts, and everybody once what was read in large stretches reaches the head. */
  async function prove(
    batch: Batch,
    at: { source: Source; doubts: readonly Doubt[]; atHead: boolean; strict: boolean },
  ): Promise<number> {
    const { source, doubts, atHead, strict } = at;
    const few = await isFew();
    // What no bloom and no later act gives away (a header that lies with its logs) is found by asking for all of them.
    if (now() - sweptAt > SWEEP_SECONDS) swept = false;
    const isDue = strict ? atHead && !swept : atHead || few;
    const everyone = !isDue ? "no" : swept ? "as-new" : "as-stored";
    const all = await proveBatch(batch, { deployment, database, source, broken, unproven, accounts, doubts, everyone });
    if (!all) {
      swept &&= strict;
      return proven;
    }
    swept = everyone === "no" ? swept && strict : true;
    if (everyone !== "no") sweptAt = now();
    unproven = new Map();
    return batch.headers.at(-1)?.number ?? proven;
  }

  /** Proves what was stored while no node had the state to prove it by, or before a crash. */
  async function proveStored(source: Source): Promise<void> {
    const head = look?.head;
    if (cursor === null || head === undefined || (proven >= cursor.number && swept && now() - sweptAt <= SWEEP_SECONDS))
      return;
    const nothing = { ancestor: cursor.number, headers: [head], acts: [], rawLogs: [], joined: [], ends: [] };
    proven = await prove(nothing, { source, doubts: [], atHead: true, strict: true });
    if (proven === cursor.number) await writeProven(database, proven);
  }

  /** Forgets whatever was read or made for the blocks after the cursor. */
  function startAnew(): void {
    ahead.drop();
    coming = null;
    known.forget();
  }

  async function step(node: Endpoint): Promise<Walked> {
    const source = sourceOf(node);
    const taken = await takeNext(source);
    if ("kind" in taken) {
      if (taken.kind === "same") await proveStored(source);
      if (taken.kind === "moved") startAnew();
      return taken;
    }
    const { stretch, written, doubts, strict } = taken;
    const { batch } = written;
    const { ancestor } = batch;
    const last = stretch.headers.at(-1);
    if (look === null || last === undefined) throw inconsistent("it gave no blocks");
    const seen = look;
    const { head } = seen;
    const isNext = cursor === null || ancestor === cursor.number;
    if (isNext) ahead.fill(source, { after: last.number, head: head.number, span: pace.blocks() });
    const nextProven = await prove(batch, { source, doubts, atHead: last.number >= head.number, strict });
    const finalized = await findFinal(
      { look: seen, headers: stretch.headers, ancestor, windowSeconds: config.finalitySeconds },
      database,
    );
    signal.throwIfAborted();
    const left = cursor !== null && cursor.number > ancestor ? cursor.number : null;
    const seenEqual = nextProven === last.number ? nextProven : Math.min(proven, ancestor);
    known.advance(batch);
    const writing = writeBatch(database, written, {
      deployment,
      cursor,
      finalized: Math.max(finalized, 0),
      proven: seenEqual,
      tellFrom: head.number - TELL_BLOCKS,
      now: now(),
    });
    if (isNext) makeNext(source, last, head);
    const stored = await writing;
    cursor = stored.cursor;
    for (const { contract, entries } of batch.joined)
      accounts.join(
        contract,
        entries.map((entry) => entry.account),
      );
    proven = seenEqual;
    if (left !== null) await pruneStream(database, KEEP_EVENTS);
    await statistics.grew(batch.acts.length, { behind: last.number < head.number });
    return {
      kind: "stored",
      batch,
      last,
      behind: last.number < head.number,
      reorg: left === null ? null : { from: left, orphaned: stored.orphaned },
      faults: stored.faults,
    };
  }

  return {
    async reload() {
      await quickenKeccak();
      startAnew();
      look = null;
      accounts.forget();
      cursor = await readCursor(database, deployment);
      // Nothing is stored, and nobody acts before the contracts are there.
      if (cursor === null) known.begin(deployment.deployedAtBlock - 1);
      proven = await readProven(database);
      unproven = cursor === null ? new Map() : await readUnproven(database, proven);
    },
    async step(node) {
      try {
        return await step(node);
      } catch (error) {
        startAnew();
        if (!isMismatch(error)) pace.failed();
        throw error;
      }
    },
    rest: () => making,
    sourceOf,
    cursor: () => cursor,
    proven: () => proven,
    head: () => look?.head ?? null,
  };
}
