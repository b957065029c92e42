// Calendar pieces that patients and providers share: free times from the ledger, a month view, and the .ics file.
export { default as FreeTimes } from "./FreeTimes.svelte";
export { default as MonthCalendar } from "./MonthCalendar.svelte";
export type { CalendarEvent } from "./MonthCalendar.svelte";
export { dayKey, freeTimes, groupByDay, type DayBits } from "./free-times.ts";
export { dayName } from "./month.ts";
export { saveIcs } from "./save-ics.ts";
