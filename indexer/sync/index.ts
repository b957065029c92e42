// The loop that keeps the index at the chain's head: look, read, check, store, again. It is never wrong quietly: what
// does not add up is not stored but told, and what was stored and no longer adds up is named, served marked, not mended.

import { setTimeout as sleep } from "node:timers/promises";
import { Failure, isFailure } from "#protocol/failure.ts";
import type { Foundation } from "../service.ts";
import { appendStream } from "../store/stream.ts";
import { pruneStream } from "../store/stream.ts";
import { readCursor } from "../store/sync-state.ts";
import type { Cursor } from "../store/sync-state.ts";
import { brokenKey, isMismatch, makeBatch } from "./batch.ts";
import type { Mismatch } from "./batch.ts";
import { checkHistory } from "./check.ts";
import type { Finding } from "./check.ts";
import { createSource } from "./source.ts";
import type { Header } from "./source.ts";
import { planStep } from "./step.ts";
import { writeBatch } from "./write.ts";

/** How the index stands to the chain. */
export type SyncState =
  | "starting"
  | "catching-up"
  | "following"
  /** The node does not answer, or contradicts itself. */
  | "waiting"
  /** The chain was reorganised below its finalized block: nothing is stored any more until someone decides. */
  | "stale"
  /** New logs do not fold to the contracts' heads: they are not stored, the node is asked again. */
  | "mismatch";

/** What /status tells. */
export type SyncStatus = {
  state: SyncState;
  cursor: Cursor | null;
  head: { number: number; hash: string; time: number } | null;
  /** Unix seconds of the last time that the node gave its head. */
  seenAt: number;
  reorgs: number;
  /** Stored rows that are not what the ledger says, found at start. */
  findings: Finding[];
  /** What is refused at present. */
  mismatches: Mismatch[];
  /** Whether the check of all stored rows is done. */
  checked: boolean;
  lastError: string | null;
};

