// The requests to the person who is signed in, kept fresh.
import { createLoader, refreshOn } from "#app/live/index.ts";
import type { Address } from "viem";
import { createRequestReader } from "./read-requests.ts";
import type { AccessRequest } from "./request.ts";

/** A reactive list of requests. */
export type Requests = ReturnType<typeof createRequests>;

/** Starts the list; call `stop` when the page goes. */
export function createRequests(options: { subject: Address }) {
  let list = $state.raw<AccessRequest[]>([]);
  const read = createRequestReader(options.subject);
  const loader = createLoader(async () => {
    list = (await read()).sort((a, b) => b.at - a.at);
  });
  const stop = refreshOn(["act"], () => void loader.reload());
  void loader.reload();

  return {
    subject: options.subject,
    loader,
    stop,
    get list(): readonly AccessRequest[] {
      return list;
    },
    /** Those that wait for an answer; nobody who was muted is among them. */
    get open(): AccessRequest[] {
      return list.filter((request) => request.state === "open" && !request.muted);
    },
    /** Those of people whose requests are hidden. */
    get hidden(): AccessRequest[] {
      return list.filter((request) => request.state === "open" && request.muted);
    },
    find: (id: string) => list.find((request) => request.id === id),
  };
}
