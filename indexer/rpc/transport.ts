// viem's way to the nodes: calls of one moment go out in one batch, fail over from node to node, and come back as viem's
// own errors, so that reverts are still read by name.

import { custom, RpcRequestError, HttpRequestError } from "viem";
import type { CustomTransport } from "viem";
import { isTrouble } from "./fault.ts";
import type { RpcAnswer } from "./endpoint.ts";
import type { Nodes } from "./nodes.ts";

type Waiting = {
  body: { method: string; params: readonly unknown[] };
  resolve: (answer: RpcAnswer) => void;
  reject: (error: unknown) => void;
};

/** A viem transport over the nodes. */
export function nodesTransport(nodes: Nodes): CustomTransport {
  let queue: Waiting[] = [];

  async function flush(): Promise<void> {
    const taken = queue;
    queue = [];
    try {
      const answers = await nodes.send(taken.map(({ body }) => body));
      taken.forEach(({ resolve, reject }, at) => {
        const answer = answers[at];
        if (answer === undefined) reject(new Error("A node gives one answer to each call."));
        else resolve(answer);
      });
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
  }

  async function request({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
    const body = { method, params: Array.isArray(params) ? (params as unknown[]) : [] };
    let answer: RpcAnswer;
    try {
      answer = await new Promise<RpcAnswer>((resolve, reject) => {
        queue.push({ body, resolve, reject });
        if (queue.length === 1) setImmediate(() => void flush());
      });
    } catch (cause) {
      if (!isTrouble(cause)) throw cause;
      // The URL stays unsaid: its path may hold a key.
      throw new HttpRequestError({ body, cause, details: cause.message, url: "the configured node" });
    }
    if (answer.ok) return answer.result;
    throw new RpcRequestError({ body, error: answer.error, url: "the configured node" });
  }

  return custom({ request }, { retryCount: 0 });
}
