import { describe, expect, it, onTestFinished } from "vitest";
import { createThread, serveThread, type ThreadPort } from "#protocol/threads.ts";
import { failureOf } from "./keys/samples.ts";

/** Two ends, as a page and its worker have them. */
function makeEnds(): { here: ThreadPort; there: ThreadPort } {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  for (const port of [port1, port2]) port.start();
  return { here: port1, there: port2 };
}

describe("A page that asks another thread", () => {
  it("gets each answer to its own question, also where an early one takes longest", async () => {
    const { here, there } = makeEnds();
    serveThread<number, string>(there, async (number) => {
      await new Promise((resolve) => setTimeout(resolve, 20 - number * 10));
      return { answer: `to ${number}` };
    });
    const { ask } = createThread<number, string>(here);
    expect(await Promise.all([ask(0), ask(1), ask(2)])).toEqual(["to 0", "to 1", "to 2"]);
  });

  it("moves bytes there and back", async () => {
    const { here, there } = makeEnds();
    serveThread<Uint8Array<ArrayBuffer>, Uint8Array>(there, async (bytes) => {
      bytes.reverse();
      return { answer: bytes, transfer: [bytes.buffer] };
    });
    const bytes = Uint8Array.of(1, 2, 3);
    const back = createThread<Uint8Array, Uint8Array>(here).ask(bytes, [bytes.buffer]);
    expect(bytes).toHaveLength(0);
    expect(await back).toEqual(Uint8Array.of(3, 2, 1));
  });

  it("hears of its end at every question that is open, and at each one after", async () => {
    const { here, there } = makeEnds();
    serveThread<number, number>(there, (number) =>
      number === 1 ? Promise.reject(new Error("A secret")) : Promise.resolve({ answer: number }),
    );
    const { ask } = createThread<number, number>(here);
    const answers = [0, 1, 2].map((number) => ask(number));
    expect(await answers[0]).toBe(0);
    expect(await failureOf(() => answers[1])).toBe("internal/thread");
    expect(await failureOf(() => answers[2])).toBe("internal/thread");
    expect(await failureOf(() => ask(3))).toBe("internal/thread");
  });

  it("hears of it where its script could not even be loaded, too", async () => {
    const port = Object.assign(new EventTarget(), { postMessage: () => undefined });
    const { ask } = createThread<number, number>(port as unknown as ThreadPort);
    const answer = ask(1);
    port.dispatchEvent(new Event("error"));
    expect(await failureOf(() => answer)).toBe("internal/thread");
  });
});
