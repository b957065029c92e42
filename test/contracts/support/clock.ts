// The chain's clock in the tests: every block is one second after the last, unless a test says when. Without this the
// chain goes by the computer's clock, and on a busy computer a test would find that more time has passed than it meant.

import { z } from "zod";

/** What is used of the simulated chain. */
type Provider = { request: (asked: { method: string; params?: object | readonly unknown[] }) => Promise<unknown> };

const block = z.object({ timestamp: z.string(), number: z.string() });

/** Whatever computes in the next block, or mines it. */
const looksAhead = /^(eth_estimateGas|eth_sendTransaction|eth_sendRawTransaction|evm_mine|hardhat_mine)$/;

/** From now on only blocks and the tests themselves move the chain's clock. */
export function holdClock(provider: Provider): void {
  const request = provider.request.bind(provider);
  const latest = async (): Promise<{ time: number; number: string }> => {
    const { timestamp, number } = block.parse(
      await request({ method: "eth_getBlockByNumber", params: ["latest", false] }),
    );
    return { time: Number(timestamp), number };
  };
  const setNext = (time: number): Promise<unknown> => request({ method: "evm_setNextBlockTimestamp", params: [time] });
  // The number of the block after which a test said when the next one is.
  let saidAfter: string | undefined;

  provider.request = async (asked) => {
    const [given] = Array.isArray(asked.params) ? (asked.params as unknown[]) : [];
    if (asked.method === "evm_setNextBlockTimestamp") {
      saidAfter = (await latest()).number;
    } else if (asked.method === "evm_increaseTime") {
      const { time, number } = await latest();
      saidAfter = number;
      return setNext(time + Number(given));
    } else if (asked.method === "evm_revert") {
      saidAfter = undefined;
    } else if (looksAhead.test(asked.method)) {
      const { time, number } = await latest();
      if (saidAfter !== number) await setNext(time + 1);
    }
    return request(asked);
  };
}
