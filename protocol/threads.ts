// Another thread that answers questions: a browser does all WebCrypto of one thread one call after another, so work for
// several cores needs several threads. Rule: answers come in the order of the questions, and a thread that died answers
// every question that is open with a Failure.

import { Failure } from "./failure.ts";

/** What is needed of a Worker, a MessagePort or a worker's own scope. */
export type ThreadPort = {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message" | "error" | "messageerror", hear: (event: MessageEvent) => void): void;
};

/** An answer, and what of it is moved instead of copied. */
export type Answered<A> = { answer: A; transfer?: Transferable[] };

/** A thread to ask. What is in `transfer` is moved there and is empty here from then on. */
export type Thread<Q, A> = { ask(question: Q, transfer?: Transferable[]): Promise<A> };

type Waiting = { resolve(answer: unknown): void; reject(error: Failure): void };

/** Asks the other end of `port`, where `serveThread` runs. `ask` throws Failure("internal") once that end is gone. */
export function createThread<Q, A>(port: ThreadPort): Thread<Q, A> {
  const waiting: Waiting[] = [];
  let isGone = false;
  const gone = () =>
    new Failure("internal", "A part of this page came to an end. What was stored before stays stored. Try again.", {
      reason: "thread",
    });

  function fail(): void {
    isGone = true;
    for (const one of waiting.splice(0)) one.reject(gone());
  }

  port.addEventListener("message", ({ data }: MessageEvent<{ answer: A } | { failed: true }>) => {
    if ("failed" in data) fail();
    else waiting.shift()?.resolve(data.answer);
  });
  port.addEventListener("error", fail);
  port.addEventListener("messageerror", fail);

  return {
    ask: (question, transfer = []) =>
      new Promise((resolve, reject) => {
        if (isGone) return reject(gone());
        port.postMessage(question, transfer); // what cannot be sent throws here, and awaits no answer
        waiting.push({ resolve: resolve as (answer: unknown) => void, reject });
      }),
  };
}

/** Answers what comes in on `port`, one after another. An answer that throws ends the thread for whoever asks. */
export function serveThread<Q, A>(port: ThreadPort, answer: (question: Q) => Promise<Answered<A>>): void {
  let before: Promise<unknown> = Promise.resolve();
  async function reply(question: Q): Promise<void> {
    try {
      const { answer: value, transfer = [] } = await answer(question);
      port.postMessage({ answer: value }, transfer);
    } catch {
      port.postMessage({ failed: true }, []);
    }
  }
  port.addEventListener("message", ({ data }: MessageEvent<Q>) => {
    before = before.then(() => reply(data));
  });
}
