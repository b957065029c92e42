// The trail on the auditor's screen: one page after another under the chosen filters, fresh while it is looked at.
import { onLive } from "#app/service/index.ts";
import { noFilters, readTrail, type TrailFilters, type TrailRow } from "./trail-row.ts";

/** The trail with its filters. Setting filters starts again from the newest row. */
export function createTrail() {
  let filters = $state<TrailFilters>({ ...noFilters });
  let rows = $state<TrailRow[]>([]);
  let next = $state<string | null>(null);
  let loading = $state(true);
  let fresh = $state(0);
  let error = $state<unknown>();
  let run = 0;

  async function load(): Promise<void> {
    const mine = ++run;
    loading = true;
    error = undefined;
    try {
      const page = await readTrail(filters);
      if (mine !== run) return;
      ({ items: rows, next } = page);
      fresh = 0;
    } catch (failure) {
      if (mine === run) error = failure;
    } finally {
      if (mine === run) loading = false;
    }
  }

  async function more(): Promise<void> {
    if (next === null) return;
    const mine = run;
    try {
      const page = await readTrail(filters, { cursor: next });
      if (mine !== run) return;
      rows = [...rows, ...page.items];
      next = page.next;
    } catch (failure) {
      error = failure;
    }
  }

  /** Counts what happened since the last load, so that rows never move under a reader's eyes. */
  function watch(): () => void {
    void load();
    return onLive((event) => {
      if (event.type === "act") fresh += 1;
      if (event.type === "reorg") void load();
    });
  }

  return {
    get filters() {
      return filters;
    },
    set filters(value: TrailFilters) {
      filters = value;
      void load();
    },
    get rows() {
      return rows;
    },
    get hasMore() {
      return next !== null;
    },
    get loading() {
      return loading;
    },
    /** How many acts came since the rows were read. */
    get fresh() {
      return fresh;
    },
    get error() {
      return error;
    },
    load,
    more,
    watch,
  };
}
