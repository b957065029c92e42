// Appointments: the ledger's days and slots, and what people call them.

export { weeklyAvailability, type WeeklyHours } from "./availability.ts";
export { toIcs, type CalendarEvent } from "./ics.ts";
export { appointmentTimes, packAppointment, unpackAppointment, type AppointmentRecord } from "./record.ts";
export {
  dayOf,
  freeStarts,
  masksOf,
  nextFree,
  openMask,
  QUARTER,
  slotMask,
  slotOf,
  SLOTS,
  timeOf,
  type DaySlots,
} from "./slots.ts";
