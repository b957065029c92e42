// PostgreSQL's programs for tests and benches: those that are there, or those that the system's own package manager
// puts there where it may. When neither can be had, it says what to do.

import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { Failure } from "#protocol/failure.ts";

const run = promisify(execFile);

/** The oldest version that the service's SQL and its watch over idle connections are written for. */
const LEAST = 14;

/**
 * The folder that holds `initdb` and `postgres`.
 * @throws {Failure} "unavailable" with what to do
 */
export async function findPostgres(): Promise<string> {
  const found = await findInstalled();
  if (found !== undefined) return found;
  const refusal = await installByApt();
  const installed = refusal === undefined ? await findInstalled() : undefined;
  if (installed !== undefined) return installed;
  throw new Failure(
    "unavailable",
    `The tests on PostgreSQL need its programs (version ${LEAST} or later), and none were found on this computer. ` +
      `${refusal ?? "The package was installed, but holds no server that runs."}\n` +
      "Install them (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; macOS: brew " +
      "install postgresql@17) so that `postgres` is on the PATH, or name a server whose databases the tests may make " +
      "and drop in PLACET_TEST_DATABASE_URL, and run the tests again.",
  );
}

async function findInstalled(): Promise<string | undefined> {
  for (const folder of await usualPlaces()) if (await isServer(folder)) return folder;
  return undefined;
}

async function usualPlaces(): Promise<string[]> {
  const onPath = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const roots = ["/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/usr/local/opt"];
  const versions = await Promise.all(
    roots.map(async (root) =>
      (await readdir(root).catch(() => []))
        .filter((name) => /^(postgresql@)?\d+$/.test(name))
        .sort((a, b) => Number(b.replace(/\D/g, "")) - Number(a.replace(/\D/g, "")))
        .map((name) => join(root, name, "bin")),
    ),
  );
  return [...onPath, ...versions.flat()];
}

async function isServer(folder: string): Promise<boolean> {
  try {
    for (const name of ["postgres", "initdb"]) await access(join(folder, name), constants.X_OK);
    const { stdout } = await run(join(folder, "postgres"), ["--version"], { timeout: 20_000 });
    return Number(/ (\d+)/.exec(stdout)?.[1] ?? 0) >= LEAST;
  } catch {
    return false;
  }
}

/** Installs PostgreSQL with apt-get. Returns why it could not, or undefined when it did. */
async function installByApt(): Promise<string | undefined> {
  if (process.platform !== "linux") return "They are installed automatically on Debian and Ubuntu only.";
  if (process.getuid?.() !== 0) return "Installing them needs root, and this user is not.";
  try {
    console.log("No PostgreSQL found: installing the system's package. This takes a minute.");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const options = { env, maxBuffer: 1e8 };
    await run("apt-get", ["update"], { ...options, timeout: 300_000 });
    // The package would start a server of its own; only its programs are wanted.
    await run("apt-get", ["install", "--yes", "--no-install-recommends", "postgresql-common"], {
      ...options,
      timeout: 600_000,
    });
    await run("sh", ["-c", "echo 'create_main_cluster = false' >> /etc/postgresql-common/createcluster.conf"], options);
    await run("apt-get", ["install", "--yes", "--no-install-recommends", "postgresql"], {
      ...options,
      timeout: 600_000,
    });
    return undefined;
  } catch (error) {
    return `apt-get could not install them: ${error instanceof Error ? error.message.split("\n").slice(0, 3).join(" ") : error}`;
  }
}
