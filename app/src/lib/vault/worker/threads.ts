// Threads beside the vault's own. Rule: what is sent to one is ciphertext; keys stay where they are.
import { createDigester, type Digester } from "#protocol/documents/index.ts";
import { isFailure } from "#protocol/failure.ts";

/**
 * A thread that hashes blocks while others are encrypted; undefined where the browser starts none, which is no reason to
 * refuse a document. Stop it when the last block is hashed.
 */
export async function startDigesting(): Promise<{ digester: Digester; stop(): void } | undefined> {
  const worker = new Worker(new URL("./digest.worker.ts", import.meta.url), { type: "module", name: "placet-digest" });
  const digester = createDigester(worker);
  try {
    // Asked once before anything depends on it: what is sent to a thread that never began would be lost.
    await digester.digest(new Uint8Array(1));
    return { digester, stop: () => worker.terminate() };
  } catch (error) {
    worker.terminate();
    if (isFailure(error)) return undefined;
    throw error;
  }
}
