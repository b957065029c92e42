// Acts that the ledger tells in its events alone, such as which capsule a consent came with. Rule: as for facts, each node
// besides the service's that answers must tell the same.
import { parseEventLogs, toEventSelector, type Address, type Hex } from "viem";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { gatewayInfo, rpc } from "#app/service/index.ts";
import { askSeconds } from "./facts.ts";

const word = z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-fA-F]{64}$/.test(value));
const logsShape = z.array(
  z.looseObject({
    address: z.string().regex(/^0x[0-9a-fA-F]{40}$/),
    topics: z.array(word).max(4),
    data: z.custom<Hex>((value) => typeof value === "string" && /^0x([0-9a-fA-F]{2})*$/.test(value)),
  }),
);

/**
 * The events of these names, about these accounts and scopes in the order of their topics, oldest first: what each says.
 * Throws Failure("tampered") where the views of the ledger differ, Failure("unavailable").
 */
export async function readEvents(of: {
  names: readonly string[];
  topics: readonly (Address | Hex)[];
}): Promise<Record<string, unknown>[]> {
  const [{ ledger }, { ledgerAbi }] = await Promise.all([gatewayInfo(), import("#protocol/contracts/ledger.ts")]);
  const events = ledgerAbi.filter((item) => item.type === "event" && of.names.includes(item.name));
  const selectors = events.flatMap((item) => (item.type === "event" ? [toEventSelector(item)] : []));
  const topics = [selectors, ...of.topics.map((topic) => `0x${topic.slice(2).toLowerCase().padStart(64, "0")}`)];
  const params = [{ address: ledger, fromBlock: "earliest", toBlock: "latest", topics }];
  const told = readLogs(await rpc("eth_getLogs", params));
  if (told === undefined)
    throw new Failure("unavailable", "The ledger did not answer. Nothing was opened. Try again in a moment.");
  const spell = (logs: typeof told): string => JSON.stringify(logs.map(({ topics, data }) => [topics, data]));
  for (const answer of await askSeconds("eth_getLogs", params)) {
    const other = readLogs(answer);
    // Many nodes answer no question over so many blocks: who is silent was not asked.
    if (other !== undefined && spell(other) !== spell(told))
      throw new Failure(
        "tampered",
        "This service and your own view of the ledger do not say the same. Nothing was opened. Do not go on with this service; tell the people who run it.",
        { reason: "ledger-differs" },
      );
  }
  const ours = told.filter(({ address }) => address.toLowerCase() === ledger.toLowerCase());
  return parseEventLogs({ abi: events, logs: ours as never }).map(({ args }) => args as Record<string, unknown>);
}

function readLogs(value: unknown): z.output<typeof logsShape> | undefined {
  return logsShape.safeParse(value).data;
}
