// Typed calls over a MessagePort or Worker: one message out, one answer back, progress in between, and stop.
// Rule: a Failure crosses with its code and words; anything else crosses as "internal", without its content.
import { Failure, type FailureCode } from "#protocol/failure.ts";

/** What one side can be asked: name -> function of one JSON-and-bytes argument. */
export type Calls = Record<string, { args: unknown; result: unknown; progress?: unknown }>;

/** What a handler is given besides its argument. */
export type CallContext<P> = { progress: (value: P) => void; signal: AbortSignal };

/** The handlers of a set of calls. */
export type Handlers<C extends Calls> = {
  [K in keyof C]: (
    args: C[K]["args"],
    context: CallContext<C[K]["progress"]>,
  ) => Promise<C[K]["result"]> | C[K]["result"];
};

/** A way to make calls. */
export type Caller<C extends Calls> = <K extends keyof C & string>(
  name: K,
  args: C[K]["args"],
  options?: { onProgress?: ((value: C[K]["progress"]) => void) | undefined; signal?: AbortSignal | undefined },
) => Promise<C[K]["result"]>;

/** The part of Worker, MessagePort and worker scope that is needed. */
export type Port = {
  postMessage(message: unknown): void;
  addEventListener(type: "message", hear: (event: MessageEvent) => void): void;
};

type Outgoing = { call: number; name: string; args: unknown } | { call: number; stop: true };
type Incoming =
  | { call: number; ok: true; value: unknown }
  | { call: number; ok: false; error: { code: FailureCode; message: string; reason: string | undefined } }
  | { call: number; progress: unknown };

/** Makes calls to the other end of a port. `onBroken` answers all open calls when the worker dies. */
export function createCaller<C extends Calls>(port: Port): { call: Caller<C>; fail: (error: Failure) => void } {
  type Open = {
    resolve: (value: unknown) => void;
    reject: (error: unknown) => void;
    progress: ((value: unknown) => void) | undefined;
  };
  const open = new Map<number, Open>();
  let count = 0;

  port.addEventListener("message", (event: MessageEvent<Incoming>) => {
    const message = event.data;
    const waiting = open.get(message.call);
    if (!waiting) return;
    if ("progress" in message) return waiting.progress?.(message.progress);
    open.delete(message.call);
    if (message.ok) waiting.resolve(message.value);
    else {
      const { code, message: words, reason } = message.error;
      waiting.reject(new Failure(code, words, reason === undefined ? {} : { reason }));
    }
  });

  const call: Caller<C> = (name, args, options = {}) =>
    new Promise((resolve, reject) => {
      const id = ++count;
      open.set(id, {
        resolve: resolve as (value: unknown) => void,
        reject,
        progress: options.onProgress as ((value: unknown) => void) | undefined,
      });
      port.postMessage({ call: id, name, args } satisfies Outgoing);
      options.signal?.addEventListener("abort", () => port.postMessage({ call: id, stop: true } satisfies Outgoing));
    });

  return {
    call,
    fail(error) {
      for (const waiting of open.values()) waiting.reject(error);
      open.clear();
    },
  };
}

/** Answers calls that come in on a port. */
export function serveCalls<C extends Calls>(port: Port, handlers: Handlers<C>): void {
  const stops = new Map<number, AbortController>();
  port.addEventListener("message", (event: MessageEvent<Outgoing>) => {
    const message = event.data;
    if ("stop" in message) return stops.get(message.call)?.abort();
    void answer(message);
  });

  async function answer(message: { call: number; name: string; args: unknown }): Promise<void> {
    const { call, name, args } = message;
    const controller = new AbortController();
    stops.set(call, controller);
    const reply = (incoming: Incoming): void => port.postMessage(incoming);
    try {
      if (!Object.hasOwn(handlers, name)) throw new Failure("internal", `Nobody answers the call "${name}".`);
      const handler = handlers[name] as Handlers<Calls>[string];
      const value = await handler(args, {
        signal: controller.signal,
        progress: (progress: unknown) => reply({ call, progress }),
      });
      reply({ call, ok: true, value });
    } catch (error) {
      reply({ call, ok: false, error: describe(error, controller.signal) });
    } finally {
      stops.delete(call);
    }
  }
}

function describe(
  error: unknown,
  signal: AbortSignal,
): { code: FailureCode; message: string; reason: string | undefined } {
  if (signal.aborted)
    return { code: "rejected-by-user", message: "Stopped. Nothing more was sent.", reason: "aborted" };
  if (error instanceof Failure) return { code: error.code, message: error.message, reason: error.reason };
  // What an unexpected error says could hold what must not leave the worker: only its kind crosses.
  const kind = error instanceof Error ? error.name : "unknown";
  return {
    code: "internal",
    message: `Something went wrong that we did not expect (${kind}). Nothing was lost. Try again.`,
    reason: undefined,
  };
}
