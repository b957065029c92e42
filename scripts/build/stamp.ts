// Building only what changed: a stamp beside the output holds the hash of everything that went in.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { projectRoot } from "./project-root.ts";

/**
 * Runs `build` unless the inputs are those of the last successful run and the outputs are there.
 * @returns true when it was built, false when nothing had changed
 */
export async function buildOnce(options: {
  name: string;
  /** Files and folders, relative to the project. */
  inputs: string[];
  /** Files and folders that must exist, relative to the project. */
  outputs: string[];
  /** Receives the inputs' hash, which names this build. */
  build: (hash: string) => Promise<void>;
}): Promise<boolean> {
  const stampFile = join(projectRoot, "build", ".stamps", options.name);
  const hash = await hashInputs([...options.inputs, "package-lock.json"]);
  const before = await readFile(stampFile, "utf8").catch(() => "");
  if (before === hash && options.outputs.every((path) => existsSync(join(projectRoot, path)))) return false;
  // A build that fails half way must not look finished.
  await rm(stampFile, { force: true });
  await options.build(hash);
  await mkdir(dirname(stampFile), { recursive: true });
  await writeFile(stampFile, hash);
  return true;
}

/** SHA-256 over the names and bytes of all files below the given paths, in a fixed order. */
export async function hashInputs(paths: string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) {
    for (const file of await listFiles(path)) {
      hash.update(`${file}\0`).update(
        createHash("sha256")
          .update(await readFile(join(projectRoot, file)))
          .digest(),
      );
    }
  }
  return hash.digest("hex");
}

async function listFiles(path: string): Promise<string[]> {
  const whole = join(projectRoot, path);
  if (!existsSync(whole)) return [];
  if ((await stat(whole)).isFile()) return [path];
  const files: string[] = [];
  for (const entry of (await readdir(whole, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    // Generated and installed folders inside the app are outputs, not inputs.
    if (entry.name === "node_modules" || entry.name === ".svelte-kit") continue;
    const below = join(path, entry.name);
    if (entry.isDirectory()) files.push(...(await listFiles(below)));
    else files.push(below);
  }
  return files;
}
