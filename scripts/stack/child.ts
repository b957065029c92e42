// Processes that a stack starts: what they say goes to a file, and the end of it is shown when they fail.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { Failure } from "#protocol/failure.ts";
import { plainEnvironment } from "../build/environment.ts";
import { projectRoot } from "../build/project-root.ts";

/** A started process, its log, and how it ended (pending while it lives). */
export type Child = {
  pid: number;
  process: ChildProcess;
  logFile: string;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  hasEnded: () => boolean;
};

const living = new Set<Child>();

/**
 * Starts a TypeScript file of this project as a process of its own.
 * `detached` gives it its own process group, so that a Ctrl-C in the terminal reaches only the one who stops it in order.
 */
export function startChild(options: {
  script: string;
  args?: string[];
  /** Flags of Node itself. */
  nodeFlags?: readonly string[];
  env?: Record<string, string | undefined>;
  logFile: string;
  detached: boolean;
  /** Whether it stops by itself when this process is gone, even killed. */
  stopsWithParent?: boolean;
}): Child {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, "a");
  const before = options.stopsWithParent
    ? ["--import", pathToFileURL(join(projectRoot, "scripts/stack/stop-with-parent.ts")).href]
    : [];
  const child = spawn(
    process.execPath,
    [...(options.nodeFlags ?? []), ...before, join(projectRoot, options.script), ...(options.args ?? [])],
    {
      cwd: projectRoot,
      env: { ...plainEnvironment(), ...options.env },
      stdio: ["ignore", log, log, "ipc"],
      detached: options.detached,
    },
  );
  closeSync(log);
  let over = false;
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    const finish = (code: number | null, signal: NodeJS.Signals | null): void => {
      over = true;
      resolve({ code, signal });
    };
    child.once("error", () => finish(null, null));
    child.once("exit", finish);
  });
  const started = { pid: child.pid ?? 0, process: child, logFile: options.logFile, ended, hasEnded: () => over };
  living.add(started);
  void ended.then(() => living.delete(started));
  return started;
}

/** Stops every process that was started and still lives, the last one first. */
export async function stopChildren(): Promise<void> {
  for (const child of [...living].reverse()) await stopChild(child);
}

/** Asks a process to stop, and ends it when it has not done so within the time (milliseconds). */
export async function stopChild(child: Child, options: { patience?: number } = {}): Promise<void> {
  if (child.hasEnded()) return;
  child.process.kill("SIGTERM");
  const patience = new AbortController();
  await Promise.race([
    child.ended,
    sleep(options.patience ?? 8_000, undefined, { signal: patience.signal }).catch(() => {}),
  ]);
  patience.abort();
  if (!child.hasEnded()) child.process.kill("SIGKILL");
  await child.ended;
}

/** What a process said last, for a message about its failure. */
export function readLogEnd(logFile: string, lines = 25): string {
  return readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
}

/** The failure of a process that ended before it was ready, with its last words; reason "port-busy" when that was why. */
export function describeEnd(child: Child, what: string): Failure {
  const lastWords = readLogEnd(child.logFile);
  const isPortBusy = /EADDRINUSE|is in use by another program/.test(lastWords);
  return new Failure(
    "unavailable",
    `${what} stopped before it was ready. Its last words (${child.logFile}):\n\n${lastWords}`,
    isPortBusy ? { reason: "port-busy" } : {},
  );
}
