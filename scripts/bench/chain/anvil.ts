// anvil from npm, in a process of its own. Its --state stalls it and its history on disk is a whole state a block, so
// it keeps the newest states in memory only.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "#protocol/failure.ts";
import { pickAnyPort } from "#scripts/stack/ports.ts";
import { installOnDemand } from "./cache.ts";
import { ask } from "./rpc.ts";

const VERSION = "1.7.1";

/** A running anvil. */
export type Anvil = { rpcUrl: string; stop(): Promise<void> };

/**
 * Starts an anvil that mines when it is told to, with its first block at `timestamp` or going on from a dumped `state`.
 * `states` is how many blocks' states it can still answer calls at.
 */
export async function startAnvil({
  states,
  timestamp,
  state,
}: {
  states: number;
  timestamp?: number;
  state?: string;
}): Promise<Anvil> {
  const port = await pickAnyPort();
  const args = ["--port", String(port), "--no-mining", "--silent", "--disable-block-gas-limit"];
  args.push("--prune-history", String(states), "--order", "fifo");
  if (timestamp !== undefined) args.push("--timestamp", String(Math.floor(timestamp)));
  if (state !== undefined) args.push("--load-state", state);
  const child = spawn(findAnvil(), args, { stdio: "ignore" });
  let ended = false;
  const end = new Promise<void>((resolve) => child.once("close", () => resolve(void (ended = true))));
  const stopNow = () => child.kill("SIGKILL");
  process.once("exit", stopNow);
  const rpcUrl = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries += 1) {
    if (ended || tries > 4_000) throw new Failure("unavailable", "anvil did not start.");
    try {
      await ask(rpcUrl, "eth_chainId");
      break;
    } catch {
      await sleep(50);
    }
  }
  return {
    rpcUrl,
    async stop() {
      process.off("exit", stopNow);
      child.kill("SIGKILL");
      await end;
    },
  };
}

/** The binary for this kind of machine, installed when it is not there. */
function findAnvil(): string {
  const architecture = process.arch === "arm64" ? "arm64" : "amd64";
  const platform = process.platform === "win32" ? "win32" : process.platform;
  const folder = installOnDemand("anvil", { dependencies: { "@foundry-rs/anvil": VERSION } });
  const require = createRequire(join(folder, "package.json"));
  const name = `@foundry-rs/anvil-${platform}-${architecture}`;
  const binary = join(require.resolve(`${name}/package.json`), "../bin", platform === "win32" ? "anvil.exe" : "anvil");
  if (!existsSync(binary)) throw new Failure("unavailable", `${name} holds no anvil.`);
  return binary;
}
