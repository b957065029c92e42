// Takes appointments out to any calendar program. The file is made on this device and names only what the person sees.
import { toIcs } from "#protocol/appointments/index.ts";

/** Saves appointments as an .ics file (RFC 5545). */
export function saveIcs(events: Parameters<typeof toIcs>[0], fileName: string): void {
  const address = URL.createObjectURL(new Blob([toIcs(events)], { type: "text/calendar" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
