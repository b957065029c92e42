// The registrar's list of providers in one state, kept fresh by what happens on the ledger.
import { onLive } from "#app/service/index.ts";
import { readApplications, type Application, type ApplicationState } from "./application.ts";

const registryEvents = new Set(["Applied", "CardPublished", "Verified", "Suspended", "Refused"]);

/** A list that loads page by page; `watch` keeps it fresh and returns what stops that. */
export function createApplications(status: ApplicationState) {
  let items = $state<Application[]>([]);
  let next = $state<string | null>(null);
  let loading = $state(true);
  let error = $state<unknown>();
  let run = 0;

  async function load(): Promise<void> {
    const mine = ++run;
    error = undefined;
    try {
      const page = await readApplications({ status });
      if (mine !== run) return;
      ({ items, next } = page);
    } catch (failure) {
      if (mine === run) error = failure;
    } finally {
      if (mine === run) loading = false;
    }
  }

  async function more(): Promise<void> {
    if (next === null) return;
    try {
      const page = await readApplications({ status, cursor: next });
      items = [...items, ...page.items];
      next = page.next;
    } catch (failure) {
      error = failure;
    }
  }

  function watch(): () => void {
    void load();
    return onLive((event) => {
      if (event.type === "reorg") void load();
      if (event.type !== "act" || typeof event.data !== "object" || event.data === null) return;
      if ("act" in event.data && registryEvents.has(String(event.data.act))) void load();
    });
  }

  return {
    get items() {
      return items;
    },
    get hasMore() {
      return next !== null;
    },
    get loading() {
      return loading;
    },
    get error() {
      return error;
    },
    load,
    more,
    watch,
  };
}
