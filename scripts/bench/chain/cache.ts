// Packages that one benchmark alone needs, installed when they are first asked for into a folder beside the project's own
// node_modules: nobody who only starts or tests Placet downloads them.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { Failure } from "#protocol/failure.ts";

/** The folder for everything that benchmarks keep between runs: PLACET_BENCH_CACHE, else below the user's cache folder. */
export function cacheFolder(): string {
  return (
    process.env["PLACET_BENCH_CACHE"] ??
    join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "placet-bench")
  );
}

/**
 * The folder in whose node_modules the given packages are; they are installed when they are not.
 * @throws {Failure} "unavailable" with npm's own words when they cannot be installed
 */
export function installOnDemand(
  name: string,
  { dependencies, overrides = {} }: { dependencies: Record<string, string>; overrides?: Record<string, string> },
): string {
  const folder = join(cacheFolder(), name);
  const stamp = join(folder, "node_modules", ".placet-bench");
  if (existsSync(stamp)) return folder;
  mkdirSync(folder, { recursive: true });
  const manifest = { private: true, type: "module", dependencies, overrides };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, null, 2));
  // Install scripts are left out: what is used here (anvil's and esbuild's binaries) comes in packages of its own.
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  const { status, stderr, stdout, error } = spawnSync("npm", args, { cwd: folder, encoding: "utf8" });
  if (status !== 0) {
    const said = `${error?.message ?? ""}${stdout ?? ""}${stderr ?? ""}`.trim().slice(-2_000);
    throw new Failure("unavailable", `${Object.keys(dependencies).join(", ")} could not be installed:\n\n${said}`);
  }
  writeFileSync(stamp, "");
  return folder;
}
