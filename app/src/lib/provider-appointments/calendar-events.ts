// A provider's appointments as the calendar and the .ics file show them.
import type { Appointment, CalendarEvent } from "#app/calendar/index.ts";
import { t } from "#app/ui/index.ts";
import type { CalendarEvent as IcsEvent } from "#protocol/appointments/index.ts";

/** For the month view. Cancelled ones are left out. */
export function toCalendarEvents(
  appointments: readonly Appointment[],
  nameOf: (address: string) => string,
): CalendarEvent[] {
  return appointments
    .filter((one) => one.status !== "cancelled")
    .map((one) => ({
      id: one.id,
      start: one.start,
      end: one.end,
      title: nameOf(one.patient),
      state: t(`provider.appointment.state.${one.status}`),
      tone: one.status === "confirmed" ? "firm" : one.status === "requested" ? "waiting" : "over",
    }));
}

/** For the .ics file. The reason stays out of it: a calendar program may send it anywhere. */
export function toIcsEvents(appointments: readonly Appointment[], nameOf: (address: string) => string): IcsEvent[] {
  return appointments.map((one) => ({
    uid: `${one.id}@placet`,
    start: one.start,
    end: one.end,
    summary: t("provider.appointment.with", { name: nameOf(one.patient) }),
    status: one.status === "cancelled" ? "CANCELLED" : one.status === "requested" ? "TENTATIVE" : "CONFIRMED",
    sequence: one.version,
    changedAt: one.changedAt,
  }));
}
