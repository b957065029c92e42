// One step along the chain: look, fetch, validate, fold, prove, write. Each stage has its own file, and only this one
// knows their order. A step either stores a whole stretch that adds up, or nothing; and it may be taken again at any time.

import { quickenKeccak } from "#protocol/quick-keccak.ts";
import type { Foundation } from "../service.ts";
import { createResting } from "../store/resting.ts";
import { createStatistics } from "../store/statistics.ts";
import { pruneStream } from "../store/stream.ts";
import { readCursor } from "../store/sync-state.ts";
import type { Cursor } from "../store/sync-state.ts";
import type { Endpoint } from "../rpc/index.ts";
import { createAhead } from "./ahead.ts";
import { isMismatch, makeBatch } from "./batch.ts";
import type { Batch } from "./batch.ts";
import type { Doubt } from "./doubts.ts";
import { findFinal } from "./finality.ts";
import { createKnown } from "./known.ts";
import { createPace } from "./pace.ts";
import { createProof } from "./proof.ts";
import { askAhead } from "./prove.ts";
import type { Words } from "./prove.ts";
import { createSeen } from "./seen.ts";
import type { Seen } from "./seen.ts";
import { createSource } from "./source.ts";
import type { Header, Look, RawStretch, Source, Stretch } from "./source.ts";
import { planStep } from "./step.ts";
import { inconsistent } from "./validate.ts";
import { createBegun } from "./begun.ts";
import { writeBatch, writeDown } from "./write.ts";
import type { WriteOptions, WrittenBatch } from "./write.ts";

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
  /** Resolves when nothing that a step left is under way any more. */
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
/** An empty index that is further behind than this is filled without the indexes that only readers need. */
const FAR_BLOCKS = 64;

/** From how many blocks on a walk goes about things in another way; what is left out is as usual. */
export type Strides = { first?: number; tell?: number; far?: number };

