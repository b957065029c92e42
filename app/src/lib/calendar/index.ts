// Calendar pieces that patients and providers share: free times from the ledger, a month view, and the .ics file.
export { isAhead, isProposal, isStale, type Appointment } from "./appointment.ts";
export { storeAppointmentNote } from "./appointment-note.ts";
export { default as FreeTimes } from "./FreeTimes.svelte";
export { default as MonthCalendar } from "./MonthCalendar.svelte";
export type { CalendarEvent } from "./MonthCalendar.svelte";
export { dayKey, groupBy, type DayBits } from "./free-times.ts";
export { dayName } from "./month.ts";
export { createAppointmentReader } from "./read-appointments.ts";
export { readFreeTimes } from "./read-free-times.ts";
export { saveIcs } from "./save-ics.ts";
