// The records of the person who is signed in, kept fresh.
import { createLoader, refreshOn } from "#app/live/index.ts";
import type { Address } from "viem";
import { createRecordReader } from "./read-records.ts";
import { isLive, isNew, recordedAt, type ChartRecord } from "./record.ts";

/** A reactive list of records. */
export type Records = ReturnType<typeof createRecords>;

/** Starts the list; call `stop` when the page goes. */
export function createRecords(options: { subject: Address }) {
  let list = $state.raw<ChartRecord[]>([]);
  const read = createRecordReader(options.subject);
  const loader = createLoader(async () => {
    list = (await read()).sort((a, b) => recordedAt(b) - recordedAt(a) || b.at - a.at);
  });
  const stop = refreshOn(["act"], () => void loader.reload());
  void loader.reload();

  return {
    subject: options.subject,
    loader,
    stop,
    /** Every document, ended ones too. */
    get all(): readonly ChartRecord[] {
      return list;
    },
    /** Those that are part of the chart, without the profile, which has a page of its own. */
    get live(): ChartRecord[] {
      return list.filter((record) => isLive(record) && record.metadata?.category !== "profile");
    },
    /** Withdrawn, rejected, erased. */
    get ended(): ChartRecord[] {
      return list.filter((record) => !isLive(record));
    },
    /** Filed by others, not accepted yet. */
    get fresh(): ChartRecord[] {
      return list.filter(isNew);
    },
    /** The present profile document, if there is one. */
    get profile(): ChartRecord | undefined {
      return list.find((record) => isLive(record) && record.metadata?.category === "profile");
    },
    /** Own documents that no gateway can open for anybody yet. */
    get unsealed(): ChartRecord[] {
      return list.filter(
        (record) => isLive(record) && record.author === record.subject && !record.sealedByOwner && record.metadata,
      );
    },
    find: (document: string) => list.find((record) => record.document === document.toLowerCase()),
  };
}
