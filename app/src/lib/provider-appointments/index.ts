// A provider's calendar: what patients ask for, what stands, proposing and moving, and the hours that are open.
export { moveAppointment, proposeAppointment, stepAppointment, type AppointmentStep } from "./act.ts";
export { toCalendarEvents, toIcsEvents } from "./calendar-events.ts";
export { default as HoursEditor } from "./HoursEditor.svelte";
export { createProviderAppointments, type ProviderAppointments } from "./provider-appointments.svelte.ts";
export { default as ProviderAppointmentCard } from "./ProviderAppointmentCard.svelte";
export { default as TimeForm } from "./TimeForm.svelte";
