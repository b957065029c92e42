// Appointments of the caller, and when a provider has time.

import { z } from "zod";
import { dayOf, masksOf } from "#protocol/appointments/index.ts";
import { listAppointments, listAvailability, listBookings } from "../store/appointments.ts";
import { listPendingTimes } from "../store/final.ts";
import { cutPage, keyNumber, keyText, readCursor } from "./paging.ts";
import { route } from "./route.ts";
import type { Route } from "./route.ts";
import { addressIn, addressOut, bigOut, digestOut, finalOut, pageOf, pageQuery, timeOut } from "./schemas.ts";

const MOST_DAYS = 400;
const day = z.coerce.number().int().min(0).max(4_294_967_295).meta({ description: "UTC days since 1970." });

/** Routes about appointments. */
export const appointmentRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/appointments",
    summary: "One's own appointments, as patient or provider, in order of time.",
    tag: "appointments",
    access: "session",
    limit: "records",
    query: z.object({ ...pageQuery, from: day.optional(), to: day.optional() }),
    response: pageOf(
      z
        .object({
          patient: addressOut,
          provider: addressOut,
          id: digestOut,
          status: z.number().int(),
          askedBy: z.enum(["patient", "provider"]),
          day: z.number().int(),
          slot: z.number().int(),
          length: z.number().int(),
          version: z.number().int(),
          changedAt: timeOut,
          details: digestOut.nullable(),
          tx: digestOut,
          final: finalOut,
        })
        .meta({ id: "Appointment" }),
    ),
    async handle({ service, session, query }) {
      const rows = await listAppointments(service.database, {
        account: session.account,
        from: query.from ?? 0,
        to: query.to ?? 4_294_967_295,
        after: readCursor(query.cursor, z.tuple([keyNumber, keyNumber, keyText])),
        limit: query.limit + 1,
      });
      const page = cutPage(rows, query.limit, (row) => [row.day, row.slot, row.key]);
      return {
        ...page,
        items: page.items.map(({ key: _, ...row }) => ({
          ...row,
          askedBy: row.askedBy === 1 ? ("patient" as const) : ("provider" as const),
        })),
      };
    },
  }),
  route({
    method: "get",
    path: "/api/availability/:provider",
    summary:
      "Which quarter-hours of a provider's days are open and which are booked: 96-bit masks, bit 0 is 00:00 UTC.",
    tag: "appointments",
    access: "session",
    limit: "records",
    params: z.object({ provider: addressIn }),
    query: z.object({ from: day.optional(), to: day.optional() }),
    response: z.object({
      items: z.array(z.object({ day: z.number().int(), open: bigOut, booked: bigOut, final: finalOut })),
    }),
    async handle({ service, params, query }) {
      const from = query.from ?? dayOf(service.now());
      const to = Math.min(query.to ?? from + 30, from + MOST_DAYS);
      const range = { provider: params.provider, from, to };
      const booked = new Map<number, bigint>();
      for (const booking of await listBookings(service.database, range)) {
        for (const { day, mask } of masksOf(booking)) booked.set(day, (booked.get(day) ?? 0n) | mask);
      }
      const pending = (await listPendingTimes(service.database, range)).flatMap((time) => masksOf(time));
      const open = await listAvailability(service.database, range);
      return {
        items: open.map((each) => ({
          ...each,
          booked: (booked.get(each.day) ?? 0n).toString(),
          final: each.final && !pending.some(({ day }) => day === each.day),
        })),
      };
    },
  }),
];
