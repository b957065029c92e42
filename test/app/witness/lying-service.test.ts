// A real service over a real chain, and a liar in front of it: what an app finds out by asking the ledger a second time.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { encodeFunctionData, type Hex } from "viem";
import { callTwice, type Ask, type Second, type TwoReaders } from "#app/witness/read-twice.ts";
import { toHex } from "#protocol/bytes.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import type { RunningService } from "#indexer/index.ts";
import { startLyingProxy, type LyingProxy } from "../../e2e/lying-proxy.ts";
import { people, startChain, type TestChain } from "../../indexer/support/chain.ts";
import { makeFolder, startTestService } from "../../indexer/support/service.ts";
import { enrol, word, type Keyed } from "../../indexer/support/story.ts";

let chain: TestChain;
let running: RunningService;
let folder: Awaited<ReturnType<typeof makeFolder>>;
let liar: LyingProxy;
let lena: Keyed;

function node(url: string): Ask {
  return async (method, params) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    const answer = (await response.json()) as { result?: unknown };
    if (!("result" in answer)) throw new Error("refused");
    return answer.result;
  };
}

beforeAll(async () => {
  chain = await startChain();
  lena = await enrol(chain, people.lena);
  folder = await makeFolder();
  running = await startTestService(chain, folder.folder);
  liar = await startLyingProxy();
  liar.speakFor(running.url);
});
afterAll(async () => {
  await liar?.stop();
  await running?.stop();
  await folder?.remove();
  await chain?.stop();
});
beforeEach(() => liar.tellTheTruth());

const wallet = (): Second => ({ by: "wallet", ask: node(chain.rpcUrl) });
const readers = (seconds: readonly Second[], more: Partial<TwoReaders> = {}): TwoReaders => ({
  service: node(`${liar.url}/rpc`),
  seconds,
  chainId: chain.deployment.chainId,
  genesisHash: chain.deployment.genesisHash,
  pause: 10,
  ...more,
});
const keyOfLena = () => ({
  to: chain.deployment.ledger,
  data: encodeFunctionData({ abi: ledgerAbi, functionName: "encryptionKeyOf", args: [lena.address] }),
});

describe("A patient whose service speaks for the ledger", () => {
  it("who has a wallet of their own gets a key that both name, and is told who named it", async () => {
    const read = await callTwice(keyOfLena(), readers([wallet()]));
    expect(read).toEqual({ data: toHex(lena.key.publicKey), checkedBy: "wallet" });
  });

  it("is refused another key than the ledger's, in words, whoever it would have been for", async () => {
    const before = liar.lies();
    liar.inventKey(lena.address, word());
    await expect(callTwice(keyOfLena(), readers([wallet()]))).rejects.toMatchObject({
      code: "tampered",
      reason: "ledger-differs",
      message: expect.stringContaining("Nothing was encrypted"),
    });
    expect(liar.lies()).toBeGreaterThan(before);
  });

  it("is refused an invented epoch", async () => {
    liar.inventEpoch(people.ana.address, 4);
    const call = {
      to: chain.deployment.ledger,
      data: encodeFunctionData({ abi: ledgerAbi, functionName: "epochOf", args: [people.ana.address] }),
    };
    await expect(callTwice(call, readers([wallet()]))).rejects.toMatchObject({ reason: "ledger-differs" });
  });

  it("whose wallet answers no such questions is told that nobody else said so, and a second node catches the lie", async () => {
    liar.inventKey(lena.address, word());
    const mute: Second = { by: "wallet", ask: () => Promise.reject(new Error("4200: not supported")) };
    expect(await callTwice(keyOfLena(), readers([mute]))).toMatchObject({ checkedBy: "nobody" });
    const second: Second = { by: "endpoint", ask: node(chain.rpcUrl) };
    await expect(callTwice(keyOfLena(), readers([mute, second]))).rejects.toMatchObject({ reason: "ledger-differs" });
  });

  it("does not wait for ever for a wallet whose window never opens", async () => {
    const silent: Second = { by: "wallet", ask: () => new Promise(() => undefined) };
    expect(await callTwice(keyOfLena(), readers([silent], { patience: 50 }))).toMatchObject({ checkedBy: "nobody" });
  });

  it("does not take a wallet on another network for a second word", async () => {
    const elsewhere: Second = {
      by: "wallet",
      ask: (method, params) => (method === "eth_chainId" ? Promise.resolve("0x1") : node(chain.rpcUrl)(method, params)),
    };
    expect(await callTwice(keyOfLena(), readers([elsewhere]))).toMatchObject({ checkedBy: "nobody" });
  });

  it("is told when the service names the chain of the wallet's number and means another", async () => {
    const genesisHash: Hex = word();
    await expect(callTwice(keyOfLena(), readers([wallet()], { genesisHash }))).rejects.toMatchObject({
      reason: "another-chain",
    });
  });

  it("bears a node that is a block behind", async () => {
    let asked = 0;
    const late: Second = {
      by: "wallet",
      ask: async (method, params) =>
        method === "eth_call" && (asked += 1) === 1 ? word() : node(chain.rpcUrl)(method, params),
    };
    expect(await callTwice(keyOfLena(), readers([late]))).toMatchObject({ data: toHex(lena.key.publicKey) });
  });
});
