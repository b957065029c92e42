// The chain's clock in the tests: every block is one second after the last, unless a test says when. Without this the
// chain goes by the computer's clock, and on a busy computer a test would find that more time has passed than it meant.

import { AsyncLocalStorage } from "node:async_hooks";
import { z } from "zod";

/** What is used of the simulated chain. */
type Provider = { request: (asked: { method: string; params?: object | readonly unknown[] }) => Promise<unknown> };

const block = z.object({ timestamp: z.string(), number: z.string() });

/** Whatever computes in the next block, mines it, says when it is, or goes back. */
const looksAhead = /^(eth_estimateGas|eth_sendTransaction|eth_sendRawTransaction|evm_mine|hardhat_mine)$/;
const movesClock = /^(evm_setNextBlockTimestamp|evm_increaseTime|evm_revert)$/;

/** From now on only blocks and the tests themselves move the chain's clock. */
export function holdClock(provider: Provider): void {
  const request = provider.request.bind(provider);
  const takeTurn = queue();
  const latest = async (): Promise<{ time: number; number: string }> => {
    const { timestamp, number } = block.parse(
      await request({ method: "eth_getBlockByNumber", params: ["latest", false] }),
    );
    return { time: Number(timestamp), number };
  };
  const setNext = (time: number): Promise<unknown> => request({ method: "evm_setNextBlockTimestamp", params: [time] });
  // The number of the block after which a test said when the next one is.
  let saidAfter: string | undefined;

  const answer: Provider["request"] = async (asked) => {
    const [given] = Array.isArray(asked.params) ? (asked.params as unknown[]) : [];
    if (asked.method === "evm_setNextBlockTimestamp") {
      saidAfter = (await latest()).number;
    } else if (asked.method === "evm_increaseTime") {
      const { time, number } = await latest();
      saidAfter = number;
      return setNext(time + Number(given));
    } else if (asked.method === "evm_revert") {
      saidAfter = undefined;
    } else {
      const { time, number } = await latest();
      if (saidAfter !== number) await setNext(time + 1);
    }
    return request(asked);
  };
  provider.request = (asked) =>
    looksAhead.test(asked.method) || movesClock.test(asked.method)
      ? takeTurn(
          () => answer(asked),
          () => request(asked),
        )
      : request(asked);
}

/**
 * One after the other, so that no other block comes between looking at the last one and mining the next. What Hardhat asks
 * on behalf of a request (how much gas it takes) belongs to that one's turn, and finds the clock set.
 */
function queue(): <T>(work: () => Promise<T>, workWithin: () => Promise<T>) => Promise<T> {
  const turn = new AsyncLocalStorage<boolean>();
  let last: Promise<unknown> = Promise.resolve();
  return (work, workWithin) => {
    if (turn.getStore() === true) return workWithin();
    const done = last.then(() => turn.run(true, work));
    last = done.catch(() => undefined);
    return done;
  };
}
