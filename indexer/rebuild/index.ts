// Rebuilding: the projections are made anew beside those that are served, held against them row by row, and take their
// place in one transaction. Vaults, seals, receipts, orphaned acts and what is on its way to the ledger stay untouched.
// On PostgreSQL the service goes on meanwhile; a writer waits for the last moment of it only, and then reads its place anew.

import { join } from "node:path";
import { connectChain } from "../chain.ts";
import type { Config } from "../config.ts";
import { createGateway } from "../gateway/index.ts";
import { openIpfs } from "../ipfs/index.ts";
import { takeLock } from "../lock.ts";
import type { Log } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import { openDatabase } from "../store/database.ts";
import type { Database, Queryable } from "../store/database.ts";
import { appendStream } from "../store/stream.ts";
import { readCursor } from "../store/sync-state.ts";
import { takeTerm } from "../store/writer.ts";
import { createWriter } from "../writer/index.ts";
import { build } from "./build.ts";
import { compareBuilds } from "./compare.ts";
import type { Comparison, Difference } from "./compare.ts";
import { listColumns, rebuiltTables } from "./tables.ts";

export type { Comparison, Difference } from "./compare.ts";

/** What a rebuilding found: the block both builds stand at, each table, and the rows that only one of them has. */
export type Rebuilt = { block: number; tables: Comparison[]; differences: Difference[] };

const FRESH = "placet_rebuild";

/**
 * Rebuilds the projections of a service's database; with `replace` the new ones take the old ones' place.
 * @throws {Failure} "conflict" while a service uses the same folder, "unavailable" when chain or database do not answer
 */
export async function reindex(
  config: Config,
  { log, replace, tell }: { log: Log; replace: boolean; tell: (line: string) => void },
): Promise<Rebuilt> {
  const undo: (() => Promise<void>)[] = [];
  try {
    // What several processes may use at once needs no lock: PostgreSQL, and blocks that are not in this folder.
    if (config.databaseUrl === null || config.ipfsApiUrl === null) undo.push(await takeLock(config.dataDir));
    const chain = await connectChain(config);
    const ipfs = await openIpfs(config);
    undo.push(() => ipfs.stop());
    const place = { folder: join(config.dataDir, "database"), url: config.databaseUrl };

    /** Brings the new tables up to a block; begun anew they start where they were. */
    const buildUpTo = async (until: number): Promise<void> => {
      const database = await openDatabase({ ...place, schema: FRESH });
      try {
        const writer = createWriter(database, { config: { databaseUrl: null }, log });
        const now = () => Math.floor(Date.now() / 1000);
        const foundation = { config, log, metrics: createMetrics(), now, database, chain, ipfs, writer };
        await build({ ...foundation, gateway: await createGateway(foundation) }, { until, tell });
      } finally {
        await database.close();
      }
    };

    const until = await withDatabase(place, async (database) => {
      await database.execute(`drop schema if exists ${FRESH} cascade`);
      const cursor = await readCursor(database, chain.deployment);
      return cursor?.number ?? Number(await chain.client.getBlockNumber());
    });
    await buildUpTo(until);
    return await withDatabase(place, async (database) => {
      const result = await database.transaction(async (tx) => {
        // Held to the end: no writer commits meanwhile, and the one that there was finds itself replaced.
        await takeTerm(tx);
        const [old] = await tx.query<{ name: string }>("select current_schema() as name");
        const block = (await readCursor(tx, chain.deployment))?.number ?? until;
        if (database.kind === "postgres") {
          await tx.execute("set local idle_in_transaction_session_timeout = 0");
          if (block > until) await buildUpTo(block);
        }
        const compared = await compareBuilds(tx, { old: old?.name ?? "public", fresh: FRESH });
        if (replace) await takePlaces(tx);
        return { block, ...compared };
      });
      await database.execute(`drop schema if exists ${FRESH} cascade`);
      return result;
    });
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

async function withDatabase<T>(
  place: { folder: string; url: string | null },
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(place);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** The new tables' rows take the place of the old ones', and live clients are told to read again. */
async function takePlaces(tx: Queryable): Promise<void> {
  for (const table of rebuiltTables) {
    const columns = (await listColumns(tx, table)).map(({ name }) => `"${name}"`).join(", ");
    await tx.query(`delete from ${table}`);
    await tx.query(`insert into ${table} (${columns}) select ${columns} from ${FRESH}.${table}`);
  }
  await appendStream(tx, [{ type: "gap", audience: ["*"], payload: {} }]);
}
