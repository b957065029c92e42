// A provider's acts on appointments and on their own days. What an appointment is about travels in a note to both
// parties; the ledger knows only when.
import { randomBytes, toHex } from "#protocol/bytes.ts";
import { dayOf, slotOf } from "#protocol/appointments/index.ts";
import { storeAppointmentNote, type Appointment } from "#app/calendar/index.ts";
import { perform, type Performed } from "#app/transactions/index.ts";
import { t } from "#app/ui/index.ts";
import type { Address } from "viem";
import type { DayChange } from "./opening-hours.ts";
import { dayInWords } from "./opening-hours.ts";

/** A time that a provider proposes. `start` in unix seconds, `length` in quarter-hours. */
export type Proposal = {
  patient: Address;
  provider: Address;
  name: string;
  start: number;
  length: number;
  reason: string;
  details: string;
};

/** Proposes a time to a patient, who confirms it. Throws Failure before anything is signed. */
export async function proposeAppointment(proposal: Proposal): Promise<Performed> {
  const { patient, provider, start, length, name } = proposal;
  const id = toHex(randomBytes(32));
  const details = await storeAppointmentNote({ ...proposal, id });
  return perform({
    act: {
      name: "requestAppointment",
      args: {
        account: provider,
        patient,
        provider,
        id,
        day: dayOf(start),
        slot: slotOf(start),
        length,
        details,
        deadline: 0,
      },
    },
    title: t("provider.act.propose", { name }),
    context: { kind: "appointment", id },
  });
}

/** Proposes another time; the old one is freed at once. */
export async function moveAppointment(
  appointment: Appointment,
  options: { start: number; name: string },
): Promise<Performed> {
  const { patient, provider, id, length, note } = appointment;
  const { start, name } = options;
  const details = await storeAppointmentNote({
    patient,
    provider,
    id,
    reason: note?.reason ?? "",
    details: note?.details ?? "",
  });
  return perform({
    act: {
      name: "rescheduleAppointment",
      args: {
        account: provider,
        patient,
        provider,
        id,
        day: dayOf(start),
        slot: slotOf(start),
        length,
        details,
        deadline: 0,
      },
    },
    title: t("provider.act.move", { name }),
    context: { kind: "appointment", id },
  });
}

/** What a provider can do with an appointment by one press. */
export type AppointmentStep = "confirm" | "cancel" | "complete" | "miss";

/** Confirms, calls off, or closes an appointment. Closing has no signed form: the own wallet sends it. */
export function stepAppointment(appointment: Appointment, step: AppointmentStep, name: string): Performed {
  const { patient, provider, id } = appointment;
  const args = { account: provider, patient, provider, id };
  const act =
    step === "confirm"
      ? ({ name: "confirmAppointment", args: { ...args, deadline: 0 } } as const)
      : step === "cancel"
        ? ({ name: "cancelAppointment", args } as const)
        : step === "complete"
          ? ({ name: "completeAppointment", args } as const)
          : ({ name: "missAppointment", args } as const);
  return perform({ act, title: t(`provider.act.${step}`, { name }), context: { kind: "appointment", id } });
}

/** Publishes the open hours of some days, all under one signature. */
export function publishHours(provider: Address, changes: readonly DayChange[]): Performed {
  const [first] = changes;
  const days = changes.map(({ day, open }) => ({ day, open }));
  return perform({
    act: { name: "publishDays", args: { provider, days, deadline: 0 } },
    title:
      first !== undefined && changes.length === 1
        ? t("provider.act.hours", { day: dayInWords(first.day) })
        : t("provider.act.hoursMany", { count: changes.length }),
    context: { kind: "hours", days: changes.length },
  });
}
