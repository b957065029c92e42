// Live updates: one connection for the whole page, resumed where it broke off (Last-Event-ID), so that nothing that
// happened in between is missed. Fetch instead of EventSource, because that one gives up at a refusal.
import { renewSession } from "./request.ts";
import { createSseParser } from "./sse.ts";

/** What the service tells as it happens. `data` is JSON from outside: check it before use. */
export type LiveEvent = {
  type: "act" | "receipt" | "relay" | "reorg" | "block" | "status" | "session" | "recovery" | "member-key";
  id: string;
  data: unknown;
};

const types = new Set<string>([
  "act",
  "receipt",
  "relay",
  "reorg",
  "block",
  "status",
  "session",
  "recovery",
  "member-key",
]);
const isType = (type: string): type is LiveEvent["type"] => types.has(type);

const listeners = new Set<(event: LiveEvent) => void>();
let lastId = "";
let running: AbortController | undefined;

/** Hears live events until the returned function is called. The connection lives while somebody listens. */
export function onLive(hear: (event: LiveEvent) => void): () => void {
  listeners.add(hear);
  if (!running) void run((running = new AbortController()));
  return () => {
    listeners.delete(hear);
    if (listeners.size > 0) return;
    running?.abort();
    running = undefined;
  };
}

/** Forgets where the stream stood and breaks it off: another person signs in. */
export function resetLive(): void {
  lastId = "";
  running?.abort();
  running = listeners.size > 0 ? new AbortController() : undefined;
  if (running) void run(running);
}

async function run(controller: AbortController): Promise<void> {
  for (let pause = 500; !controller.signal.aborted; pause = Math.min(pause * 2, 15_000)) {
    try {
      const since = Date.now();
      const response = await fetch("/api/stream", {
        credentials: "same-origin",
        headers: { accept: "text/event-stream", ...(lastId === "" ? {} : { "last-event-id": lastId }) },
        signal: controller.signal,
      });
      if (response.status === 401) await renewSession(since);
      if (response.ok && response.body) {
        pause = 500;
        await read(response.body, controller.signal);
      }
    } catch {
      // A broken line is no error: it is mended below, and every caller polls as well.
    }
    await new Promise((resume) => setTimeout(resume, pause + Math.random() * 250));
  }
}

async function read(body: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<void> {
  const parse = createSseParser();
  const reader = body.getReader();
  const decoder = new TextDecoder();
  while (!signal.aborted) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const event of parse(decoder.decode(value, { stream: true }))) {
      if (event.id !== "") lastId = event.id;
      // More happened than is told one by one: like a reorganisation, it means that lists are read again.
      if (event.event === "gap") tell({ type: "reorg", id: event.id, text: event.data });
      if (isType(event.event)) tell({ type: event.event, id: event.id, text: event.data });
    }
  }
}

function tell(event: { type: LiveEvent["type"]; id: string; text: string }): void {
  let data: unknown;
  try {
    data = JSON.parse(event.text);
  } catch {
    return; // Not JSON: not ours.
  }
  for (const hear of listeners) hear({ type: event.type, id: event.id, data });
}
