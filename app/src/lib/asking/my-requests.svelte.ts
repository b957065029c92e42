// The requests of the person who is signed in, kept fresh.
import { createLoader, refreshOn } from "#app/live/index.ts";
import type { Address } from "viem";
import type { MyRequest } from "./my-request.ts";
import { createMyRequestReader } from "./read-my-requests.ts";

/** A reactive list of one's own requests. */
export type MyRequests = ReturnType<typeof createMyRequests>;

/** Starts the list; call `stop` when the place goes. */
export function createMyRequests(options: { self: Address }) {
  let list = $state.raw<MyRequest[]>([]);
  const read = createMyRequestReader(options.self);
  const loader = createLoader(async () => {
    list = (await read()).sort((a, b) => b.at - a.at);
  });
  const stop = refreshOn(["act"], () => void loader.reload());
  void loader.reload();

  return {
    loader,
    stop,
    get list(): readonly MyRequest[] {
      return list;
    },
    get waiting(): MyRequest[] {
      return list.filter((request) => request.state === "open");
    },
    get declined(): MyRequest[] {
      return list.filter((request) => request.state === "declined");
    },
    get answered(): MyRequest[] {
      return list.filter((request) => request.state !== "open");
    },
  };
}
