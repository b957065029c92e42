import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { takeLock } from "#scripts/stack/lock.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "placet-lock-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("An operator who starts a second instance in the same data folder is told which process has the first", async () => {
  const holder = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  const file = join(folder, "placet.lock");
  await writeFile(file, String(holder.pid));
  await expect(takeLock({ file, what: "The folder" })).rejects.toThrow(`process ${holder.pid}`);
  expect(await readFile(file, "utf8")).toBe(String(holder.pid));
  holder.kill();
});

test("An operator whose last instance was killed starts again without being asked to clean up", async () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const file = join(folder, "placet.lock");
  await writeFile(file, String(pid));
  const lock = await takeLock({ file, what: "The folder" });
  expect(await readFile(file, "utf8")).toBe(String(process.pid));
  await lock.release();
  await expect(readFile(file)).rejects.toThrow("ENOENT");
});
