// Acts that the ledger tells in its events alone, such as which capsule a consent came with. Rule: as for facts, each node
// besides the service's that answers must tell the same; it is asked of the one block alone, as many nodes answer no question
// over many.
import { numberToHex, parseEventLogs, toEventSelector, type Address, type Hex } from "viem";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { gatewayInfo, request, rpc } from "#app/service/index.ts";
import { askSeconds } from "./facts.ts";
import { findNewestLogs } from "./newest-logs.ts";

const word = z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-fA-F]{64}$/.test(value));
const logsShape = z.array(
  z.looseObject({
    address: z.string().regex(/^0x[0-9a-fA-F]{40}$/),
    topics: z.array(word).max(4),
    blockNumber: z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-f]{1,16}$/.test(value)),
    data: z.custom<Hex>((value) => typeof value === "string" && /^0x([0-9a-fA-F]{2})*$/.test(value)),
  }),
);

/** An act: what its event says, and the block that it is in. */
export type ToldEvent = { args: Record<string, unknown>; block: Hex };

/**
 * The newest event of these names, about these accounts and scopes in the order of their topics, from a block on; undefined
 * where the service tells of none. Throws Failure("tampered") where the views of the ledger differ, Failure("unavailable").
 */
export async function readNewestEvent(of: {
  names: readonly string[];
  topics: readonly (Address | Hex)[];
  from?: Hex | undefined;
}): Promise<ToldEvent | undefined> {
  const [{ ledger }, { ledgerAbi }] = await Promise.all([gatewayInfo(), import("#protocol/contracts/ledger.ts")]);
  const events = ledgerAbi.filter((item) => item.type === "event" && of.names.includes(item.name));
  const selectors = events.flatMap((item) => (item.type === "event" ? [toEventSelector(item)] : []));
  const topics = [selectors, ...of.topics.map((topic) => `0x${topic.slice(2).toLowerCase().padStart(64, "0")}`)];
  const ask = (fromBlock: Hex, toBlock: Hex) => [{ address: ledger, fromBlock, toBlock, topics }];
  const askService = async (fromBlock: bigint, toBlock: bigint) => {
    const told = readLogs(await rpc("eth_getLogs", ask(numberToHex(fromBlock), numberToHex(toBlock))));
    if (told === undefined)
      throw new Failure("unavailable", "The ledger did not answer. Nothing was opened. Try again in a moment.");
    return told.filter(({ address }) => address.toLowerCase() === ledger.toLowerCase());
  };
  const ours = await findNewestLogs(askService, {
    from: of.from === undefined ? await readFirstBlock() : BigInt(of.from),
    readHead: async () => BigInt(z.string().parse(await rpc("eth_blockNumber"))),
  });
  const block = ours.at(-1)?.blockNumber;
  if (block === undefined) return undefined;
  const ofBlock = ours.filter(({ blockNumber }) => blockNumber === block);
  for (const answer of await askSeconds("eth_getLogs", ask(block, block))) {
    const other = readLogs(answer);
    if (other !== undefined && spell(other) !== spell(ofBlock))
      throw new Failure(
        "tampered",
        "This service and your own view of the ledger do not say the same. Nothing was opened. Do not go on with this service; tell the people who run it.",
        { reason: "ledger-differs" },
      );
  }
  const newest = parseEventLogs({ abi: events, logs: ofBlock as never }).at(-1);
  return newest && { args: newest.args as Record<string, unknown>, block };
}

let firstBlock: Promise<bigint> | undefined;

/** The block before which nobody acted. */
function readFirstBlock(): Promise<bigint> {
  firstBlock ??= request("/deployment.json", { schema: z.object({ deployedAtBlock: z.number().int() }) }).then(
    ({ deployedAtBlock }) => BigInt(deployedAtBlock),
    (error: unknown) => {
      firstBlock = undefined;
      throw error;
    },
  );
  return firstBlock;
}

function readLogs(value: unknown): z.output<typeof logsShape> | undefined {
  return logsShape.safeParse(value).data;
}

/** What of logs must be the same, whoever tells them. */
function spell(logs: z.output<typeof logsShape>): string {
  return JSON.stringify(logs.map(({ topics, data }) => [topics, data]));
}