/** Makes a walk; nothing is asked or read before `reload`. */
export function createFollow(
  { config, database, chain, now }: SyncParts,
  options: { broken: ReadonlySet<string>; signal: AbortSignal; until?: number | undefined; strides?: Strides },
): Follow {
  const { broken, signal, until, strides = {} } = options;
  const { first, tell = TELL_BLOCKS, far = FAR_BLOCKS } = strides;
  const { deployment } = chain;
  const sources = new Map<Endpoint, Source>();
  const ahead = createAhead();
  const pace = createPace(first);
  const received = new Map<Endpoint, number>();
  const known = createKnown();
  const statistics = createStatistics(database);
  const resting = createResting(database);
  const proof = createProof({ database, deployment, broken, now });
  const begun = createBegun(database);
  /** What is being made ready for after the block with the hash `after`. */
  let coming: { source: Source; after: string; ready: Promise<Ready | { kind: "moved" }> } | null = null;
  let making: Promise<void> = Promise.resolve();
  /** The database's look at its tables after the last batch; the next step tells where it failed. */
  let looking: Promise<void> = Promise.resolve();
  let cursor: Cursor | null = null;
  let look: Look | null = null;
  // What is stored already, while this process fills an empty index.
  let filling: Seen | null = null;

  function sourceOf(node: Endpoint): Source {
    const source = sources.get(node) ?? createSource({ node, deployment, trustsHeaders: config.trustsHeaders, signal });
    sources.set(node, source);
    return source;
  }

  /** A stretch that was read, and what it follows: read ahead, or by a plan just made. */
  type Taken = { ancestor: number; ancestorHash: string | null; raw: RawStretch; planned: boolean };
  /** A stretch folded to a batch, with what it takes to prove and to store it. */
  type Ready = { stretch: Stretch; written: WrittenBatch; doubts: Doubt[]; strict: boolean; words: Words };

  /** What to store next: what was made ready or read ahead, or what a new look at the chain leads to. */
  async function takeNext(source: Source): Promise<Ready | Exclude<Walked, { kind: "stored" }>> {
    if (cursor !== null && look !== null) {
      const made = coming;
      coming = null;
      if (made?.source === source && made.after === cursor.hash) return made.ready;
      await begun.abandon();
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
    const words = askAhead(batch, { deployment, source });
    return { stretch, written: await writeDown(batch), doubts, strict, words };
  }

  /** While the database stores up to `last`, the stretch after it is made ready: neither waits for the other. */
  function makeNext(source: Source, last: Header, head: Header): void {
    const read = ahead.take(source, last.number + 1);
    if (read === null) return;
    const mayBegin = begun.permit();
    const ready = read.raw.then(async (raw) => {
      sizeUp(source, raw);
      ahead.fill(source, { after: read.to, head: head.number, span: pace.blocks() });
      const made = await makeReady(source, { ancestor: last.number, ancestorHash: last.hash, raw, planned: false });
      if ("written" in made && resting.isAny() && read.to < head.number - tell) mayBegin(made.written);
      return made;
    });
    // It may fail before anybody waits for it; whoever takes it meets the error.
    making = Promise.allSettled([making, ready]).then(() => undefined);
    coming = { source, after: last.hash, ready };
  }

  /** Forgets whatever was read or made for the blocks after the cursor. */
  function startAnew(): void {
    ahead.drop();
    coming = null;
    known.forget();
    void begun.abandon();
  }

  async function step(node: Endpoint): Promise<Walked> {
    const looked = looking;
    looking = Promise.resolve();
    await looked;
    const source = sourceOf(node);
    const taken = await takeNext(source);
    if ("kind" in taken) {
      if (taken.kind !== "moved") await resting.end();
      if (taken.kind === "same") await proof.ofStored({ cursor, head: look?.head ?? null, source });
      if (taken.kind === "moved") startAnew();
      return taken;
    }
    const { stretch, written, doubts, strict, words } = taken;
    const { batch } = written;
    const { ancestor } = batch;
    const last = stretch.headers.at(-1);
    if (look === null || last === undefined) throw inconsistent("it gave no blocks");
    const seen = look;
    const { head } = seen;
    const isNext = cursor === null || ancestor === cursor.number;
    if (isNext) ahead.fill(source, { after: last.number, head: head.number, span: pace.blocks() });
    const atHead = last.number >= head.number;
    const proving = proof
      .ofBatch(batch, { source, doubts, words, atHead, strict, known: filling === null ? null : known })
      .then((proven) => (proven === last.number ? proven : Math.min(proof.block(), ancestor)));
    // What was begun is projected meanwhile, and commits no sooner than it is proven; any other transaction would keep the
    // proof's own questions waiting.
    if (begun.holds(written)) proving.catch(() => undefined);
    else await proving;
    const finalized = await findFinal(
      { look: seen, headers: stretch.headers, ancestor, windowSeconds: config.finalitySeconds },
      database,
    );
    signal.throwIfAborted();
    const left = cursor !== null && cursor.number > ancestor ? cursor.number : null;
    if (cursor === null && head.number - ancestor > far) await resting.begin();
    known.advance(batch);
    const options: WriteOptions = {
      deployment,
      cursor,
      finalized: Math.max(finalized, 0),
      proven: proving,
      tellFrom: head.number - tell,
      seen: filling,
      isFilling: resting.isAny(),
      now: now(),
    };
    const writing = begun.finish(written, options) ?? writeBatch(database, written, options);
    if (isNext) makeNext(source, last, head);
    const stored = await writing;
    if (atHead) {
      filling = null;
      // Nobody is told that the index is filled before everything is found in it as quickly as it should be.
      await resting.end();
    }
    if (left !== null) await pruneStream(database, KEEP_EVENTS);
    // Whoever sees the cursor finds all that is told of the step, too: nothing is waited for from here on.
    cursor = stored.cursor;
    proof.stored(batch, await proving);
    looking = statistics.grew(batch.acts.length, { behind: !atHead, byKeyAlone: filling !== null && known.isAll() });
    looking.catch(() => undefined);
    return {
      kind: "stored",
      batch,
      last,
      behind: !atHead,
      reorg: left === null ? null : { from: left, orphaned: stored.orphaned },
      faults: stored.faults,
    };
  }

  return {
    async reload() {
      await quickenKeccak();
      startAnew();
      look = null;
      cursor = await readCursor(database, deployment);
      // Nothing is stored, and nobody acts before the contracts are there.
      if (cursor === null) known.begin(deployment.deployedAtBlock - 1);
      filling = cursor === null ? createSeen() : null;
      await proof.reload({ isEmpty: cursor === null });
      await resting.look();
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
    async rest() {
      await Promise.allSettled([making, looking, begun.abandon()]);
    },
    sourceOf,
    cursor: () => cursor,
    proven: proof.block,
    head: () => look?.head ?? null,
  };
}
