// Node's side of the benchmark: started by node.ts, speaks to it over the process's channel.

import { openAsBlob } from "node:fs";
import { once } from "node:events";
import { measure } from "./measure.ts";
import type { Plan } from "./node.ts";

const [plan = "", file = ""] = process.argv.slice(2);

async function ask(watch: "start" | "stop"): Promise<void> {
  globalThis.gc?.();
  const answered = once(process, "message");
  process.send?.({ watch });
  await answered;
}

try {
  const order = JSON.parse(plan) as Plan;
  const speeds = await measure(
    { ...order, file: await openAsBlob(file) },
    {
      say: (line) => process.send?.({ line }),
      watch: async (run) => {
        await ask("start");
        const result = await run();
        await ask("stop");
        return result;
      },
    },
  );
  process.send?.({ speeds });
} catch (error) {
  process.send?.({ failed: String(error instanceof Error ? error.stack : error) });
}
process.disconnect();
