// Backup: what neither chain nor IPFS can bring back (vaults, seals, receipts, orphaned acts, acts on their way), the
// gateway's key, the deployment file, and the blocks that this service may be the only one to hold. Taken in one
// transaction, so that it is the service at one moment.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FsBlockstore } from "blockstore-fs";
import { CID } from "multiformats/cid";
import { readDeployment } from "../chain.ts";
import type { Config } from "../config.ts";
import { loadGatewayKey } from "../gateway/gateway-key.ts";
import { takeLock } from "../lock.ts";
import { listKeptTables } from "../rebuild/tables.ts";
import { openDatabase } from "../store/database.ts";
import type { Queryable } from "../store/database.ts";
import { countLine } from "./format.ts";
import type { BackupCounts, BackupLine } from "./format.ts";
import { writeSealed } from "./sealed.ts";

const PAGE = 500;
const RAW = 0x55;

/**
 * Writes a backup of a service into a new file; with `blocks` the embedded IPFS node's too.
 * @throws {Failure} "conflict" when the file is there, or while a service on PGlite runs
 */
export async function backUp(
  config: Config,
  { file, passphrase, blocks }: { file: string; passphrase: string | null; blocks: boolean },
): Promise<BackupCounts> {
  // PGlite can be opened by one process only; PostgreSQL gives everybody the same moment, and blocks never change.
  const release = config.databaseUrl === null ? await takeLock(config.dataDir) : null;
  try {
    const deployment = await readDeployment(config.deploymentFile);
    const key = await loadGatewayKey(config);
    const database = await openDatabase({ folder: join(config.dataDir, "database"), url: config.databaseUrl });
    const counts: BackupCounts = { tables: {}, blocks: 0 };
    try {
      await database.transaction(async (tx) => {
        await tx.execute("set transaction isolation level repeatable read");
        await tx.execute("set local idle_in_transaction_session_timeout = 0");
        await writeSealed(file, toText(collect(tx)), { passphrase });
      });
    } finally {
      await database.close();
    }
    return counts;

    async function* collect(tx: Queryable): AsyncGenerator<BackupLine> {
      const { chainId, genesisHash, ledger, providerRegistry } = deployment;
      const gateway = key.account.address;
      const madeAt = Math.floor(Date.now() / 1000);
      yield {
        format: "placet-backup",
        formatVersion: 1,
        madeAt,
        chainId,
        genesisHash,
        ledger,
        providerRegistry,
        gateway,
      };
      yield { file: "deployment.json", text: await readFile(config.deploymentFile, "utf8") };
      yield { file: "gateway.json", text: await readGatewayFile(config) };
      for (const table of await listKeptTables(tx)) yield* rowsOf(tx, table);
      if (blocks && config.ipfsApiUrl === null) yield* blocksOf(config);
    }

    async function* toText(lines: AsyncIterable<BackupLine>): AsyncGenerator<string> {
      const hash = createHash("sha256");
      let count = 0;
      for await (const line of lines) {
        countLine(counts, line);
        count += 1;
        const text = `${JSON.stringify(line)}\n`;
        hash.update(text);
        yield text;
      }
      yield `${JSON.stringify({ end: { lines: count, sha256: hash.digest("hex") } })}\n`;
    }
  } finally {
    await release?.();
  }
}

/** The key as its file has it, also where the surroundings gave it: a backup without it would open no seal. */
async function readGatewayFile({ dataDir, gatewayKey }: Config): Promise<string> {
  if (gatewayKey === null) return readFile(join(dataDir, "gateway.json"), "utf8");
  return JSON.stringify({ format: "placet-gateway", version: 1, key: gatewayKey.toLowerCase() });
}

async function* rowsOf(tx: Queryable, table: string): AsyncGenerator<BackupLine> {
  await tx.execute(`declare backup no scroll cursor for select to_jsonb(t) as row from ${table} t`);
  for (;;) {
    const rows = await tx.query<{ row: Record<string, unknown> }>(`fetch ${PAGE} from backup`);
    for (const { row } of rows) yield { table, row };
    if (rows.length < PAGE) break;
  }
  await tx.execute("close backup");
}

async function* blocksOf({ dataDir, blocksDir }: Config): AsyncGenerator<BackupLine> {
  const store = new FsBlockstore(blocksDir ?? join(dataDir, "ipfs", "blocks"));
  await store.open();
  for await (const { cid, bytes } of store.getAll()) {
    const parts: Uint8Array[] = [];
    for await (const part of bytes) parts.push(part);
    // The store knows a block by its hash alone, whatever its kind.
    yield { block: CID.createV1(RAW, cid.multihash).toString(), bytes: Buffer.concat(parts).toString("base64") };
  }
  await store.close();
}
