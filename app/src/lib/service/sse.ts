// Reading a stream of server-sent events (HTML standard, section 9.2) from any byte stream. Pure, so that it is tested
// alone; who connects and connects again is live.ts.

/** One event. `id` is the last id that the stream named. */
export type SseEvent = { id: string; event: string; data: string };

/** Cuts text into events: feed it chunks, get the events that ended in them. */
export function createSseParser(): (chunk: string) => SseEvent[] {
  let rest = "";
  let id = "";
  let event = "";
  let data: string[] = [];

  return (chunk) => {
    const events: SseEvent[] = [];
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) events.push({ id, event: event === "" ? "message" : event, data: data.join("\n") });
        event = "";
        data = [];
        continue;
      }
      const colon = line.indexOf(":");
      const field = colon === -1 ? line : line.slice(0, colon);
      const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "id" && !value.includes("\0")) id = value;
      if (field === "event") event = value;
      if (field === "data") data.push(value);
    }
    return events;
  };
}
