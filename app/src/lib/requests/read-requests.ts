// Reads the requests to a subject and opens their notes on this device.
import { toBytes } from "#protocol/bytes.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { noteSchemas, requestRef } from "#protocol/keys/index.ts";
import { addressShape, fetchBlock, digestShape, readAll } from "#app/service/index.ts";
import { openNote } from "#app/vault/index.ts";
import { type Address, type Hex } from "viem";
import { z } from "zod";
import type { AccessRequest, RequestNote } from "./request.ts";

const rowSchema = z.object({
  id: digestShape,
  grantee: addressShape,
  subject: addressShape,
  note: digestShape,
  at: z.number(),
  state: z.enum(["open", "granted", "declined"]),
  muted: z.boolean(),
});

type Row = z.infer<typeof rowSchema>;

/** Reads all requests to a subject; a note that was opened once is kept. */
export function createRequestReader(subject: Address): () => Promise<AccessRequest[]> {
  const opened = new Map<Hex, RequestNote>();

  async function openOne(row: Row): Promise<Pick<AccessRequest, "note" | "problem">> {
    const before = opened.get(row.id);
    if (before) return { note: before, problem: undefined };
    let bytes: Uint8Array;
    try {
      bytes = await fetchBlock(manifestCid(row.note));
    } catch {
      return { note: undefined, problem: "missing" };
    }
    try {
      const found = await openNote({
        kind: "request",
        subject,
        ref: requestRef(row.grantee),
        recipient: subject,
        bytes: toBytes(bytes),
      });
      const note = noteSchemas.request.parse(found);
      opened.set(row.id, note);
      return { note, problem: undefined };
    } catch {
      return { note: undefined, problem: "cannot-open" };
    }
  }

  return async () => {
    const rows = await readAll("/api/requests", { query: { as: "subject" }, schema: rowSchema });
    return Promise.all(rows.map(async (row) => ({ ...row, ...(await openOne(row)) })));
  };
}