/** The running index. */
export type Sync = {
  status(): SyncStatus;
  /** Calls `hear` for each new block that is indexed, with number and time; the result stops it. */
  onBlock(hear: (block: { number: number; hash: string; time: number }) => void): () => void;
  /** Resolves once every block up to `number` is stored; throws `unavailable` after `timeoutMs`. */
  waitFor(number: number, timeoutMs: number): Promise<void>;
  /** Checks stored rows against the ledger, then follows the chain until stopped. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

const LEAST_SPAN = 16;
const MOST_SPAN = 2_000;
const MANY_LOGS = 4_000;
const TELL_BLOCKS = 5_000;
const KEEP_EVENTS = 50_000;

/** Makes the index's loop; nothing runs before `start`. */
export function createSync({ config, database, chain, log, metrics, now }: Foundation): Sync {
  const source = createSource(chain);
  const { deployment } = chain;
  const stopping = new AbortController();
  const hearers = new Set<(block: { number: number; hash: string; time: number }) => void>();
  const broken = new Set<string>();
  const status: SyncStatus = {
    state: "starting",
    cursor: null,
    head: null,
    seenAt: 0,
    reorgs: 0,
    findings: [],
    mismatches: [],
    checked: false,
    lastError: null,
  };
  let span = 200;
  let running: Promise<void> = Promise.resolve();

  async function start(): Promise<void> {
    status.cursor = await readCursor(database, deployment);
    status.findings = await checkHistory({ database, chain, source, cursor: status.cursor });
    // Only the acts' own tables decide what new acts are folded onto.
    for (const { table, contract, account } of status.findings)
      if (table === "acts") broken.add(brokenKey(contract, account));
    for (const { table, contract } of status.findings) if (table === "acts") broken.add(brokenKey(contract, null));
    status.checked = true;
    if (status.findings.length > 0) {
      log.error("history-altered", { findings: status.findings.length });
      await database.transaction((tx) =>
        appendStream(
          tx,
          [{ type: "status", audience: ["*"], payload: { state: "mismatch", findings: status.findings.length } }],
          now(),
        ),
      );
    }
    running = run();
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        const more = await step();
        failures = 0;
        if (more) continue;
        await pause(config.pollMs);
      } catch (error) {
        if (stopping.signal.aborted) return;
        failures += 1;
        await tellFailure(error, failures);
        await pause(Math.min(config.pollMs * 2 ** Math.min(failures, 6), 15_000));
      }
    }
  }

  /** One look at the chain; true when there is more to read at once. */
  async function step(): Promise<boolean> {
    const head = await source.readHead();
    status.head = { number: head.number, hash: head.hash, time: head.time };
    status.seenAt = now();
    metrics.set("chain_head", head.number);
    const plan = await planStep(
      { head, cursor: status.cursor, span, start: deployment.deployedAtBlock },
      { database, source },
    );
    if (plan.kind === "too-deep") {
      await become(
        "stale",
        `The chain was reorganised below block ${plan.finalized}, which was final. Nothing is taken back on a guess.`,
      );
      return false;
    }
    if (plan.kind === "same") {
      await become("following");
      return false;
    }
    if (plan.kind === "behind") return false;
    await readAndStore(plan, head);
    const behind = status.cursor !== null && status.cursor.number < head.number;
    await become(behind ? "catching-up" : "following");
    return behind;
  }

  async function readAndStore({ ancestor, to }: { ancestor: number; to: number }, head: Header): Promise<void> {
    const started = performance.now();
    const stretch = await source.readStretch({ from: ancestor + 1, to }).catch((error: unknown) => {
      span = Math.max(LEAST_SPAN, Math.floor(span / 2));
      throw error;
    });
    const batch = await makeBatch(stretch, { ancestor, chain, database, source, broken });
    const finalized = (await source.readFinalized(head)) ?? head.number - config.finalityBlocks;
    // Looked at once more, now that everything was read: had the chain moved on to another branch meanwhile, the
    // contracts' heads would have been another branch's.
    const last = batch.headers.at(-1);
    const [again] = last === undefined ? [] : await source.readHeaders([last.number]);
    if (last === undefined || again?.hash !== last.hash) return;
    const written = await writeBatch(database, batch, {
      deployment,
      cursor: status.cursor,
      finalized: Math.max(finalized, 0),
      tellFrom: head.number - TELL_BLOCKS,
      now: now(),
    });
    if (status.cursor !== null && status.cursor.number > ancestor) {
      status.reorgs += 1;
      metrics.count("reorgs");
      log.warn("reorg", {
        ancestor,
        from: status.cursor.number,
        to: written.cursor.number,
        orphaned: written.orphaned,
      });
      await pruneStream(database, KEEP_EVENTS);
    }
    status.cursor = written.cursor;
    metrics.set("indexed_block", written.cursor.number);
    metrics.count("acts", batch.acts.length);
    for (const hear of hearers) hear({ number: last.number, hash: last.hash, time: last.time });
    const quick = performance.now() - started < 1_000 && stretch.logs.length < MANY_LOGS;
    span = quick ? Math.min(MOST_SPAN, span * 2) : Math.max(LEAST_SPAN, Math.floor(span / 2));
  }

  async function tellFailure(error: unknown, failures: number): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    status.lastError = message;
    metrics.count("sync_failures");
    if (isMismatch(error)) {
      status.mismatches = error.mismatches;
      await become("mismatch", message);
      return;
    }
    // A single hiccup of the node is no state; the third in a row is.
    if (failures >= 3) await become("waiting");
    log.warn("sync-failed", {
      failures,
      code: isFailure(error) ? error.code : "internal",
      message: message.slice(0, 400),
    });
  }

  async function become(state: SyncState, message: string | null = null): Promise<void> {
    if (state === "following" || state === "catching-up") {
      status.mismatches = [];
      status.lastError = null;
    }
    if (state === status.state) return;
    const serious = state === "stale" || state === "mismatch";
    if (message !== null) status.lastError = message;
    const tell = serious || status.state === "stale" || status.state === "mismatch";
    status.state = state;
    log[serious ? "error" : "info"]("sync-state", { state });
    if (tell) {
      const payload = { state, message, mismatches: status.mismatches };
      await database.transaction((tx) => appendStream(tx, [{ type: "status", audience: ["*"], payload }], now()));
    }
  }

  async function pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  return {
    status: () => ({ ...status }),
    onBlock(hear) {
      hearers.add(hear);
      return () => void hearers.delete(hear);
    },
    async waitFor(number, timeoutMs) {
      const until = Date.now() + timeoutMs;
      while ((status.cursor?.number ?? -1) < number) {
        if (Date.now() > until)
          throw new Failure(
            "unavailable",
            `Block ${number} is not indexed yet. Nothing was lost. Try again in a moment.`,
          );
        await sleep(25);
      }
    },
    start,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
