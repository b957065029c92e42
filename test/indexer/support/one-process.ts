// The service as a real process of its own: what is killed, or stands beside another one, is this.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { RunningService } from "#indexer/index.ts";
import type { TestChain } from "./chain.ts";
import { environment } from "./service.ts";

const main = fileURLToPath(new URL("../../../indexer/main.ts", import.meta.url));

/** One process of the service. */
export type OneProcess = Awaited<ReturnType<typeof startProcess>>;

type Options = { more?: Record<string, string>; preload?: readonly string[] };
type Where = Pick<TestChain, "rpcUrl" | "deploymentFile">;

/** Begins to start the service in `folder`. `preload` names modules that are loaded before it. */
export function beginProcess(chain: Where, folder: string, { more = {}, preload = [] }: Options = {}) {
  const env = { ...process.env, ...environment(chain, folder, more) };
  const execArgv = preload.flatMap((url) => ["--import", url]);
  const child = fork(main, [], { env, stdio: ["ignore", "pipe", "pipe", "ipc"], execArgv });
  const endWithThis = () => void child.kill("SIGKILL");
  process.once("exit", endWithThis);
  const ended = new Promise<number | null>((resolve) =>
    child.once("exit", (code) => {
      process.off("exit", endWithThis);
      resolve(code);
    }),
  );
  let said = "";
  child.stderr?.on("data", (bytes: Buffer) => (said = (said + bytes.toString()).slice(-20_000)));
  const listening = new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (line: Buffer) =>
      resolve((JSON.parse(line.toString()) as { listening: string }).listening),
    );
    child.once("exit", (code) => reject(new Error(`The service ended with ${code}: ${said}`)));
  });
  listening.catch(() => undefined);
  return {
    /** Where it answers, once it does. */
    listening,
    /** Resolves with its exit code (null after a signal) when the process is gone, whoever ended it. */
    ended,
    /** SIGTERM, as an operator stops it; resolves with its exit code. */
    stop() {
      child.kill("SIGTERM");
      return ended;
    },
    /** SIGKILL; resolves when it is gone. */
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    /** What it logged last. */
    said: () => said,
  };
}

/** Starts the service in `folder`; resolves when it answers. */
export async function startProcess(chain: TestChain, folder: string, options: Options = {}) {
  const begun = beginProcess(chain, folder, options);
  const url = await begun.listening;
  const gateway: unknown = await (await fetch(`${url}/api/gateway`)).json();
  /** What helpers that talk to a service in this process need of one in another. */
  const running = { url, service: { chain: { deployment: chain.deployment }, gateway } } as RunningService;
  return { ...begun, url, running };
}
