// Appointments and open hours. A provider's booked quarter-hours are those of the appointments that hold their time.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";
import { isFinal } from "./final.ts";

/** An appointment; day counts UTC days since 1970, slot and length quarter-hours. Statuses are #protocol/codes'. */
export type Appointment = {
  key: string;
  patient: Address;
  provider: Address;
  id: Hex;
  status: number;
  askedBy: number;
  day: number;
  slot: number;
  length: number;
  version: number;
  changedAt: number;
  details: Hex | null;
  tx: Hex;
  final: boolean;
};

const columns = `key, patient, provider, id, status, asked_by as "askedBy", day, slot, length, version, changed_at as "changedAt", details, tx,
  ${isFinal("appointments")} as final`;

/** The appointments of one person, as patient or provider, on days `from` to `to`, in order. */
export async function listAppointments(
  db: Queryable,
  options: { account: Address; from: number; to: number; after: [number, number, string] | null; limit: number },
): Promise<Appointment[]> {
  const { account, from, to, after, limit } = options;
  return db.query<Appointment>(
    `select ${columns} from appointments
     where (patient = $1 or provider = $1) and day between $2 and $3
       and ($4::bigint is null or (day, slot, key) > ($4::bigint, $5::int, $6))
     order by day, slot, key limit $7`,
    [account, from, to, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, limit],
  );
}

/** The open quarter-hours that a provider published for days `from` to `to`: a 96-bit mask as decimal text per day. */
export async function listAvailability(
  db: Queryable,
  { provider, from, to }: { provider: Address; from: number; to: number },
): Promise<{ day: number; open: string; final: boolean }[]> {
  return db.query<{ day: number; open: string; final: boolean }>(
    `select day, open, ${isFinal("availability")} as final from availability
     where provider = $1 and day between $2 and $3 order by day`,
    [provider, from, to],
  );
}

/** The times that are taken: confirmed (2), completed (4) and missed (5) appointments touching days `from` to `to`. */
export async function listBookings(
  db: Queryable,
  { provider, from, to }: { provider: Address; from: number; to: number },
): Promise<{ day: number; slot: number; length: number }[]> {
  return db.query<{ day: number; slot: number; length: number }>(
    "select day, slot, length from appointments where provider = $1 and day between $2::bigint - 1 and $3::bigint and status in (2, 4, 5) order by day, slot",
    [provider, from, to],
  );
}
