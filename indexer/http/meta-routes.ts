// What anybody may know of this service: is it well, which chain and gateway it is, and (in a demonstration) who the demo
// people are.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { getAddress } from "viem";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import type { Service } from "../service.ts";
import { listEnrolled } from "../store/accounts.ts";
import { countActs } from "../store/acts.ts";
import { publicError } from "../sync/sync-error.ts";
import { reply, route } from "./route.ts";
import type { Route } from "./route.ts";
import { addressOut, digestOut, timeOut } from "./schemas.ts";

const MOST_LAG_BLOCKS = 16;
const MOST_SILENCE_SECONDS = 20;

/** What /ready looked at. */
const readyOut = z.object({
  ready: z.boolean(),
  chain: z.object({
    ok: z.boolean(),
    state: z.string(),
    head: z.number().nullable(),
    indexed: z.number().nullable(),
    lag: z.number().nullable(),
  }),
  database: z.object({ ok: z.boolean(), kind: z.string() }),
  ipfs: z.object({ ok: z.boolean(), kind: z.string() }),
  history: z.object({
    ok: z.boolean(),
    checked: z.boolean(),
    findings: z.number().int(),
    mismatches: z.number().int(),
  }),
});

async function look(service: Service): Promise<z.input<typeof readyOut>> {
  const status = service.sync.status();
  const head = status.head?.number ?? null;
  const indexed = status.cursor?.number ?? null;
  const lag = head === null || indexed === null ? null : Math.max(0, head - indexed);
  const heard = service.now() - status.seenAt < MOST_SILENCE_SECONDS;
  const chain = {
    ok: heard && status.state !== "stale" && lag !== null && lag <= MOST_LAG_BLOCKS,
    state: status.state,
    head,
    indexed,
    lag,
  };
  const answers = async (question: () => Promise<unknown>) =>
    question().then(
      () => true,
      () => false,
    );
  const database = { ok: await answers(() => service.database.query("select 1")), kind: service.database.kind };
  const ipfs = { ok: await answers(() => service.ipfs.info()), kind: service.ipfs.kind };
  // Altered history is told, not hidden by being down: the service serves on, marked.
  const history = {
    ok: status.checked && status.findings.length === 0 && status.mismatches.length === 0,
    checked: status.checked,
    findings: status.findings.length,
    mismatches: status.mismatches.length,
  };
  return { ready: chain.ok && database.ok && ipfs.ok && status.checked, chain, database, ipfs, history };
}

/** What is known best at the moment that somebody asks. */
async function measure({ metrics, sync, database, now }: Service): Promise<void> {
  const { head, cursor } = sync.status();
  if (head !== null) metrics.set("chain_head", head.number);
  if (cursor !== null) {
    metrics.set("indexed_block", cursor.number);
    metrics.set("index_lag_blocks", Math.max(0, (head?.number ?? cursor.number) - cursor.number));
    metrics.set("index_lag_seconds", Math.max(0, now() - cursor.time));
  }
  const { acts, rawLogs, orphans } = await countActs(database);
  for (const [table, count] of Object.entries({ acts, raw_logs: rawLogs, orphans }))
    metrics.set("rows", count, { table });
}

const person = z.looseObject({ address: z.string() });
const demoFile = z.looseObject({ people: z.array(person) });

