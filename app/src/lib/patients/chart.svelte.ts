// The records of one patient as their provider's page shows them, kept fresh, with the titles learnt by opening.
import { createLoader, refreshOn } from "#app/live/index.ts";
import type { Metadata } from "#protocol/documents/index.ts";
import type { SvelteMap } from "svelte/reactivity";
import type { Address, Hex } from "viem";
import { versionKey, type ChartEntry, type KnownTitles } from "./chart-entry.ts";
import { readChart } from "./read-chart.ts";

/** A reactive chart. */
export type PatientChart = ReturnType<typeof createPatientChart>;

/** Starts the list; call `stop` when the page goes. `titles` outlives it. */
export function createPatientChart(options: { subject: Address; titles: SvelteMap<Hex, Metadata> }) {
  const { subject, titles } = options;
  let list = $state.raw<ChartEntry[]>([]);
  const loader = createLoader(async () => {
    list = (await readChart(subject)).sort((a, b) => b.addedAt - a.addedAt);
  });
  const stop = refreshOn(["act"], () => void loader.reload());
  void loader.reload();

  return {
    subject,
    loader,
    stop,
    get list(): readonly ChartEntry[] {
      return list;
    },
    get titles(): KnownTitles {
      return titles;
    },
    find: (document: string) => list.find((entry) => entry.document === document.toLowerCase()),
    /** Remembers what a record is called, until the vault is locked. */
    learn: (entry: ChartEntry, metadata: Metadata): void => void titles.set(versionKey(entry), metadata),
  };
}
