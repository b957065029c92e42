// A node over HTTP, for audits: plain JSON-RPC, a few tries, no library's opinion in between.

import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import type { RpcRequest } from "#protocol/history/index.ts";

const answerSchema = z.object({
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});
const tries = 3;

/** A request function for one node. Its errors are Failure("unavailable") with what the node said. */
export function connectNode(url: string): RpcRequest {
  let id = 0;
  const once = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params }),
      signal: AbortSignal.timeout(60_000),
    });
    const { result, error } = answerSchema.parse(await response.json());
    if (error !== undefined) {
      // What the node refuses it refuses again: trying once more is for what did not arrive.
      throw new Failure("unavailable", `The node refused ${method}: ${error.message}`, { reason: "refused" });
    }
    return result;
  };
  return async (method, params) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(method, params);
      } catch (cause) {
        if (cause instanceof Failure) throw cause;
        if (attempt >= tries) {
          throw new Failure(
            "unavailable",
            `The node at ${new URL(url).origin} does not answer ${method}. Nothing was concluded. Check the address, or ask another node.`,
            { cause },
          );
        }
        await sleep(250 * attempt);
      }
    }
  };
}
