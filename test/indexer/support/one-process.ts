// The service as a real process of its own: what is killed, or stands beside another one, is this.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { RunningService } from "#indexer/index.ts";
import type { TestChain } from "./chain.ts";
import { environment } from "./service.ts";

const main = fileURLToPath(new URL("../../../indexer/main.ts", import.meta.url));

/** One process of the service. */
export type OneProcess = Awaited<ReturnType<typeof startProcess>>;

/** Starts the service in `folder`; resolves when it answers. `preload` names modules that are loaded before it. */
export async function startProcess(
  chain: TestChain,
  folder: string,
  { more = {}, preload = [] }: { more?: Record<string, string>; preload?: readonly string[] } = {},
) {
  const env = { ...process.env, ...environment(chain, folder, more) };
  const execArgv = preload.flatMap((url) => ["--import", url]);
  const child = fork(main, [], { env, stdio: ["ignore", "pipe", "pipe", "ipc"], execArgv });
  const endWithThis = () => void child.kill("SIGKILL");
  process.once("exit", endWithThis);
  const ended = new Promise<void>((resolve) =>
    child.once("exit", () => {
      process.off("exit", endWithThis);
      resolve();
    }),
  );
  let said = "";
  child.stderr?.on("data", (bytes: Buffer) => (said = (said + bytes.toString()).slice(-20_000)));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (line: Buffer) =>
      resolve((JSON.parse(line.toString()) as { listening: string }).listening),
    );
    child.once("exit", (code) => reject(new Error(`The service ended with ${code}: ${said}`)));
  });
  const gateway: unknown = await (await fetch(`${url}/api/gateway`)).json();
  return {
    url,
    /** What helpers that talk to a service in this process need of one in another. */
    running: { url, service: { chain: { deployment: chain.deployment }, gateway } } as RunningService,
    /** Resolves when the process is gone, whoever ended it. */
    ended,
    /** SIGKILL; resolves when it is gone. */
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    /** What it logged last. */
    said: () => said,
  };
}
