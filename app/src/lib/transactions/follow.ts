// Following an act to the end: by the live stream, and by asking every other second in case the stream is broken. Rule:
// "done" is said only when our own index has it.
import type { Hex } from "viem";
import { z } from "zod";
import { chainClient, onLive, request, type LiveEvent } from "#app/service/index.ts";
import { t } from "#app/ui/index.ts";
import { isFailure } from "#protocol/failure.ts";
import { findEntry, moveEntry } from "./acts.svelte.ts";
import { digestAct, isOver, type Entry, type EntryState } from "./entry.ts";

/** What the relay says of an act. */
export const relayShape = z.object({
  id: z.string().max(64),
  state: z.enum(["queued", "sent", "on-the-ledger", "indexed", "failed"]),
  tx: z
    .string()
    .regex(/^0x[0-9a-fA-F]{64}$/)
    .nullish(),
  block: z.number().nullish(),
  detail: z.string().max(2000).nullish(),
});

const handedIn = relayShape.extend({ name: z.string().max(60), args: z.record(z.string(), z.unknown()) });

type RelayNews = z.infer<typeof relayShape>;

const EVERY_MS = 2000;
/** Seconds for which a call without an answer may still be on its way. */
const ON_ITS_WAY = 20;

const stateOf: Record<RelayNews["state"], EntryState> = {
  queued: "sent",
  sent: "sent",
  "on-the-ledger": "on-the-ledger",
  indexed: "indexed",
  failed: "failed",
};

/** Takes over what the relay said. */
export function takeRelayNews(id: string, news: RelayNews): void {
  moveEntry(id, {
    state: stateOf[news.state],
    hash: (news.tx ?? undefined) as Hex | undefined,
    block: news.block ?? undefined,
    ...(news.state === "failed" && news.detail ? { problem: news.detail } : {}),
  });
}

const following = new Set<string>();

/** Follows an act that was sent, until it is over. Runs by itself; a second call for the same act does nothing. */
export function followAct(id: string): void {
  if (following.has(id)) return;
  following.add(id);
  const hang = onLive((event) => hearLive(id, event));
  void (async () => {
    try {
      for (;;) {
        const entry = findEntry(id);
        if (!entry || isOver(entry)) return;
        // A call that fails is asked again: an act is not lost because the line was.
        await lookUp(id, entry).catch(() => undefined);
        await new Promise((resume) => setTimeout(resume, EVERY_MS));
      }
    } finally {
      hang();
      following.delete(id);
    }
  })();
}

function hearLive(id: string, event: LiveEvent): void {
  const entry = findEntry(id);
  if (!entry) return;
  if (event.type === "relay") {
    const news = relayShape.safeParse(event.data);
    if (news.success && news.data.id === entry.relayId) takeRelayNews(id, news.data);
  }
  if (event.type === "act" && entry.hash !== undefined && txOf(event.data) === entry.hash.toLowerCase()) {
    moveEntry(id, { state: "indexed" });
  }
}

function txOf(data: unknown): string | undefined {
  return z.object({ tx: z.string() }).safeParse(data).data?.tx.toLowerCase();
}

function lookUp(id: string, entry: Entry): Promise<void> {
  if (entry.relayId !== undefined) return askRelay(id, entry.relayId);
  return entry.state === "waiting-for-wallet" ? findHandedIn(id) : lookOnChain(id);
}

/**
 * For an act whose page went away before the service had answered: the service's own list tells whether it came.
 */
async function findHandedIn(id: string): Promise<void> {
  const entry = findEntry(id);
  if (!entry) return;
  const { items } = await request("/api/relay", {
    query: { limit: 50 },
    schema: z.object({ items: z.array(handedIn) }),
  });
  const found = items.find((one) => digestAct(one) === entry.handedIn);
  if (found) {
    moveEntry(id, { state: "sent", relayId: found.id });
    takeRelayNews(id, found);
  } else if (Date.now() / 1000 > entry.since + ON_ITS_WAY) {
    moveEntry(id, { state: "failed", problem: t("act.notHandedIn") });
  }
}

async function askRelay(id: string, relayId: string): Promise<void> {
  try {
    takeRelayNews(id, await request(`/api/relay/${relayId}`, { schema: relayShape }));
  } catch (error) {
    if (!isFailure(error, "not-found")) throw error;
    moveEntry(id, { state: "failed", problem: error instanceof Error ? error.message : "" });
  }
}

/** For an act that the person's own wallet sent: its receipt on the ledger, then its line in our index. */
async function lookOnChain(id: string): Promise<void> {
  const entry = findEntry(id);
  if (!entry?.hash) return;
  if (entry.state === "sent") {
    const client = await chainClient();
    const receipt = await client.getTransactionReceipt({ hash: entry.hash });
    if (receipt.status === "reverted") moveEntry(id, { state: "failed" });
    else moveEntry(id, { state: "on-the-ledger", block: Number(receipt.blockNumber) });
    return;
  }
  const rows = await request("/api/trail", {
    query: { order: "desc", limit: 50 },
    schema: z.object({ items: z.array(z.object({ tx: z.string() })) }),
  });
  if (rows.items.some((row) => row.tx.toLowerCase() === entry.hash?.toLowerCase())) moveEntry(id, { state: "indexed" });
}
