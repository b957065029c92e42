// Looks for secrets where none may be, byte by byte and in every usual spelling. Rule: each search has a control, so that
// "nothing found" is known to come from a search that finds.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { keccak256, sha256, stringToHex, type Hex } from "viem";
import { z } from "zod";

/** Something to look for: its name (never its content) goes into a finding. */
export type Needle = { name: string; spellings: Buffer[] };

/** A secret of bytes, as itself, in hex and in base64 however it is aligned. */
export function needleOfBytes(name: string, secret: Uint8Array): Needle {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString("hex");
  // Base64 depends on where the bytes stand in the whole: the middle of each alignment is what every whole contains.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(4, -4),
  );
  const texts = [
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
  ];
  return { name, spellings: [bytes, ...texts.map((text) => Buffer.from(text))] };
}

/** Words, in UTF-8 and UTF-16, and those bytes in hex and base64. */
export function needleOfText(name: string, text: string): Needle {
  const encoded = [Buffer.from(text, "utf8"), Buffer.from(text, "utf16le")];
  return { name, spellings: encoded.flatMap((bytes) => needleOfBytes(name, bytes).spellings) };
}

/** Words as a chain could hold them: as themselves, and hashed without a salt. */
export function needleOnChain(name: string, text: string): Needle {
  const hashes = [keccak256(stringToHex(text)), sha256(stringToHex(text))].map((hash) =>
    Buffer.from(hash.slice(2), "hex"),
  );
  return { name, spellings: [Buffer.from(text, "utf8"), Buffer.from(text, "utf16le"), ...hashes] };
}

/** The names of the needles that lie in the hay. */
export function find(hay: Buffer, needles: readonly Needle[]): string[] {
  return needles
    .filter(({ spellings }) => spellings.some((bytes) => bytes.length > 3 && hay.includes(bytes)))
    .map(({ name }) => name);
}

/** All bytes of all files below a folder. */
export async function readFolder(folder: string): Promise<Buffer> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Buffer.concat(await Promise.all(files.map(async (file) => readFile(file))));
}

/** Every row of every table, as text: what lies compressed in the files is plain here. The service must be stopped. */
export async function readTables(folder: string): Promise<Buffer> {
  const database = await PGlite.create(folder);
  try {
    const { rows: tables } = await database.query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public'",
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await database.query<{ row: string }>(`select row_to_json(t)::text as row from "${name}" t`);
      texts.push(...rows.map(({ row }) => row));
    }
    return Buffer.from(texts.join("\n"));
  } finally {
    await database.close();
  }
}

const blockShape = z.object({
  transactions: z.array(z.object({ hash: z.string(), to: z.string().nullable(), input: z.string() })),
});
const traceShape = z.object({
  structLogs: z.array(z.object({ op: z.string(), stack: z.array(z.string()).optional() })),
});
const receiptShape = z.object({ logs: z.array(z.object({ topics: z.array(z.string()), data: z.string() })) });

/** Calldata, logs, and every word that was stored, of every transaction but the deployments. */
export async function readChain(rpcUrl: string): Promise<{ bytes: Buffer; transactions: number; stored: number }> {
  const ask = async (method: string, ...params: unknown[]): Promise<unknown> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const answer = await fetch(rpcUrl, { method: "POST", body, headers: { "content-type": "application/json" } });
    return z.object({ result: z.unknown() }).parse(await answer.json()).result;
  };
  const hex = (text: string): Buffer => Buffer.from(text.slice(2), "hex");
  const word = (text: string): Buffer => Buffer.from(text.replace(/^0x/, "").padStart(64, "0"), "hex");
  const last = Number(await ask("eth_blockNumber"));
  const found: Buffer[] = [];
  let transactions = 0;
  let stored = 0;
  for (let number = 0; number <= last; number += 1) {
    const block = blockShape.parse(await ask("eth_getBlockByNumber", `0x${number.toString(16)}`, true));
    for (const { hash, input } of block.transactions.filter(({ to }) => to !== null)) {
      transactions += 1;
      const { logs } = receiptShape.parse(await ask("eth_getTransactionReceipt", hash));
      const { structLogs } = traceShape.parse(
        await ask("debug_traceTransaction", hash, { disableMemory: true, disableStorage: true }),
      );
      const words = structLogs.flatMap(({ op, stack }) => (op === "SSTORE" ? [stack?.at(-2) ?? "0x"] : []));
      stored += words.length;
      found.push(
        hex(input),
        ...logs.flatMap(({ topics, data }) => [...topics.map(hex), hex(data)]),
        ...words.map(word),
      );
    }
  }
  return { bytes: Buffer.concat(found), transactions, stored };
}

/** The block's hash, as a second source would give it. */
export async function trustedBlock(rpcUrl: string): Promise<Hex> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_getBlockByNumber", params: ["latest", false] });
  const answer = await fetch(rpcUrl, { method: "POST", body, headers: { "content-type": "application/json" } });
  return z.object({ result: z.object({ hash: z.string() }) }).parse(await answer.json()).result.hash as Hex;
}
