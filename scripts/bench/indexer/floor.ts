// The floor: the least that could bring the same acts into the same tables. It takes the node's word for everything: no
// headers, no links, no fold, no heads, no bloom filters, no cursor. What it stores is
// our acts and who is named in them, with the same indexes, made at its end as ours are; the projections are left out.
// Started by compare.ts.

import { openDatabase } from "#indexer/store/database.ts";
import type { CopyValue } from "#indexer/store/copy.ts";
import { createResting } from "#indexer/store/resting.ts";
import { connectChain } from "#indexer/chain.ts";
import { readConfig } from "#indexer/config.ts";
import { ledgerAbi, providerRegistryAbi } from "#protocol/contracts/index.ts";
import { createEventDecoder } from "#protocol/history/event-decoder.ts";
import { addressInWord } from "#protocol/history/checksum.ts";
import type { Hex } from "viem";
import { ask } from "../chain/rpc.ts";

type Log = {
  address: string;
  topics: Hex[];
  data: Hex;
  blockNumber: Hex;
  blockHash: Hex;
  blockTimestamp: Hex;
  transactionHash: Hex;
  logIndex: Hex;
};

const LOGS = 4_000;

const config = readConfig(process.env);
const { deployment, client } = await connectChain(config);
const database = await openDatabase({ folder: config.dataDir, url: config.databaseUrl });
const head = Number(await client.getBlockNumber());
const decoders = new Map([
  [
    deployment.ledger.toLowerCase(),
    { contract: "ledger", address: deployment.ledger, decode: createEventDecoder(ledgerAbi) },
  ],
  [
    deployment.providerRegistry.toLowerCase(),
    {
      contract: "providerRegistry",
      address: deployment.providerRegistry,
      decode: createEventDecoder(providerRegistryAbi),
    },
  ],
]);
const actColumns = [
  ...["contract", "address", "block", "block_hash", "time", "tx", "log_index", "account", "index", "act", "args"],
  ...["head_before", "head_after", "topics", "data"],
];

const cpuBefore = process.cpuUsage();
const started = performance.now();
const resting = createResting(database);
await resting.begin();
let span = 16;
let stored = 0;
let reading = read(deployment.deployedAtBlock);
for (let from = deployment.deployedAtBlock; from <= head;) {
  const { logs, to } = await reading;
  const perBlock = Math.max(0.5, logs.length / (to - from + 1));
  span = Math.max(1, Math.min(2_000, span * 4, Math.floor(LOGS / perBlock)));
  from = to + 1;
  if (from <= head) reading = read(from);
  await store(logs);
}
await resting.end();
const seconds = (performance.now() - started) / 1000;
const cpu = process.cpuUsage(cpuBefore);
await database.close();
process.stdout.write(`${JSON.stringify({ seconds, acts: stored, cpuSeconds: (cpu.user + cpu.system) / 1e6 })}\n`);
process.exit(0);

async function read(from: number): Promise<{ logs: Log[]; to: number }> {
  const to = Math.min(head, from + span - 1);
  const filter = { address: [deployment.ledger, deployment.providerRegistry], fromBlock: hex(from), toBlock: hex(to) };
  return { logs: (await ask(config.rpcUrl, "eth_getLogs", [filter])) as Log[], to };
}

function hex(number: number): Hex {
  return `0x${number.toString(16)}`;
}

async function store(logs: readonly Log[]): Promise<void> {
  const acts: CopyValue[][] = [];
  const parties: CopyValue[][] = [];
  for (const log of logs) {
    const known = decoders.get(log.address);
    if (known === undefined || log.data === "0x") continue;
    const decoded = known.decode(log);
    if (decoded === null) continue;
    const [block, logIndex] = [Number(log.blockNumber), Number(log.logIndex)];
    const { stamp: _, head: after, ...args } = decoded.args as Record<string, unknown>;
    const account = addressInWord(log.topics[1] ?? "");
    const json = JSON.stringify(args, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
    acts.push([
      ...[
        known.contract,
        known.address,
        block,
        log.blockHash,
        Number(log.blockTimestamp),
        log.transactionHash,
        logIndex,
      ],
      ...[account, 0, decoded.eventName, json, "", String(after), log.topics, log.data],
    ]);
    const named = new Set([
      account,
      ...Object.values(args).filter((value) => typeof value === "string" && value.length === 42),
    ]);
    for (const party of named) parties.push([String(party), block, logIndex]);
  }
  await database.copyRows("acts", actColumns, acts);
  await database.copyRows("act_parties", ["party", "block", "log_index"], parties);
  stored += acts.length;
}
