// The acts on appointments. What it is about travels in a note to both parties; the ledger knows only when.
import { randomBytes, toHex } from "#protocol/bytes.ts";
import { dayOf, slotOf } from "#protocol/appointments/index.ts";
import { storeAppointmentNote, type Appointment } from "#app/calendar/index.ts";
import { perform, type Performed } from "#app/transactions/index.ts";
import { t } from "#app/ui/index.ts";
import type { Address } from "viem";

/** A wish for an appointment. `start` in unix seconds, `length` in quarter-hours. */
export type Booking = {
  patient: Address;
  provider: Address;
  providerName: string;
  start: number;
  length: number;
  reason: string;
  details: string;
};

/** Asks a provider for a time. Throws Failure before anything is signed. */
export async function requestAppointment(booking: Booking): Promise<Performed> {
  const id = toHex(randomBytes(32));
  const details = await storeAppointmentNote({ ...booking, id });
  return perform({
    act: {
      name: "requestAppointment",
      args: {
        account: booking.patient,
        patient: booking.patient,
        provider: booking.provider,
        id,
        day: dayOf(booking.start),
        slot: slotOf(booking.start),
        length: booking.length,
        details,
      },
    },
    title: t("patient.act.book", { name: booking.providerName }),
    context: { kind: "appointment", id },
  });
}

/** Asks for another time; the old one is freed at once. */
export async function moveAppointment(
  appointment: Appointment,
  options: { start: number; name: string },
): Promise<Performed> {
  const { patient, provider, id, length } = appointment;
  const details = await storeAppointmentNote({
    patient,
    provider,
    id,
    reason: appointment.note?.reason ?? "",
    details: appointment.note?.details ?? "",
  });
  return perform({
    act: {
      name: "rescheduleAppointment",
      args: {
        account: patient,
        patient,
        provider,
        id,
        day: dayOf(options.start),
        slot: slotOf(options.start),
        length,
        details,
      },
    },
    title: t("patient.act.move", { name: options.name }),
    context: { kind: "appointment", id },
  });
}

/** Says yes to a proposed time. */
export function confirmAppointment(appointment: Appointment, name: string): Performed {
  const { patient, provider, id } = appointment;
  return perform({
    act: { name: "confirmAppointment", args: { account: patient, patient, provider, id } },
    title: t("patient.act.confirm", { name }),
    context: { kind: "appointment", id },
  });
}

/** Calls an appointment off. */
export function cancelAppointment(appointment: Appointment, name: string): Performed {
  const { patient, provider, id } = appointment;
  return perform({
    act: { name: "cancelAppointment", args: { account: patient, patient, provider, id } },
    title: t("patient.act.cancelAppointment", { name }),
    context: { kind: "appointment", id },
  });
}
