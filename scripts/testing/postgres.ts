// A PostgreSQL server of one's own, for tests and benches: in a temporary folder, on a free port of this computer, gone
// with the process that started it.

import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { Failure } from "#protocol/failure.ts";
import { pickAnyPort } from "../stack/ports.ts";
import { findPostgres } from "./find-postgres.ts";

const run = promisify(execFile);

/** A running server. */
export type TestPostgres = {
  /** Its databases' URLs begin with this; append a database's name. */
  base: string;
  /** Makes an empty database (a copy of `template`, where one is named) and gives its URL. */
  createDatabase(options?: { template?: string; name?: string }): Promise<string>;
  /** Drops a database, whoever is connected to it. */
  dropDatabase(url: string): Promise<void>;
  /** Stops the server and removes its folder. */
  stop(): Promise<void>;
};

/** How a test server is run: it may forget everything when the computer loses power, and is quicker for it. */
const forTests = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/**
 * Starts a server; `durable` runs it with PostgreSQL's own settings, as a bench must.
 * @throws {Failure} "unavailable" when there is no PostgreSQL, or when it does not start
 */
export async function startPostgres(options: { durable?: boolean; settings?: string[] } = {}): Promise<TestPostgres> {
  const given = process.env["PLACET_TEST_DATABASE_URL"];
  if (given !== undefined) return { ...overServer(given.replace(/\/[^/]*$/, "/")), stop: async () => undefined };
  const bin = await findPostgres();
  const owner = await findOwner();
  const folder = await mkdtemp(join(tmpdir(), "placet-postgres-"));
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
  const data = join(folder, "data");
  const as = { ...owner, cwd: folder };
  const port = await pickAnyPort();
  const settings = [
    ...(options.durable === true ? [] : forTests),
    "max_connections=300",
    `unix_socket_directories=${folder}`,
    ...(options.settings ?? []),
  ];
  await run(
    join(bin, "initdb"),
    ["-D", data, "-U", "placet", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
    as,
  );
  // The shell ends the server when its own input ends, which it does with this process, however that went.
  const script = '"$@" >"$0/log" 2>&1 & server=$!; read -r _; kill -INT $server; wait $server; rm -rf "$0"';
  const log = join(folder, "log");
  const child = spawn(
    "sh",
    [
      "-c",
      script,
      folder,
      join(bin, "postgres"),
      ...["-D", data, "-h", "127.0.0.1", "-p", String(port)],
      ...settings.flatMap((setting) => ["-c", setting]),
    ],
    { ...as, stdio: ["pipe", "ignore", "ignore"], detached: true },
  );
  child.stdin.on("error", () => undefined);
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const server = overServer(`postgresql://placet@127.0.0.1:${port}/`);
  const stop = async () => {
    child.ref();
    child.stdin.end("\n");
    await ended;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const started = await waitForServer(`${server.base}postgres`, () => child.exitCode !== null);
  if (!started) {
    const said = (await run("tail", ["-n", "5", log]).catch(() => ({ stdout: "nothing" }))).stdout;
    await stop();
    throw new Failure("unavailable", `PostgreSQL did not start in ${folder}. It said: ${said}`);
  }
  return { ...server, stop };
}

/** PostgreSQL refuses to run as root: then it runs as its own user, or as nobody. */
async function findOwner(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    const ids = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]).catch(() => undefined);
    if (ids !== undefined) return { uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) };
  }
  throw new Failure("unavailable", "PostgreSQL does not run as root, and there is no user postgres or nobody here.");
}

async function waitForServer(url: string, hasEnded: () => boolean): Promise<boolean> {
  for (const until = Date.now() + 30_000; Date.now() < until && !hasEnded(); await sleep(50)) {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => undefined);
    const answers = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => undefined);
    if (answers) return true;
  }
  return false;
}

/** What can be done on a server whose databases' URLs begin with `base`. */
export function overServer(base: string): Omit<TestPostgres, "stop"> {
  async function administer(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: `${base}postgres` });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
  return {
    base,
    async createDatabase({ template, name = `placet_${randomBytes(6).toString("hex")}` } = {}) {
      await administer(`create database ${name}${template === undefined ? "" : ` template ${template}`}`);
      return `${base}${name}`;
    },
    dropDatabase: (url) => administer(`drop database if exists ${url.slice(base.length)} with (force)`),
  };
}
