// Threads beside the vault's own. Rule: what is sent to one is ciphertext; keys stay where they are.
import { createDigester, type Digester } from "#protocol/documents/index.ts";

/** A thread that hashes blocks while others are encrypted. Stop it when the last one is hashed. */
export function startDigesting(): { digester: Digester; stop(): void } {
  const worker = new Worker(new URL("./digest.worker.ts", import.meta.url), { type: "module", name: "placet-digest" });
  return { digester: createDigester(worker), stop: () => worker.terminate() };
}
