// Indexes that only readers need rest while empty tables are filled: each of them costs at every row, and far less when it
// is made at the end from rows that are there already. Rule: an index goes and comes back in one transaction with its row in
// `resting_indexes`, so whoever opens the database, after whatever end, sees what is missing and how it was. What the
// migrations made is asked of the database, never said here again. Readers miss nothing meanwhile but speed.

import type { Database, Queryable } from "./database.ts";

/** By table, what the sync itself never looks anything up by. A table's first key is among them only where nothing refers to it. */
const restful = {
  acts: ["acts_act", "acts_block_hash_log_index_key"],
  act_parties: ["act_parties_pkey"],
  accounts: ["accounts_vault", "accounts_moved_to"],
  consents: ["consents_subject", "consents_grantee"],
  requests: ["requests_subject", "requests_grantee"],
  documents: ["documents_subject", "documents_author"],
  document_versions: ["document_versions_manifest"],
  appointments: ["appointments_patient", "appointments_provider"],
  availability: ["availability_day"],
  credentials: ["credentials_card"],
  members: ["members_organisation", "members_member"],
} as const;

/** The names of all indexes that may rest. */
export const restfulIndexes: readonly string[] = Object.values(restful).flat();

/**
 * A table that somebody keeps for longer than this is tried again later. And the commit is not waited for: what a crash of
 * the server takes back, index and row, it takes back together.
 */
const SETTINGS = "set local lock_timeout = '5s'; set local synchronous_commit = off";
/** So many tables at once get their indexes back: PostgreSQL gives each a process. */
const LANES = 2;

type Index = { name: string; definition: string; constraint: "p" | "u" | null };

/** The resting of indexes, as a sync goes about it. */
export type Resting = {
  /** Reads whether any index is away. */
  look(): Promise<void>;
  /** Whether any index is away: the tables are being filled. */
  isAny(): boolean;
  /** Takes the indexes away, table by table; those that are away stay so. Only for tables without rows. */
  begin(): Promise<void>;
  /** Makes what is away again, each index in a transaction of its own: a process that ends in between loses one at most. */
  end(): Promise<void>;
};

/** Begins by knowing of none that is away; see `look`. */
export function createResting(db: Database): Resting {
  let isAny = false;
  return {
    isAny: () => isAny,
    async look() {
      isAny = (await db.query("select 1 from resting_indexes limit 1")).length > 0;
    },
    async begin() {
      isAny = true;
      for (const [table, names] of Object.entries(restful))
        await db.transaction(async (tx) => {
          await tx.execute(SETTINGS);
          await rest(tx, { table, names });
        });
    },
    async end() {
      if (!isAny) return;
      const tables = [...Map.groupBy(await listResting(db), (index) => index.table).values()];
      const work = async (): Promise<void> => {
        for (let indexes = tables.shift(); indexes !== undefined; indexes = tables.shift())
          for (const { name } of indexes)
            await db.transaction(async (tx) => {
              await tx.execute(SETTINGS);
              await wake(tx, [name]);
            });
      };
      const lanes = await Promise.allSettled(Array.from({ length: LANES }, work));
      for (const lane of lanes) if (lane.status === "rejected") throw lane.reason;
      isAny = false;
    },
  };
}

/** Makes every index that is away again, in the caller's transaction: before a migration changes what it takes to be there. */
export async function wakeIndexesWithin(tx: Queryable): Promise<void> {
  const [table] = await tx.query<{ there: boolean }>("select to_regclass('resting_indexes') is not null as there");
  if (table?.there !== true) return;
  await wake(
    tx,
    (await listResting(tx)).map(({ name }) => name),
  );
}

async function listResting(db: Queryable): Promise<{ name: string; table: string }[]> {
  return db.query<{ name: string; table: string }>(
    `select name, of_table as "table" from resting_indexes order by of_table, name`,
  );
}

async function rest(tx: Queryable, { table, names }: { table: string; names: readonly string[] }): Promise<void> {
  for (const { name, definition, constraint } of await readIndexes(tx, names)) {
    const kind = constraint === "p" ? "primary key" : "unique";
    const remade =
      constraint === null
        ? definition
        : `${definition}; alter table ${table} add constraint ${name} ${kind} using index ${name}`;
    await tx.query("insert into resting_indexes (name, of_table, definition) values ($1, $2, $3)", [
      name,
      table,
      remade,
    ]);
    await tx.execute(constraint === null ? `drop index ${name}` : `alter table ${table} drop constraint ${name}`);
  }
}

async function wake(tx: Queryable, names: readonly string[]): Promise<void> {
  const rows = await tx.query<{ definition: string }>(
    "delete from resting_indexes where name = any($1::text[]) returning definition",
    [names],
  );
  for (const { definition } of rows) await tx.execute(definition);
}

/** The indexes with these names as the database has them: their statements name the schema only where they must. */
async function readIndexes(tx: Queryable, names: readonly string[]): Promise<Index[]> {
  return tx.query<Index>(
    `select c.relname::text as name, pg_get_indexdef(c.oid, 0, true) as definition,
       (select k.contype::text from pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u')) as constraint
     from pg_class c join pg_namespace s on s.oid = c.relnamespace
     where c.relkind = 'i' and s.nspname = current_schema() and c.relname = any($1::text[]) order by 1`,
    [names],
  );
}
