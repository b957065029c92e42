// A backup's outer form: compressed, and, with a passphrase, encrypted in chunks. AES-256-GCM in a STREAM construction
// (Hoang, Reyhanitabar, Rogaway, Vizár 2015: nonce = 7 zero bytes, counter, last flag), so that a file that was cut short
// or put together anew does not open; the key by Argon2id (RFC 9106) from the passphrase and a salt of the file's own.

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Transform } from "node:stream";
import { createGunzip, createGzip } from "node:zlib";
import { argon2id } from "hash-wasm";
import { Failure } from "#protocol/failure.ts";

const MAGIC_PLAIN = Buffer.from("placet-backup 1 plain\n");
const MAGIC_SEALED = Buffer.from("placet-backup 1 sealed\n");
const SALT = 16;
const TAG = 16;
const CHUNK = 1 << 20;
/** Memory in KiB, passes and lanes: RFC 9106's second recommended option. */
const STRETCH = { memorySize: 65_536, iterations: 3, parallelism: 4, hashLength: 32 } as const;

/** Writes a backup's lines into a new file that only its owner may read; throws `conflict` when the file is there already. */
export async function writeSealed(
  file: string,
  lines: AsyncIterable<string>,
  { passphrase }: { passphrase: string | null },
): Promise<void> {
  const handle = await open(file, "wx", 0o600).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "EEXIST" ? "is there already" : `cannot be written (${cause.code ?? "unknown reason"})`;
    throw new Failure("conflict", `${file} ${why}. Nothing was written. Name another file.`, { cause });
  });
  try {
    const compressed = through(lines, createGzip());
    if (passphrase === null) {
      await handle.write(MAGIC_PLAIN);
      for await (const bytes of compressed) await handle.write(bytes);
    } else {
      const salt = randomBytes(SALT);
      await handle.write(Buffer.concat([MAGIC_SEALED, salt]));
      const key = await stretch(passphrase, salt);
      for await (const { bytes, counter, last } of inChunks(compressed, CHUNK)) {
        const cipher = createCipheriv("aes-256-gcm", key, nonceOf(counter, last));
        await handle.write(Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]));
      }
    }
    await handle.sync();
  } catch (error) {
    // Half a backup is none.
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** The lines of a backup. Throws `wrong-key` without the right passphrase, `tampered` for what is no whole backup. */
export async function* readSealed(file: string, { passphrase }: { passphrase: string | null }): AsyncGenerator<string> {
  const source = (await readMagic(file)) ? openSealed(file, passphrase) : openPlain(file);
  let rest = "";
  const decoder = new TextDecoder();
  try {
    for await (const bytes of through(source, createGunzip())) {
      const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = parts.pop() ?? "";
      yield* parts;
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("tampered", "This backup is damaged or not whole. Nothing was restored. Use another one.", {
      cause: error,
    });
  }
}

/** Whether the file is encrypted; throws for what is no backup. */
async function readMagic(file: string): Promise<boolean> {
  const handle = await open(file, "r").catch((cause: unknown) => {
    throw new Failure("bad-input", `${file} cannot be read. Nothing was restored.`, { cause });
  });
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC_SEALED.length), 0, MAGIC_SEALED.length, 0);
  await handle.close();
  const head = buffer.subarray(0, bytesRead);
  if (head.equals(MAGIC_SEALED)) return true;
  if (head.subarray(0, MAGIC_PLAIN.length).equals(MAGIC_PLAIN)) return false;
  throw new Failure("bad-input", `${file} is no backup of this service. Nothing was restored.`);
}

function openPlain(file: string): AsyncIterable<Buffer> {
  return createReadStream(file, { start: MAGIC_PLAIN.length });
}

async function* openSealed(file: string, passphrase: string | null): AsyncGenerator<Buffer> {
  if (passphrase === null)
    throw new Failure("wrong-key", "This backup is encrypted. Nothing was restored. Give its passphrase.");
  const handle = await open(file, "r");
  const salt = Buffer.alloc(SALT);
  await handle.read(salt, 0, SALT, MAGIC_SEALED.length);
  await handle.close();
  const key = await stretch(passphrase, salt);
  const sealed = createReadStream(file, { start: MAGIC_SEALED.length + SALT }) as AsyncIterable<Buffer>;
  for await (const { bytes, counter, last } of inChunks(sealed, CHUNK + TAG)) {
    try {
      const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(counter, last));
      decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
      yield Buffer.concat([decipher.update(bytes.subarray(0, bytes.length - TAG)), decipher.final()]);
    } catch (cause) {
      const words = "The passphrase is another one, or the backup is damaged or not whole. Nothing was restored.";
      throw new Failure("wrong-key", words, { cause });
    }
  }
}

async function stretch(passphrase: string, salt: Uint8Array): Promise<Uint8Array> {
  return argon2id({ ...STRETCH, password: passphrase.normalize("NFC"), salt, outputType: "binary" });
}

function nonceOf(counter: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(counter, 7);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** What comes out of a transformation; an error of its source is one of its own. */
function through(source: AsyncIterable<string | Buffer>, transform: Transform): AsyncIterable<Buffer> {
  const from = Readable.from(source);
  from.once("error", (error) => transform.destroy(error));
  transform.once("close", () => from.destroy());
  return from.pipe(transform);
}

/** The same bytes in pieces of one size, each with its number, the last one (which may be shorter, and is always there) marked. */
async function* inChunks(
  source: AsyncIterable<Buffer>,
  size: number,
): AsyncGenerator<{ bytes: Buffer; counter: number; last: boolean }> {
  let waiting: Buffer = Buffer.alloc(0);
  let counter = 0;
  for await (const bytes of source) {
    waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes]);
    while (waiting.length > size) {
      yield { bytes: waiting.subarray(0, size), counter, last: false };
      waiting = waiting.subarray(size);
      counter += 1;
    }
  }
  yield { bytes: waiting, counter, last: true };
}
