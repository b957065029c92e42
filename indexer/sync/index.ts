// The loop that keeps the index at the chain's head. It is never wrong quietly: what does not add up is not stored but
// told, and what was stored and no longer adds up is named, served marked, not mended.

import { setTimeout as sleep } from "node:timers/promises";
import { Failure, isFailure } from "#protocol/failure.ts";
import { backOff, isTrouble } from "../rpc/index.ts";
import type { Endpoint, NodeState } from "../rpc/index.ts";
import { appendStream } from "../store/stream.ts";
import type { Cursor } from "../store/sync-state.ts";
import { brokenKey, isMismatch } from "./batch.ts";
import type { Mismatch } from "./batch.ts";
import { checkHistory } from "./check.ts";
import type { Finding } from "./check.ts";
import { emptyFinding } from "./finding.ts";
import { createFollow } from "./follow.ts";
import type { SyncParts, Walked, Strides } from "./follow.ts";
import { syncErrorOf } from "./sync-error.ts";
import type { SyncError } from "./sync-error.ts";

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
  /** The newest block at which every stored head was seen equal to the contracts' own; -1 before there is one. */
  proven: number;
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
  /** The nodes behind the configured URLs, by origin. */
  nodes: NodeState[];
  /** Why it does not go on; null while it does. */
  lastError: SyncError | null;
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

const MOST_CHECK_TRIES = 4;
const LONGEST_WAIT_MS = 15_000;
/** A hiccup of a node is no state; so many in a row are. */
const PATIENCE = 3;

