// Measures in a Node process of its own, so that its memory is nobody else's.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Failure } from "#protocol/failure.ts";
import { watchMemory } from "./memory.ts";
import type { Speeds } from "./measure.ts";

/** What is measured: sizes in bytes, boxes a round. */
export type Plan = { sizes: { bytes: number; rounds: number }[]; boxes: number };

/** What came out; the peak in bytes over what the process had before. */
export type Measured = { speeds: Speeds; peak: number };

type Message = { line: string } | { watch: "start" | "stop" } | { speeds: Speeds } | { failed: string };

/** Measures in Node. `file` is a file on this computer that is encrypted as a Blob. */
export function measureInNode(plan: Plan, options: { file: string; say(line: string): void }): Promise<Measured> {
  const child = fork(fileURLToPath(new URL("./in-node.ts", import.meta.url)), [JSON.stringify(plan), options.file], {
    execArgv: ["--expose-gc", "--no-warnings"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    let watching: ReturnType<typeof watchMemory> | undefined;
    let peak = 0;
    child.once("error", reject);
    child.once("exit", () => reject(new Failure("internal", "The measurement in Node ended early.")));
    child.on("message", (message: Message) => {
      if ("line" in message) options.say(message.line);
      else if ("speeds" in message) resolve({ speeds: message.speeds, peak });
      else if ("failed" in message) reject(new Failure("internal", message.failed));
      else {
        const done =
          message.watch === "start"
            ? (watching = watchMemory([child.pid ?? 0]))
            : watching?.then(async (watch) => (peak = Math.max(peak, await watch.stop())));
        Promise.resolve(done).then(() => child.send("go on"), reject);
      }
    });
  });
}