/** Routes that say what this service is and how it is. */
export const metaRoutes: Route[] = [
  route({
    method: "get",
    path: "/health",
    summary: "Whether the process answers.",
    tag: "service",
    access: "public",
    limit: "none",
    response: z.object({ status: z.literal("ok") }),
    handle: async () => ({ status: "ok" as const }),
  }),
  route({
    method: "get",
    path: "/ready",
    summary:
      "Whether it can do its work: chain followed, database and IPFS answering, stored history checked. 503 when not.",
    tag: "service",
    access: "public",
    limit: "none",
    response: readyOut,
    answers: { 503: readyOut },
    async handle({ service }) {
      const result = await look(service);
      return result.ready ? result : reply(503, result, { "Retry-After": "5" });
    },
  }),
  route({
    method: "get",
    path: "/status",
    summary: "How the index stands to the chain, and every place where what is stored is not what the ledger says.",
    tag: "service",
    access: "public",
    limit: "search",
    response: z.object({
      state: z.string(),
      head: z.object({ number: z.number(), hash: digestOut, time: timeOut }).nullable(),
      cursor: z.object({ number: z.number(), hash: digestOut, time: timeOut, finalized: z.number() }).nullable(),
      proven: z.number().int().meta({
        description: "Newest block at which the stored heads were seen equal to the contracts' own; -1: none.",
      }),
      nodes: z.array(z.object({ name: z.string(), state: z.string() })),
      reorgs: z.number().int(),
      checked: z.boolean(),
      findings: z.array(
        z.object({
          kind: z.string(),
          table: z.string(),
          contract: z.string(),
          account: addressOut.nullable(),
          block: z.number().nullable(),
          tx: digestOut.nullable(),
          logIndex: z.number().nullable(),
          fields: z.array(z.string()),
          message: z.string(),
        }),
      ),
      mismatches: z.array(
        z.object({ contract: z.string(), account: addressOut.nullable(), block: z.number(), message: z.string() }),
      ),
      lastError: z
        .object({ code: z.string(), message: z.string(), at: timeOut })
        .nullable()
        .meta({ description: "Why the index does not go on, and when it last tried; null while it does." }),
      acts: z.number().int(),
      rawLogs: z.number().int(),
      orphans: z.number().int(),
    }),
    async handle({ service }) {
      const { state, head, cursor, proven, nodes, reorgs, checked, findings, mismatches, lastError } =
        service.sync.status();
      return {
        state,
        head,
        cursor,
        proven,
        nodes,
        reorgs,
        checked,
        findings,
        mismatches,
        lastError: lastError === null ? null : publicError(lastError),
        ...(await countActs(service.database)),
      };
    },
  }),
  route({
    method: "get",
    path: "/metrics",
    summary: "Numbers for an operator, in Prometheus' text format.",
    tag: "service",
    access: "public",
    limit: "search",
    response: "text/plain",
    async handle({ service }) {
      await measure(service);
      return reply(200, service.metrics.render(), { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
    },
  }),
  route({
    method: "get",
    path: "/deployment.json",
    summary: "The contracts that this service belongs to, as they were deployed.",
    tag: "service",
    access: "public",
    limit: "search",
    response: z.object({
      chainId: z.number().int(),
      genesisHash: digestOut,
      ledger: addressOut,
      providerRegistry: addressOut,
      deployedAtBlock: z.number().int(),
      deployedAt: timeOut,
      gateways: z.array(addressOut),
      buildHashes: z.object({ ledger: digestOut, ledgerExtension: digestOut, providerRegistry: digestOut }),
    }),
    handle: async ({ service }) => service.chain.deployment,
  }),
  route({
    method: "get",
    path: "/api/gateway",
    summary: "This gateway: its account, the key to wrap seals and openings for, and its chain.",
    tag: "service",
    access: "public",
    fromAnyPage: true,
    limit: "search",
    response: z.object({
      address: addressOut,
      encryptionKey: digestOut,
      chainId: z.number().int(),
      ledger: addressOut,
      providerRegistry: addressOut,
      genesisHash: digestOut,
      demo: z.boolean(),
    }),
    async handle({ service }) {
      const { chainId, ledger, providerRegistry, genesisHash } = service.chain.deployment;
      const { address, encryptionKey } = service.gateway;
      return { address, encryptionKey, chainId, ledger, providerRegistry, genesisHash, demo: service.config.demo };
    },
  }),
  route({
    method: "get",
    path: "/api/demo/people",
    summary: "The people of the demonstration and how to unlock them; exists in a demonstration only.",
    tag: "service",
    access: "public",
    limit: "search",
    response: demoFile,
    problems: ["not-found"],
    async handle({ service }) {
      if (!service.config.demo) throw new Failure("not-found", "This is no demonstration.");
      const file = service.config.demoPeopleFile ?? join(service.config.dataDir, "demo-people.json");
      const text = await readFile(file, "utf8").catch(() => {
        throw new Failure("not-found", "The demo people are not there yet. Wait until the demonstration is filled in.");
      });
      const { people, ...rest } = demoFile.parse(JSON.parse(text));
      const enrolled = await listEnrolled(
        service.database,
        people.map((each) => getAddress(each.address)),
      );
      return {
        ...rest,
        // What a wallet has in its own settings: the demo wallet reads the ledger there, and not through this service.
        rpcUrl: service.config.rpcUrl,
        people: people.map((each) => ({ ...each, enrolled: enrolled.has(getAddress(each.address)) })),
      };
    },
  }),
];
