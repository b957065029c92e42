// Reads the appointments of the person who is signed in, and opens the notes of those still of interest.
import { toBytes } from "#protocol/bytes.ts";
import { appointmentTimes } from "#protocol/appointments/index.ts";
import { appointmentStatuses } from "#protocol/codes/index.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { noteSchemas, type Note } from "#protocol/keys/index.ts";
import { addressShape, digestShape, fetchBlock, readAll } from "#app/service/index.ts";
import { openNote } from "#app/vault/index.ts";
import type { Address, Hex } from "viem";
import { z } from "zod";
import type { Appointment } from "./appointment.ts";

const rowSchema = z.object({
  id: digestShape,
  patient: addressShape,
  provider: addressShape,
  status: z.union([z.number(), z.string()]),
  askedBy: z.union([z.number(), z.string()]),
  day: z.number(),
  slot: z.number(),
  length: z.number(),
  version: z.number(),
  changedAt: z.number(),
  details: digestShape.nullish(),
});

type Row = z.infer<typeof rowSchema>;

const known = ["requested", "confirmed", "cancelled", "completed", "missed"] as const;

/** Reads all appointments of an account on one side; notes that were opened once are kept by their digest. */
export function createAppointmentReader(account: Address, side: "patient" | "provider"): () => Promise<Appointment[]> {
  const opened = new Map<Hex, Note<"appointment">>();

  async function openOne(row: Row): Promise<Note<"appointment"> | undefined> {
    if (!row.details || BigInt(row.details) === 0n) return undefined;
    const before = opened.get(row.details);
    if (before) return before;
    try {
      const bytes = await fetchBlock(manifestCid(row.details));
      const found = await openNote({
        kind: "appointment",
        subject: row.patient,
        ref: row.id,
        recipient: account,
        bytes: toBytes(bytes),
      });
      const note = noteSchemas.appointment.parse(found);
      opened.set(row.details, note);
      return note;
    } catch {
      return undefined; // the time stands on the ledger; what it is about shows when its note can be had
    }
  }

  return async () => {
    const rows = await readAll("/api/appointments", { schema: rowSchema });
    const mine = rows.filter((row) => row[side] === account);
    return Promise.all(
      mine.flatMap((row) => {
        const id = appointmentStatuses.find((one) => one.code === row.status || one.id === row.status)?.id;
        const status = known.find((one) => one === id);
        if (!status) return [];
        return [readOne(row, status)];
      }),
    );
  };

  async function readOne(row: Row, status: Appointment["status"]): Promise<Appointment> {
    const { id, patient, provider, length, version, changedAt } = row;
    return {
      id,
      patient,
      provider,
      length,
      version,
      changedAt,
      status,
      askedBy: row.askedBy === 2 || row.askedBy === "provider" ? "provider" : "patient",
      ...appointmentTimes(row),
      note: await openOne(row),
    };
  }
}
