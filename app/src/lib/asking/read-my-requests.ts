// Reads one's own requests, and opens their notes and the reasons of those declined on this device.
import { toBytes } from "#protocol/bytes.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { noteSchemas, requestRef, type Note } from "#protocol/keys/index.ts";
import { addressShape, digestShape, fetchBlock, readAll } from "#app/service/index.ts";
import { openNote } from "#app/vault/index.ts";
import type { Address, Hex } from "viem";
import { z } from "zod";
import type { MyRequest } from "./my-request.ts";

const rowSchema = z.object({
  id: digestShape,
  grantee: addressShape,
  subject: addressShape,
  note: digestShape,
  at: z.number(),
  state: z.enum(["open", "granted", "declined"]),
  declinedNote: digestShape.nullish(),
});

type Row = z.infer<typeof rowSchema>;
const NO_NOTE = /^0x0{64}$/;

/** Reads all requests by an account; notes that were opened once are kept. */
export function createMyRequestReader(self: Address): () => Promise<MyRequest[]> {
  const asked = new Map<Hex, Note<"request">>();
  const reasons = new Map<Hex, string>();

  async function openAsked(row: Row): Promise<Note<"request"> | undefined> {
    const before = asked.get(row.id);
    if (before) return before;
    const note = noteSchemas.request.parse(
      await openNote({
        kind: "request",
        subject: row.subject,
        ref: requestRef(self),
        recipient: self,
        bytes: toBytes(await fetchBlock(manifestCid(row.note))),
      }),
    );
    asked.set(row.id, note);
    return note;
  }

  async function openReason(row: Row): Promise<string | undefined> {
    if (!row.declinedNote || NO_NOTE.test(row.declinedNote)) return undefined;
    const before = reasons.get(row.id);
    if (before !== undefined) return before;
    const { reason } = noteSchemas.decline.parse(
      await openNote({
        kind: "decline",
        subject: row.subject,
        ref: row.id,
        recipient: self,
        bytes: toBytes(await fetchBlock(manifestCid(row.declinedNote))),
      }),
    );
    reasons.set(row.id, reason);
    return reason;
  }

  return async () => {
    const rows = await readAll("/api/requests", { query: { as: "grantee" }, schema: rowSchema });
    return Promise.all(
      rows.map(async ({ id, subject, at, state, ...row }): Promise<MyRequest> => {
        const whole = { id, subject, at, state, ...row };
        // A note that cannot be had leaves the request as the ledger has it: that it was asked, and what came of it.
        const [note, reason] = await Promise.all([
          openAsked(whole).catch(() => undefined),
          openReason(whole).catch(() => undefined),
        ]);
        return { id, subject, at, state, note, reason };
      }),
    );
  };
}
