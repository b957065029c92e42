// The peak of some processes' memory, seen from outside: what lies in RAM and is theirs, looked at every 20 ms.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const EVERY_MS = 20;

async function residentOf(pid: number): Promise<number> {
  if (process.platform === "linux") {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  }
  const { stdout } = await run("ps", ["-o", "rss=", "-p", String(pid)]).catch(() => ({ stdout: "0" }));
  return Number(stdout) * 1024;
}

async function sum(pids: readonly number[]): Promise<number> {
  return (await Promise.all(pids.map(residentOf))).reduce((all, one) => all + one, 0);
}

/** Begins to watch; `stop` gives the bytes by which the peak lay above the beginning. */
export async function watchMemory(pids: readonly number[]): Promise<{ stop(): Promise<number> }> {
  const before = await sum(pids);
  let peak = before;
  let over = false;
  const watching = (async () => {
    while (!over) {
      peak = Math.max(peak, await sum(pids));
      await new Promise((resume) => setTimeout(resume, EVERY_MS));
    }
  })();
  return {
    async stop() {
      over = true;
      await watching;
      return peak - before;
    },
  };
}
