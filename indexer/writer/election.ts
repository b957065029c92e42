// Who writes, among the processes of one PostgreSQL: whoever holds an advisory lock on a connection kept for it alone.
// The connection gone is the lock gone: a killed process is replaced in half a second, and a frozen one in ten seconds,
// because the server ends a session that is silent for so long. What the frozen one still does, the fence refuses.

import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Log } from "../log.ts";
import type { Queryable } from "../store/database.ts";
import { endHoldersOfTerm, takeTerm, WRITER_LOCK } from "../store/writer.ts";

/** What happens at the beginning and at the end of this process' time as the writer. */
export type Duties = { begin(): Promise<void>; end(): Promise<void> };

/** The election, as this process takes part in it. */
export type Election = {
  /** The number of this process' term; null while another one writes. */
  term(): number | null;
  /** Gives up a term that turned out to be over. */
  yield(): void;
  /** Stands once, and, where another process writes, again and again from then on. Throws what `begin` throws at first. */
  start(duties: Duties): Promise<void>;
  /** Ends the term, if there is one, and stands no more. */
  stop(): Promise<void>;
};

const STAND_EVERY_MS = 500;
const BEAT_EVERY_MS = 2_000;
const BEAT_WITHIN_MS = 5_000;
const SILENT_FOR = "10s";
const WAIT_FOR_HOLDERS = "5s";

/** A term: its connection, and what ends it. */
type Seat = { client: pg.Client; term: number; lost: Promise<void>; lose(): void };

/** Makes the election over the PostgreSQL at `url`. */
export function createElection({ url, log }: { url: string; log: Log }): Election {
  const stopping = new AbortController();
  let seat: Seat | null = null;
  let standing: pg.Client | null = null;
  let running: Promise<void> = Promise.resolve();

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url, application_name: "placet writer", keepAlive: true });
    client.on("error", () => undefined);
    await client.connect();
    // A network that swallowed the connection is noticed by the server as soon as a frozen process is.
    await client.query(
      `set idle_session_timeout = '${SILENT_FOR}'; set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2;
       set tcp_keepalives_count = 3; set lock_timeout = '${WAIT_FOR_HOLDERS}'`,
    );
    return client;
  }

  /** Asks for the lock once; null when another process has it. */
  async function stand(): Promise<Seat | null> {
    standing ??= await connect();
    const client = standing;
    try {
      const { rows } = await client.query<{ won: boolean }>("select pg_try_advisory_lock($1) as won", [WRITER_LOCK]);
      if (rows[0]?.won !== true) return null;
      const term = await beginTerm(client);
      standing = null;
      return takeSeat(client, term);
    } catch (error) {
      standing = null;
      await close(client);
      throw error;
    }
  }

  function takeSeat(client: pg.Client, term: number): Seat {
    const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
    client.once("end", lose);
    const beat = setInterval(() => {
      const late = setTimeout(lose, BEAT_WITHIN_MS);
      client
        .query("select 1")
        .catch(lose)
        .finally(() => clearTimeout(late));
    }, BEAT_EVERY_MS);
    void lost.then(() => clearInterval(beat));
    return { client, term, lost, lose };
  }

  /** Serves one term from its beginning to its end. */
  async function serve(taken: Seat, duties: Duties, { rethrow }: { rethrow: boolean }): Promise<void> {
    seat = taken;
    log.info("writer-begins", { term: taken.term });
    try {
      await duties.begin();
    } catch (error) {
      await leave(taken, duties);
      if (rethrow) throw error;
      log.error("writer-failed", { message: error instanceof Error ? error.message.slice(0, 400) : "unknown" });
      return;
    }
    running = taken.lost
      .then(() => leave(taken, duties))
      .then(() => campaign(duties))
      .catch((error: unknown) =>
        log.error("election-failed", { message: error instanceof Error ? error.message.slice(0, 400) : "unknown" }),
      );
  }

  async function leave(taken: Seat, duties: Duties): Promise<void> {
    // First of all nothing new is written; then what runs is ended; only then may another process have the lock.
    seat = null;
    taken.lose();
    await duties.end();
    log.info("writer-ends", { term: taken.term });
    await close(taken.client);
  }

  async function campaign(duties: Duties): Promise<void> {
    while (!stopping.signal.aborted) {
      const taken = await stand().catch((error: unknown) => {
        log.warn("election-failed", { message: error instanceof Error ? error.message.slice(0, 400) : "unknown" });
        return null;
      });
      if (taken !== null) {
        await serve(taken, duties, { rethrow: false });
        if (seat !== null) return; // goes on when that term is over
      }
      await sleep(STAND_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    term: () => seat?.term ?? null,
    yield: () => seat?.lose(),
    async start(duties) {
      const taken = await stand();
      if (taken !== null) await serve(taken, duties, { rethrow: true });
      else running = campaign(duties);
    },
    async stop() {
      stopping.abort();
      seat?.lose();
      await running;
      if (standing !== null) await close(standing);
    },
  };
}

/** Closes a connection; one that the network swallowed is left to the server, which ends it soon. */
async function close(client: pg.Client): Promise<void> {
  await Promise.race([client.end().catch(() => undefined), sleep(1_000, undefined, { ref: false })]);
}

/** Takes the next term's number. Transactions of the last writer that do not end in time are ended. */
async function beginTerm(client: pg.Client): Promise<number> {
  const db: Pick<Queryable, "query"> = {
    query: async <T extends object>(sql: string, values: readonly unknown[] = []) =>
      (await client.query(sql, [...values])).rows as T[],
  };
  try {
    return Number(await takeTerm(db));
  } catch (error) {
    if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error;
    await endHoldersOfTerm(db);
    return Number(await takeTerm(db));
  }
}

/** PostgreSQL's error code for a lock that was not given within `lock_timeout`. */
const LOCK_NOT_AVAILABLE = "55P03";
