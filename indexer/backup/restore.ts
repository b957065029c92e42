// Restoring: into an empty folder and an empty database only. The whole file is read and checked before anything is
// written; rows come back in one transaction. The next start reads all the rest from chain and IPFS.

import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FsBlockstore } from "blockstore-fs";
import { Failure } from "#protocol/failure.ts";
import type { Config } from "../config.ts";
import { checkBlock, readCid } from "../ipfs/verify.ts";
import { takeLock } from "../lock.ts";
import { listColumns, listKeptTables } from "../rebuild/tables.ts";
import { openDatabase } from "../store/database.ts";
import type { Queryable } from "../store/database.ts";
import { countLine, lineSchema } from "./format.ts";
import type { BackupCounts, BackupHead, BackupLine } from "./format.ts";
import { readSealed } from "./sealed.ts";

const PAGE = 200;

/**
 * Puts a backup into a data folder and database that hold nothing yet.
 * @throws {Failure} "conflict" when they hold something, "tampered" | "wrong-key" | "bad-input" for a file that is no whole backup
 */
export async function restore(
  config: Config,
  { file, passphrase }: { file: string; passphrase: string | null },
): Promise<BackupCounts & { head: BackupHead }> {
  const read = () => readLines(file, { passphrase });
  const { head, counts, files } = await check(read());
  const release = await takeLock(config.dataDir);
  try {
    for (const line of files) await requireFree(config, line);
    const database = await openDatabase({ folder: join(config.dataDir, "database"), url: config.databaseUrl });
    try {
      await database.transaction(async (tx) => {
        await requireEmpty(tx);
        await restoreRows(tx, read());
      });
    } finally {
      await database.close();
    }
    await restoreBlocks(config, read());
    // Last of all: a folder with a key in it is a service that can be started.
    for (const line of files) await restoreFile(config, line);
    return { ...counts, head };
  } finally {
    await release();
  }
}

async function* readLines(file: string, options: { passphrase: string | null }): AsyncGenerator<BackupLine> {
  const hash = createHash("sha256");
  let count = 0;
  let whole = false;
  for await (const text of readSealed(file, options)) {
    const line = parseLine(text);
    if (whole) break;
    if ("end" in line) {
      whole = line.end.lines === count && line.end.sha256 === hash.digest("hex");
      if (!whole) break;
      continue;
    }
    hash.update(`${text}\n`);
    count += 1;
    yield line;
  }
  if (!whole)
    throw new Failure("tampered", "This backup is damaged or not whole. Nothing was restored. Use another one.");
}

function parseLine(text: string): BackupLine {
  try {
    return lineSchema.parse(JSON.parse(text));
  } catch (cause) {
    const words =
      "This backup holds something that this version does not know. Nothing was restored. Use the version that made it.";
    throw new Failure("bad-input", words, { cause });
  }
}

type FileLine = Extract<BackupLine, { file: string }>;

async function check(
  lines: AsyncIterable<BackupLine>,
): Promise<{ head: BackupHead; counts: BackupCounts; files: FileLine[] }> {
  const files: FileLine[] = [];
  const counts: BackupCounts = { tables: {}, blocks: 0 };
  let head: BackupHead | null = null;
  for await (const line of lines) {
    if ("format" in line) head = line;
    if ("file" in line) files.push(line);
    countLine(counts, line);
  }
  if (head === null) throw new Failure("bad-input", "This backup does not say what it is of. Nothing was restored.");
  return { head, counts, files };
}

async function requireEmpty(tx: Queryable): Promise<void> {
  for (const table of ["acts", ...(await listKeptTables(tx))]) {
    if ((await tx.query(`select 1 from ${table} limit 1`)).length === 0) continue;
    throw new Failure(
      "conflict",
      `This database is in use: there are rows in ${table}. Nothing was changed. Restore into an empty one.`,
    );
  }
}

async function restoreRows(tx: Queryable, lines: AsyncIterable<BackupLine>): Promise<void> {
  const tables = new Set(await listKeptTables(tx));
  let waiting: { table: string; rows: unknown[] } = { table: "", rows: [] };
  const store = async () => {
    if (waiting.rows.length > 0) await insert(tx, waiting);
  };
  for await (const line of lines) {
    if (!("table" in line)) continue;
    if (!tables.has(line.table)) {
      throw new Failure(
        "bad-input",
        `There is no table ${line.table} in this version. Nothing was restored. Use the version that made the backup.`,
      );
    }
    if (line.table !== waiting.table || waiting.rows.length >= PAGE) {
      await store();
      waiting = { table: line.table, rows: [] };
    }
    waiting.rows.push(line.row);
  }
  await store();
  for (const table of tables) await continueNumbers(tx, table);
}

async function insert(tx: Queryable, { table, rows }: { table: string; rows: readonly unknown[] }): Promise<void> {
  const columns = (await listColumns(tx, table)).map(({ name }) => name);
  const names = columns.map((name) => `"${name}"`).join(", ");
  const strange = Object.keys(rows[0] ?? {}).find((name) => !columns.includes(name));
  if (strange !== undefined) {
    throw new Failure(
      "bad-input",
      `There is no column ${strange} in ${table} in this version. Nothing was restored. Use the version that made the backup.`,
    );
  }
  await tx.query(
    `insert into ${table} (${names}) overriding system value
     select ${names} from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
}

/** Columns that number themselves go on after the highest number that was restored. */
async function continueNumbers(tx: Queryable, table: string): Promise<void> {
  for (const { name, isIdentity } of await listColumns(tx, table)) {
    if (!isIdentity) continue;
    await tx.query(
      `select setval(pg_get_serial_sequence($1, $2), coalesce((select max("${name}") from ${table}), 0) + 1, false)`,
      [table, name],
    );
  }
}

async function restoreBlocks({ dataDir, blocksDir }: Config, lines: AsyncIterable<BackupLine>): Promise<void> {
  const store = new FsBlockstore(blocksDir ?? join(dataDir, "ipfs", "blocks"));
  await store.open();
  for await (const line of lines) {
    if (!("block" in line)) continue;
    const cid = readCid(line.block);
    const bytes = Buffer.from(line.bytes, "base64");
    checkBlock(cid, bytes);
    await store.put(cid, bytes);
  }
  await store.close();
}

/** A file that is there already, and is another one, stays as it is. */
async function requireFree({ dataDir }: Config, { file, text }: FileLine): Promise<void> {
  const path = join(dataDir, file);
  const held = await readFile(path, "utf8").catch(() => null);
  if (held === null || held === text) return;
  throw new Failure(
    "conflict",
    `${path} is another one than the backup's. Nothing was restored. Restore into an empty folder.`,
  );
}

async function restoreFile({ dataDir }: Config, { file, text }: FileLine): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(join(dataDir, file), text, { mode: file === "gateway.json" ? 0o600 : 0o644, flush: true });
}
