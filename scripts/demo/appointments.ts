// The cardiologist's calendar: open hours of the next days, one appointment that stands and one that waits.

import { z } from "zod";
import { dayOf, freeStarts, timeOf, unpackAppointment, weeklyAvailability } from "#protocol/appointments/index.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { wrapNote } from "#protocol/keys/index.ts";
import { ownId, relayActs, type Enrolled } from "./participant.ts";
import type { Stage } from "./stage.ts";

const HOUR = 3_600;
const DAYS = 14;
const HALF_AN_HOUR = 2;
const REQUESTED = 1;

const daySchema = z.tuple([z.bigint(), z.bigint()]);

/** Publishes the working hours of the next two weeks, as far as they are not published. */
export async function publishHours(stage: Stage, provider: Enrolled): Promise<void> {
  const hours = [1, 2, 3, 4, 5].flatMap((weekday) => [
    { weekday, from: "09:00", to: "12:00" },
    { weekday, from: "13:30", to: "17:00" },
  ]);
  const days = weeklyAvailability({ hours, timeZone: "Europe/Lisbon", firstDay: dayOf(stage.now) + 1, days: DAYS });
  const acts = await Promise.all(
    days.map(async ({ day, open }) => {
      const [known] = daySchema.parse(await stage.readLedger({ functionName: "dayOf", args: [provider.address, day] }));
      if (open === 0n || known !== 0n) return [];
      const args = { provider: provider.address, day, open, deadline: stage.now + HOUR };
      return [{ act: { name: "publishAvailability" as const, args } }];
    }),
  );
  await relayActs(stage, provider, acts.flat());
}

/** Asks for half an hour with a provider, on the first free day at least `inDays` from now, and lets them confirm it. */
export async function book(
  stage: Stage,
  {
    patient,
    provider,
    key,
    inDays,
    reason,
    details,
    confirmed,
  }: {
    patient: Enrolled;
    provider: Enrolled;
    key: string;
    inDays: number;
    reason: string;
    details: string;
    confirmed: boolean;
  },
): Promise<void> {
  const id = ownId(patient, `appointment ${key}`);
  const names = { patient: patient.address, provider: provider.address, id };
  const read = async (): Promise<bigint> =>
    z
      .bigint()
      .parse(await stage.readLedger({ functionName: "appointmentOf", args: [names.patient, names.provider, id] }));
  if ((await read()) === 0n) {
    const time = await findTime(stage, { provider, inDays });
    if (time === null) return;
    const note = wrapNote(
      { place: stage.place, kind: "appointment", subject: patient.address, ref: id },
      {
        recipients: [
          { address: patient.address, key: patient.key.publicKey },
          { address: provider.address, key: provider.key.publicKey },
        ],
        note: { reason, details },
      },
    );
    await patient.call.putBlock({ cid: manifestCid(note.digest), bytes: note.bytes });
    const args = {
      account: patient.address,
      ...names,
      ...time,
      length: HALF_AN_HOUR,
      details: note.digest,
      deadline: stage.now + HOUR,
    };
    await relayActs(stage, patient, [{ act: { name: "requestAppointment", args } }]);
  }
  if (confirmed && unpackAppointment(await read()).status === REQUESTED) {
    const args = { account: provider.address, ...names, deadline: stage.now + HOUR };
    await relayActs(stage, provider, [{ act: { name: "confirmAppointment", args } }]);
  }
}

async function findTime(
  stage: Stage,
  { provider, inDays }: { provider: Enrolled; inDays: number },
): Promise<{ day: number; slot: number } | null> {
  const first = dayOf(stage.now) + inDays;
  for (let day = first; day < first + DAYS; day++) {
    const [open, booked] = daySchema.parse(
      await stage.readLedger({ functionName: "dayOf", args: [provider.address, day] }),
    );
    const starts = freeStarts({ open, booked }, HALF_AN_HOUR).filter((slot) => timeOf(day, slot) > stage.now);
    const slot = starts[4] ?? starts[0];
    if (slot !== undefined) return { day, slot };
  }
  return null;
}
