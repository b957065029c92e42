// `npm run bench:indexer`: how fast the index is filled and how soon a client sees a block, beside Ponder and beside the
// floor, in one run on one computer. Sizes can be made smaller by flags; the chains are kept in the cache folder.

import { parseArgs } from "node:util";
import { buildContracts } from "../build/contracts.ts";
import { tellFailure } from "../build/tell-failure.ts";
import { startPostgres } from "../testing/postgres.ts";
import { startSeededChain } from "./chain/seed.ts";
import type { SeededChain } from "./chain/seed.ts";
import { compare } from "./indexer/compare.ts";
import type { Compared } from "./indexer/compare.ts";
import { measureLive } from "./indexer/live.ts";
import type { Live } from "./indexer/live.ts";
import { measurePonderLive } from "./indexer/ponder-live.ts";

const help = `npm run bench:indexer -- [--json] [--dense EVENTS] [--sparse EVENTS] [--blocks N] [--no-ponder]
                             [--database postgres|pglite] [--no-keep]

Seeds a dense chain (200 acts a block) and a sparse one (5 a block) on anvil, then fills empty databases from them: our
sync with every check, Ponder (cold and warm), and the floor. Last, N blocks are mined and waited for in live streams.
A size of 0 leaves that chain out. --no-keep seeds anew and keeps nothing.`;

const { values } = parseArgs({
  allowNegative: true,
  options: {
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    dense: { type: "string", default: "120000" },
    sparse: { type: "string", default: "50000" },
    blocks: { type: "string", default: "60" },
    ponder: { type: "boolean", default: true },
    keep: { type: "boolean", default: true },
    database: { type: "string" },
  },
});

const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const round = (value: number): number => Number(value.toFixed(2));
const against = (ours: number, other: number | null): number | null => (other === null ? null : round(ours / other));

function summarise({ ours, floor, ponderCold, ponderWarm, rssMiB }: Compared) {
  return {
    vsPonderCold: against(ours, ponderCold),
    vsPonderWarm: against(ours, ponderWarm),
    vsFloor: round(ours / floor),
    rssMiB: Math.round(rssMiB),
    actsPerSecond: Math.round(ours),
  };
}

type Summary = ReturnType<typeof summarise>;

async function compareOn(chain: SeededChain, name: string): Promise<Record<string, Summary>> {
  const results: Record<string, Summary> = {};
  for (const kind of ["pglite", "postgres"] as const) {
    if (values.database !== undefined && values.database !== kind) continue;
    const postgres = kind === "postgres" ? await startPostgres({ durable: true }) : null;
    try {
      const compared = await compare(chain, { name: `${name} ${kind}`, postgres, ponder: values.ponder, tell });
      results[kind] = summarise(compared);
    } finally {
      await postgres?.stop();
    }
  }
  return results;
}

async function withChain<T>(
  sizes: { events: number; perBlock: number; people: number },
  work: (chain: SeededChain) => Promise<T>,
): Promise<T> {
  tell(`Preparing a chain of ${sizes.events} acts, ${sizes.perBlock} a block.`);
  const chain = await startSeededChain({ ...sizes, keep: values.keep });
  try {
    return await work(chain);
  } finally {
    await chain.stop();
  }
}

async function compareLive(blocks: number): Promise<Live & { vsPonder: number | null }> {
  const sizes = { events: 100, perBlock: 20, people: 20 };
  const ours = await withChain(sizes, (chain) => measureLive(chain, { blocks }));
  tell(`live: ours p50 ${ours.p50ms} ms, p95 ${ours.p95ms} ms`);
  if (!values.ponder) return { ...ours, vsPonder: null };
  const ponder = await withChain(sizes, (chain) => measurePonderLive(chain, { blocks }));
  if (ponder === null) return { ...ours, vsPonder: null };
  tell(`live: Ponder p50 ${ponder.p50ms} ms, p95 ${ponder.p95ms} ms`);
  return { ...ours, vsPonder: round(ponder.p95ms / ours.p95ms) };
}

await tellFailure(async () => {
  if (values.help) return console.log(help);
  await buildContracts({ writesAbis: false });
  const results: Record<string, unknown> = {};
  const kinds = [
    { name: "dense", events: Number(values.dense), perBlock: 200, most: 5_000 },
    { name: "sparse", events: Number(values.sparse), perBlock: 5, most: 500 },
  ];
  for (const { name, events, perBlock, most } of kinds) {
    if (events === 0) continue;
    const people = Math.min(most, Math.max(20, Math.floor(events / 24)));
    results[name] = await withChain({ events, perBlock, people }, (chain) => compareOn(chain, name));
  }
  if (Number(values.blocks) > 0) results["live"] = await compareLive(Number(values.blocks));
  if (values.json) console.log(JSON.stringify(results));
  else console.dir(results, { depth: 4 });
});