/** Makes the index's loop; nothing runs before `start`. With `until`, that block is taken for the chain's newest. */
export function createSync(foundation: SyncParts, options: { until?: number; strides?: Strides } = {}): Sync {
  const { config, database, chain, log, metrics, now } = foundation;
  const stopping = new AbortController();
  const hearers = new Set<(block: { number: number; hash: string; time: number }) => void>();
  const broken = new Set<string>();
  const follow = createFollow(foundation, { broken, signal: stopping.signal, ...options });
  let running: Promise<void> = Promise.resolve();
  let state: SyncState = "starting";
  let seenAt = 0;
  let reorgs = 0;
  let findings: Finding[] = [];
  let mismatches: Mismatch[] = [];
  let checked = false;
  let lastError: SyncError | null = null;

  async function start(): Promise<void> {
    await follow.reload();
    findings = await check();
    // Only the acts' own tables decide what new acts are folded onto.
    for (const { table, contract, account } of findings)
      if (table === "acts") broken.add(brokenKey(contract, account)).add(brokenKey(contract, null));
    checked = true;
    if (findings.length > 0) {
      log.error("history-altered", { findings: findings.length });
      await tell({ state: "mismatch", findings: findings.length });
    }
    running = run();
  }

  /** The check of what is stored, by another node when one fails. */
  async function check(): Promise<Finding[]> {
    for (let tries = 1; ; tries += 1) {
      const node = await chain.nodes.choose(stopping.signal);
      try {
        return await checkHistory({
          database,
          deployment: chain.deployment,
          source: follow.sourceOf(node),
          cursor: follow.cursor(),
          isLast: tries >= MOST_CHECK_TRIES,
        });
      } catch (error) {
        if (!isTrouble(error) || tries >= MOST_CHECK_TRIES) throw error;
        chain.nodes.blame(node, error);
        log.warn("check-failed", { node: node.name, message: error.message.slice(0, 400) });
      }
    }
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      let node: Endpoint | null = null;
      try {
        node = await chain.nodes.choose(stopping.signal);
        const walked = await follow.step(node);
        chain.nodes.praise(node);
        failures = 0;
        seenAt = now();
        const more = await hearOf(walked);
        if (!more) await pause(config.pollMs);
      } catch (error) {
        if (stopping.signal.aborted) return;
        failures += 1;
        if (node !== null && (isTrouble(error) || isMismatch(error))) chain.nodes.blame(node, error);
        await recover(error, failures);
      }
    }
  }

  /** Tells what came of a step; true when there is more to do at once. */
  async function hearOf(walked: Walked): Promise<boolean> {
    const head = follow.head();
    if (head !== null) metrics.set("chain_head", head.number);
    if (walked.kind === "moved") return true;
    if (walked.kind === "too-deep") {
      const message = `The chain was reorganised below block ${walked.finalized}, which was final. Nothing is taken back on a guess.`;
      await become("stale", { code: "conflict", message, at: now() });
      return false;
    }
    if (walked.kind === "same") await become("following");
    if (walked.kind !== "stored") return false;
    const { batch, last, reorg, behind, faults } = walked;
    if (reorg !== null) {
      reorgs += 1;
      metrics.count("reorgs");
      log.warn("reorg", { ancestor: batch.ancestor, from: reorg.from, to: last.number, orphaned: reorg.orphaned });
    }
    metrics.set("indexed_block", last.number);
    metrics.set("proven_block", follow.proven());
    metrics.set("final_block", follow.cursor()?.finalized ?? 0);
    metrics.count("acts", batch.acts.length);
    const unknown = batch.acts.filter(({ act }) => !act.known).length;
    if (unknown + batch.rawLogs.length > 0) {
      metrics.count("unknown_acts", unknown);
      metrics.count("raw_logs", batch.rawLogs.length);
      log.warn("logs-not-understood", { unknown, raw: batch.rawLogs.length, block: last.number });
    }
    if (faults > 0) {
      metrics.count("projection_faults", faults);
      log.warn("acts-not-projected", { faults, block: last.number });
    }
    for (const hear of hearers) hear({ number: last.number, hash: last.hash, time: last.time });
    await become(behind ? "catching-up" : "following");
    return behind;
  }

  /** After a failure: says so, reads again where the database stands (a commit may have been done unheard), waits. */
  async function recover(error: unknown, failures: number): Promise<void> {
    try {
      await tellFailure(error, failures);
      await follow.reload();
    } catch (next) {
      log.error("recovery-failed", { message: next instanceof Error ? next.message.slice(0, 400) : "unknown" });
    }
    // A node that failed rests by itself; with another one at hand there is nothing to wait for.
    const others = chain.nodes.states().some((node) => node.state === "well" || node.state === "unknown");
    if (!isTrouble(error) || !others)
      await pause(backOff({ failures, leastMs: config.pollMs, mostMs: LONGEST_WAIT_MS }));
  }

  async function tellFailure(error: unknown, failures: number): Promise<void> {
    lastError = syncErrorOf(error, now());
    const { code, message } = lastError;
    metrics.count("sync_failures");
    log.warn("sync-failed", {
      failures,
      code,
      reason: isFailure(error) ? error.reason : undefined,
      message: message.slice(0, 400),
    });
    if (isMismatch(error) && error.stored && failures > PATIENCE) {
      // What differs was stored while no node could say that it does. It is named, and served marked; the rest goes on.
      for (const { contract, account, block, message: what } of error.mismatches) {
        broken.add(brokenKey(contract, account)).add(brokenKey(contract, null));
        findings = [...findings, { ...emptyFinding(contract), kind: "head-differs", account, block, message: what }];
      }
      log.error("history-altered", { findings: findings.length });
    } else if (isMismatch(error)) {
      mismatches = error.mismatches;
      await become("mismatch", lastError);
      return;
    }
    if (failures >= PATIENCE) await become("waiting");
  }

  async function become(next: SyncState, error: SyncError | null = null): Promise<void> {
    if (next === "following" || next === "catching-up") {
      mismatches = [];
      lastError = null;
    }
    if (next === state) return;
    const serious = next === "stale" || next === "mismatch";
    if (error !== null) lastError = error;
    const wasSerious = state === "stale" || state === "mismatch";
    state = next;
    log[serious ? "error" : "info"]("sync-state", { state });
    if (serious || wasSerious) await tell({ state, message: error?.message ?? null, mismatches });
  }

  async function tell(payload: object): Promise<void> {
    await database.transaction((tx) => appendStream(tx, [{ type: "status", audience: ["*"], payload }], now()));
  }

  async function pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  return {
    status: () => {
      const head = follow.head();
      return {
        state,
        cursor: follow.cursor(),
        proven: follow.proven(),
        head: head === null ? null : { number: head.number, hash: head.hash, time: head.time },
        seenAt,
        reorgs,
        findings,
        mismatches,
        checked,
        nodes: chain.nodes.states(),
        lastError,
      };
    },
    onBlock(hear) {
      hearers.add(hear);
      return () => void hearers.delete(hear);
    },
    async waitFor(number, timeoutMs) {
      const until = Date.now() + timeoutMs;
      while ((follow.cursor()?.number ?? -1) < number) {
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
      await follow.rest();
    },
  };
}
