// The browser's side: a worker measures, the page stands between it and the command.

import { createDigester } from "#protocol/documents/index.ts";
import { measure } from "./measure.ts";

type Order = { sizes: { bytes: number; rounds: number }[]; boxes: number; file?: Blob };

/** Runs in the worker: waits for its order, and tells what happens. */
export function serveMeasure(): void {
  let next = 0;
  const answers = new Map<number, () => void>();
  const ask = (what: "start" | "stop"): Promise<void> =>
    new Promise((resolve) => {
      const id = next++;
      answers.set(id, resolve);
      (globalThis as { gc?: () => void }).gc?.();
      postMessage({ id, watch: what });
    });
  addEventListener("message", (event: MessageEvent<Order | { id: number }>) => {
    const { data } = event;
    if ("id" in data) {
      answers.get(data.id)?.();
      return;
    }
    const hooks = {
      say: (line: string) => postMessage({ line }),
      watch: async <T>(run: () => Promise<T>): Promise<T> => {
        await ask("start");
        const result = await run();
        await ask("stop");
        return result;
      },
    };
    measure({ ...data, digester: createDigester(new Worker("/thread.js")) }, hooks).then(
      (speeds) => postMessage({ speeds }),
      (error: unknown) => postMessage({ failed: String(error instanceof Error ? error.stack : error) }),
    );
  });
}

serveMeasure();
