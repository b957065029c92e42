// The `ipfs` program (Kubo) for tests: the one that PLACET_IPFS names, the one on the PATH, or the one that
// scripts/testing/build-kubo.sh made. Where it is still being built, it is waited for as long as PLACET_KUBO_WAIT_UNTIL says.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Failure } from "#protocol/failure.ts";

const run = promisify(execFile);

/** The version that is built; others are taken as they are found. */
const VERSION = "0.39.0";
const LOOK_EVERY_MS = 1_000;

/**
 * A program `ipfs` that runs.
 * @throws {Failure} "unavailable" with what to do
 */
export async function findKubo(): Promise<string> {
  const given = process.env["PLACET_IPFS"];
  if (given !== undefined) {
    if (await answers(given)) return given;
    throw new Failure("unavailable", `PLACET_IPFS names ${given}, and that is no Kubo program that runs.`);
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const folder of folders) if (await answers(join(folder, "ipfs"))) return join(folder, "ipfs");
  const cache = cacheFolder();
  await waitForBuild(cache);
  if (await answers(join(cache, "ipfs"))) return join(cache, "ipfs");
  const reason = await readFile(join(cache, "reason"), "utf8").catch(() => "");
  const building = (await isBuilding(cache)) ? "It is still being built. " : "";
  throw new Failure(
    "unavailable",
    `The tests on a real Kubo node need its program \`ipfs\`, and none was found on this computer. ${building}${reason}\n` +
      "Put it on the PATH (https://docs.ipfs.tech/install/command-line/), name it in PLACET_IPFS, or build it with Go " +
      "(scripts/testing/build-kubo.sh, some ten minutes), and run `npm run test:kubo`.",
  );
}

function cacheFolder(): string {
  const base =
    process.env["PLACET_KUBO_CACHE"] ?? join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "placet");
  return join(base, `kubo-${VERSION}`);
}

async function waitForBuild(cache: string): Promise<void> {
  const until = Number(process.env["PLACET_KUBO_WAIT_UNTIL"] ?? 0) * 1_000;
  let told = false;
  while (Date.now() < until && (await isBuilding(cache))) {
    if (!told) console.log(`Kubo is being built; waiting ${Math.ceil((until - Date.now()) / 60_000)} minutes at most.`);
    told = true;
    await sleep(LOOK_EVERY_MS);
  }
}

async function isBuilding(cache: string): Promise<boolean> {
  const pid = Number(await readFile(join(cache, "building"), "utf8").catch(() => "0"));
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function answers(program: string): Promise<boolean> {
  return run(program, ["version", "--number"], { timeout: 20_000 }).then(
    ({ stdout }) => /^\d+\.\d+\.\d+/.test(stdout),
    () => false,
  );
}
