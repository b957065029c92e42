// The appointments of the person who is signed in, kept fresh.
import { createLoader, refreshOn } from "#app/live/index.ts";
import type { Address } from "viem";
import { createAppointmentReader, isAhead, isProposal, type Appointment } from "#app/calendar/index.ts";

/** A reactive list of appointments. */
export type Appointments = ReturnType<typeof createAppointments>;

/** Starts the list; call `stop` when the page goes. */
export function createAppointments(options: { account: Address }) {
  let list = $state.raw<Appointment[]>([]);
  const read = createAppointmentReader(options.account, "patient");
  const loader = createLoader(async () => {
    list = (await read()).sort((a, b) => a.start - b.start);
  });
  const stop = refreshOn(["act"], () => void loader.reload());
  void loader.reload();

  return {
    account: options.account,
    loader,
    stop,
    get list(): readonly Appointment[] {
      return list;
    },
    ahead: (now: number) => list.filter((one) => isAhead(one, now)),
    past: (now: number) => list.filter((one) => !isAhead(one, now)).reverse(),
    proposals: (now: number) => list.filter((one) => isProposal(one, "patient", now)),
    find: (id: string) => list.find((one) => one.id === id),
  };
}
