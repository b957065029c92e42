import { describe, expect, test } from "vitest";
import { Failure } from "#protocol/failure.ts";
import { createCaller, serveCalls, type Port } from "../../../app/src/lib/workers/calls.ts";

type Demo = {
  add: { args: { a: number; b: number }; result: number };
  fail: { args: "known" | "unknown"; result: never };
  count: { args: number; result: number; progress: number };
  wait: { args: undefined; result: string };
};

function connect() {
  const { port1, port2 } = new MessageChannel();
  serveCalls<Demo>(port2 as unknown as Port, {
    add: ({ a, b }) => a + b,
    fail(kind) {
      if (kind === "known") throw new Failure("wrong-key", "That did not open.", { reason: "typo" });
      throw new TypeError("secret root 0xabc");
    },
    count(to, { progress }) {
      for (let at = 1; at <= to; at++) progress(at);
      return to;
    },
    wait: (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped")))),
  });
  port1.start();
  port2.start();
  const caller = createCaller<Demo>(port1 as unknown as Port);
  return { ...caller, close: () => (port1.close(), port2.close()) };
}

describe("A screen that asks a worker", () => {
  test("gets each answer to its own question, however many are open", async () => {
    const { call, close } = connect();
    expect(await Promise.all([1, 2, 3].map((a) => call("add", { a, b: 10 })))).toEqual([11, 12, 13]);
    close();
  });

  test("hears progress before the answer", async () => {
    const { call, close } = connect();
    const heard: number[] = [];
    expect(await call("count", 3, { onProgress: (value) => heard.push(value) })).toBe(3);
    expect(heard).toEqual([1, 2, 3]);
    close();
  });

  test("gets a Failure with its code, words and reason", async () => {
    const { call, close } = connect();
    await expect(call("fail", "known")).rejects.toMatchObject({
      code: "wrong-key",
      message: "That did not open.",
      reason: "typo",
    });
    close();
  });

  test("learns nothing of what an unexpected error said", async () => {
    const { call, close } = connect();
    const error: unknown = await call("fail", "unknown").catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "internal" });
    expect(String(error)).not.toContain("0xabc");
    close();
  });

  test("may stop what takes too long", async () => {
    const { call, close } = connect();
    const controller = new AbortController();
    const waiting = call("wait", undefined, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: "rejected-by-user", reason: "aborted" });
    close();
  });

  test("is answered even when the worker dies", async () => {
    const { call, fail, close } = connect();
    const waiting = call("wait", undefined);
    fail(new Failure("locked", "Locked."));
    await expect(waiting).rejects.toMatchObject({ code: "locked" });
    close();
  });
});
