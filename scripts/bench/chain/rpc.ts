// The shortest way to a node: JSON-RPC over HTTP, one call or many in one request.

import { z } from "zod";

const answerSchema = z.object({ id: z.number(), result: z.unknown().optional(), error: z.unknown().optional() });

/** A call and its parameters. */
export type Call = readonly [method: string, params: readonly unknown[]];

/** Speaks JSON-RPC to `url`. Throws an Error with the node's own words. */
export async function ask(url: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const [answer] = await askMany(url, [[method, params]]);
  return answer;
}

/** Sends several calls in one request; the answers come in the calls' order. */
export async function askMany(url: string, calls: readonly Call[]): Promise<unknown[]> {
  const body = JSON.stringify(calls.map(([method, params], id) => ({ jsonrpc: "2.0", id, method, params })));
  const response = await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
  const answers = z.array(answerSchema).parse(await response.json());
  const byId = new Map(answers.map((answer) => [answer.id, answer]));
  return calls.map(([method], id) => {
    const answer = byId.get(id);
    if (answer === undefined || answer.error !== undefined) {
      throw new Error(`${method}: ${JSON.stringify(answer?.error ?? "no answer").slice(0, 400)}`);
    }
    return answer.result;
  });
}
