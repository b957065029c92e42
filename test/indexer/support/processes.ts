// The service as several real processes over one PostgreSQL: each with a port and a folder of its own, all with one
// gateway key, one folder of blocks, and each other's addresses as origins, as behind one web address.

import { fork, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pickAnyPort } from "#scripts/stack/ports.ts";
import type { RunningService } from "#indexer/index.ts";
import type { TestChain } from "./chain.ts";
import { databaseUrlOf, giveDatabase, openTestDatabase } from "./database.ts";
import { funded } from "./reading.ts";
import { environment, eventually } from "./service.ts";

const main = fileURLToPath(new URL("../../../indexer/main.ts", import.meta.url));

/** A line of a service's log. */
type Line = { event: string; level: string } & Record<string, unknown>;

/** One process of the service. */
export type Process = {
  url: string;
  /** What helpers that talk to a service in this process need of one in another. */
  running: RunningService;
  /** What it logged so far. */
  lines: Line[];
  /** Whether it writes, as far as its log says. */
  isWriter(): boolean;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP, as when a virtual machine is paused. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
};

/** Several processes of one service. */
export type Cluster = Awaited<ReturnType<typeof startCluster>>;

/** Prepares a cluster for up to `size` processes; `start` starts one of them. */
export async function startCluster(
  chain: TestChain,
  { size, more = {} }: { size: number; more?: Record<string, string> },
) {
  const root = await mkdtemp(join(tmpdir(), "placet-cluster-"));
  const drop = await giveDatabase(root);
  const ports = await Promise.all(Array.from({ length: size }, () => pickAnyPort()));
  const origins = ports.map((port) => `http://127.0.0.1:${port}`).join(",");
  const children = new Map<ChildProcess, Process>();

  async function start(place: number): Promise<Process> {
    const env = {
      ...process.env,
      ...environment(chain, root, {
        ...funded,
        PLACET_DATA: join(root, `process-${place}`),
        PLACET_BLOCKS: join(root, "blocks"),
        PLACET_PORT: String(ports[place]),
        PLACET_ORIGIN: origins,
        ...more,
      }),
    };
    const child = fork(main, [], { env, stdio: ["ignore", "pipe", "pipe", "ipc"], execArgv: [] });
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const lines: Line[] = [];
    let rest = "";
    let said = "";
    child.stderr?.on("data", (bytes: Buffer) => {
      const parts = (rest + bytes.toString()).split("\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        if (part.startsWith("{")) lines.push(JSON.parse(part) as Line);
        else said += `${part}\n`;
      }
    });
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout?.once("data", (line: Buffer) =>
        resolve((JSON.parse(line.toString()) as { listening: string }).listening),
      );
      child.once("exit", (code) => reject(new Error(`The service ended with ${code}: ${said}`)));
    });
    const gateway: unknown = await (await fetch(`${url}/api/gateway`)).json();
    const started: Process = {
      url,
      running: { url, service: { chain: { deployment: chain.deployment }, gateway } } as RunningService,
      lines,
      isWriter: () => lines.findLast(({ event }) => event.startsWith("writer-"))?.event === "writer-begins",
      async kill() {
        child.kill("SIGKILL");
        await ended;
      },
      freeze: () => void child.kill("SIGSTOP"),
      thaw: () => void child.kill("SIGCONT"),
    };
    children.set(child, started);
    return started;
  }

  return {
    start,
    databaseUrl: databaseUrlOf(root) ?? "",
    /** The database that all of them use. */
    open: () => openTestDatabase(root),
    /** Resolves with the one of the given processes that has become the writer. */
    writerAmong: (processes: readonly Process[], ms = 15_000) =>
      eventually(async () => processes.find((each) => each.isWriter()), ms),
    async remove() {
      for (const child of children.keys()) child.kill("SIGCONT");
      await Promise.all([...children.values()].map((each) => each.kill()));
      await drop();
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
