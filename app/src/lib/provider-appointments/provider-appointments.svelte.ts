// The appointments of the provider who is signed in, kept fresh.
import { createAppointmentReader, isAhead, isProposal, type Appointment } from "#app/calendar/index.ts";
import { createLoader, refreshOn } from "#app/live/index.ts";
import type { Address } from "viem";

/** A reactive list of appointments. */
export type ProviderAppointments = ReturnType<typeof createProviderAppointments>;

/** Starts the list; call `stop` when the place goes. */
export function createProviderAppointments(options: { provider: Address }) {
  let list = $state.raw<Appointment[]>([]);
  const read = createAppointmentReader(options.provider, "provider");
  const loader = createLoader(async () => {
    list = (await read()).sort((a, b) => a.start - b.start);
  });
  const stop = refreshOn(["act"], () => void loader.reload());
  void loader.reload();

  const begun = (one: Appointment, now: number): boolean => one.status === "confirmed" && one.start <= now;

  return {
    loader,
    stop,
    get list(): readonly Appointment[] {
      return list;
    },
    find: (id: string) => list.find((one) => one.id === id),
    /** Patients ask for these times. */
    toAnswer: (now: number) => list.filter((one) => isProposal(one, "provider", now)),
    /** Confirmed and begun: whether it took place is for the provider to say. */
    toClose: (now: number) => list.filter((one) => begun(one, now)),
    /** Confirmed ones to come, and own proposals that wait. */
    ahead: (now: number) =>
      list.filter((one) => isAhead(one, now) && !begun(one, now) && !isProposal(one, "provider", now)),
    past: (now: number) => list.filter((one) => !isAhead(one, now) && !begun(one, now)).reverse(),
  };
}
