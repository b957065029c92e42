// The patient's appointments: the list, booking, moving, calling off.
export { cancelAppointment, confirmAppointment, moveAppointment, requestAppointment } from "./act.ts";
export { default as AppointmentCard } from "./AppointmentCard.svelte";
export { createAppointments, type Appointments } from "./appointments.svelte.ts";
export { default as BookForm } from "./BookForm.svelte";
export { toCalendarEvents, toIcsEvents } from "./calendar-events.ts";
