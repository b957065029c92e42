// Blocks on their way to the service, a few at a time. Rule: what is there is not sent twice, and memory stays bounded:
// whoever makes blocks waits while enough of them are under way, and what is there is let go at once.
import { missingBlocks, putBlockPatiently } from "#app/service/index.ts";
import { letGo } from "#protocol/bytes.ts";
import type { Block } from "#protocol/documents/index.ts";

/** Blocks on their way at the same time: enough to keep the line busy. */
const IN_FLIGHT = 4;
/** Blocks asked about at a time, where some may be there already: 4 MiB wait for the answer. */
const ASKED = 8;

/** A way for blocks. `add` resolves when there is room for the next; both throw what went wrong with any of them. */
export type BlockSender = { add(block: Block): Promise<void>; end(): Promise<void> };

/** `mayBeThere` asks before sending: for an upload that is gone on with. `onSent` gets the bytes that are there now. */
export function createBlockSender(options: {
  mayBeThere: boolean;
  onSent(bytes: number): void;
  signal: AbortSignal;
}): BlockSender {
  const { mayBeThere, onSent, signal } = options;
  const flying = new Set<Promise<void>>();
  let asking: Block[] = [];
  let broken: { cause: unknown } | undefined;

  function arrived({ bytes }: Block): void {
    onSent(bytes.length);
    letGo(bytes);
  }

  async function send(block: Block): Promise<void> {
    while (flying.size >= IN_FLIGHT) await Promise.race(flying);
    if (broken) throw broken.cause;
    const sending = putBlockPatiently(block.cid, block.bytes, { signal })
      .then(() => arrived(block))
      .catch((cause: unknown) => void (broken ??= { cause }))
      .finally(() => flying.delete(sending));
    flying.add(sending);
  }

  async function sendMissing(): Promise<void> {
    const blocks = asking;
    asking = [];
    if (blocks.length === 0) return;
    const missing = await missingBlocks(
      blocks.map(({ cid }) => cid),
      { signal },
    );
    for (const block of blocks) {
      if (missing.has(block.cid)) await send(block);
      else arrived(block);
    }
  }

  return {
    async add(block) {
      if (!mayBeThere) return send(block);
      asking.push(block);
      if (asking.length >= ASKED) await sendMissing();
    },
    async end() {
      await sendMissing();
      await Promise.all(flying);
      if (broken) throw broken.cause;
    },
  };
}
