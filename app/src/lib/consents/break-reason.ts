// Why somebody broke the glass: the note that the ledger names in the newest such act on a consent, opened on this device.
import { fetchBlock, readPage } from "#app/service/index.ts";
import { openNote } from "#app/vault/index.ts";
import { toBytes } from "#protocol/bytes.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { noteSchemas } from "#protocol/keys/index.ts";
import type { Hex } from "viem";
import { z } from "zod";
import type { Consent } from "./consent.ts";

const rowSchema = z.object({
  args: z.object({
    scope: z.string(),
    note: z
      .string()
      .regex(/^0x[0-9a-f]{64}$/)
      .transform((text) => text as Hex),
  }),
});

/** The reason in its writer's words; undefined where there is none that opens here. */
export async function readBreakReason({ subject, scope }: Consent): Promise<string | undefined> {
  try {
    const query = { account: subject, act: "GlassBroken" };
    const { items } = await readPage("/api/trail", { query, schema: rowSchema, limit: 50 });
    const row = items.find(({ args }) => args.scope === scope);
    if (!row) return undefined;
    const bytes = toBytes(await fetchBlock(manifestCid(row.args.note)));
    const note = await openNote({ kind: "break-glass", subject, ref: scope, recipient: subject, bytes });
    return noteSchemas["break-glass"].parse(note).reason;
  } catch {
    return undefined;
  }
}
