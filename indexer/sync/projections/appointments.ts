// Providers' open hours and everybody's appointments, as Appointments.sol tells them.

import { unpackAppointment } from "#protocol/appointments/index.ts";
import { sidesOf } from "#protocol/history/index.ts";
import { keyOf, patch, put } from "./change.ts";
import type { Change, KnownAct } from "./change.ts";

const PATIENT = 1;
const PROVIDER = 2;

/** What an act does to appointments and open hours. */
export function appointmentChanges(act: KnownAct): Change[] {
  switch (act.event) {
    case "AvailabilityPublished": {
      const { provider, day, open } = act.args;
      return [put("availability", { key: keyOf(provider, day), provider, day: Number(day), open: open.toString() })];
    }
    case "AppointmentRequested":
    case "AppointmentRescheduled":
      return [appointment(act, { details: act.args.details })];
    case "AppointmentConfirmed":
    case "AppointmentCancelled":
    case "AppointmentCompleted":
    case "AppointmentMissed":
      return [appointment(act, {})];
    default:
      return [];
  }
}

type OneAppointment = Extract<KnownAct, { event: `Appointment${string}` }>;

function appointment(act: OneAppointment, columns: { details?: string }): Change {
  const { patient, provider } = act.event === "AppointmentConfirmed" ? sidesOf(act.args) : act.args;
  const { id } = act.args;
  const record = unpackAppointment(act.args.record);
  return patch(
    "appointments",
    keyOf(patient, provider, id),
    {
      patient,
      provider,
      id,
      status: record.status,
      asked_by: record.askedBy === "patient" ? PATIENT : PROVIDER,
      day: record.day,
      slot: record.slot,
      length: record.length,
      version: record.version,
      changed_at: record.changedAt,
      tx: act.tx,
      ...columns,
    },
    { details: null },
  );
}
