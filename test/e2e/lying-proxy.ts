// Somebody between a person and a real service (or the service itself, gone bad): everything passes as it is, but answers
// of the ledger to chosen questions are replaced by lies.

import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import { encodeFunctionData, encodeFunctionResult, type Address, type Hex } from "viem";
import { z } from "zod";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";

/** A running liar. It tells the truth until it is given something to lie about. */
export type LyingProxy = {
  url: string;
  /** Whose answers pass through here. */
  speakFor: (serviceUrl: string) => void;
  /** From now on this account's encryption key is another. */
  inventKey: (account: Address, key: Hex) => void;
  /** From now on this account's epoch is another. */
  inventEpoch: (account: Address, epoch: number) => void;
  tellTheTruth: () => void;
  /** How many answers were replaced. */
  lies: () => number;
  stop: () => Promise<void>;
};

const call = z.looseObject({ id: z.unknown(), method: z.string(), params: z.array(z.unknown()).optional() });
const answer = z.looseObject({ id: z.unknown() });

/** Starts a liar on a free port of this computer. */
export async function startLyingProxy(): Promise<LyingProxy> {
  let target: URL | undefined;
  let told = 0;
  const lies = new Map<string, Hex>();

  function lie(question: unknown): Hex | undefined {
    const asked = call.safeParse(question);
    if (!asked.success || asked.data.method !== "eth_call") return undefined;
    const data = z.looseObject({ data: z.string() }).safeParse(asked.data.params?.[0]);
    return data.success ? lies.get(data.data.data.toLowerCase()) : undefined;
  }

  function replace(question: unknown, answers: unknown): unknown {
    if (!Array.isArray(question)) return lieIn(question, answers);
    const list: unknown[] = Array.isArray(answers) ? answers : [answers];
    return list.map((one) => {
      const { id } = answer.parse(one);
      return lieIn(
        question.find((each) => call.safeParse(each).data?.id === id),
        one,
      );
    });
  }

  function lieIn(question: unknown, truth: unknown): unknown {
    const result = lie(question);
    if (result === undefined) return truth;
    told += 1;
    return { ...answer.parse(truth), result };
  }

  const server = createServer((incoming, outgoing) => {
    if (target === undefined) return void outgoing.writeHead(503).end();
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      if (target !== undefined) pass({ incoming, outgoing, target, body: Buffer.concat(chunks), replace });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const asked = (functionName: "encryptionKeyOf" | "epochOf", account: Address): string =>
    encodeFunctionData({ abi: ledgerAbi, functionName, args: [account] }).toLowerCase();
  return {
    url: `http://127.0.0.1:${port}`,
    speakFor: (serviceUrl) => void (target = new URL(serviceUrl)),
    inventKey: (account, key) =>
      void lies.set(
        asked("encryptionKeyOf", account),
        encodeFunctionResult({ abi: ledgerAbi, functionName: "encryptionKeyOf", result: key }),
      ),
    inventEpoch: (account, epoch) =>
      void lies.set(
        asked("epochOf", account),
        encodeFunctionResult({ abi: ledgerAbi, functionName: "epochOf", result: epoch }),
      ),
    tellTheTruth: () => lies.clear(),
    lies: () => told,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Passing = {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  target: URL;
  body: Buffer;
  replace: (question: unknown, answers: unknown) => unknown;
};

function pass({ incoming, outgoing, target, body, replace }: Passing): void {
  const { method = "GET", url = "/", headers } = incoming;
  const isRpc = url === "/rpc" && method === "POST";
  const passed = { ...headers, ...(isRpc ? { "accept-encoding": "identity" } : {}) };
  const onward = forward({ host: target.hostname, port: target.port, path: url, method, headers: passed }, (reply) => {
    const status = reply.statusCode ?? 502;
    if (!isRpc) {
      outgoing.writeHead(status, reply.headers);
      reply.pipe(outgoing);
      return;
    }
    const parts: Buffer[] = [];
    reply.on("data", (part: Buffer) => parts.push(part));
    reply.on("end", () => {
      const truth: unknown = JSON.parse(Buffer.concat(parts).toString("utf8"));
      const said = JSON.stringify(status === 200 ? replace(JSON.parse(body.toString("utf8")), truth) : truth);
      const { "content-length": _, "transfer-encoding": __, etag: ___, ...kept } = reply.headers;
      outgoing.writeHead(status, { ...kept, "content-length": Buffer.byteLength(said) }).end(said);
    });
  });
  onward.on("error", () => outgoing.destroy());
  outgoing.on("close", () => onward.destroy());
  onward.end(body);
}
