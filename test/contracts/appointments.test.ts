// Patients and providers who book: a request holds nothing, a confirmation books, and no quarter-hour is booked twice.

import { expect } from "chai";
import type { Signer } from "ethers";
import { bits } from "./support/consents.ts";
import { signAct } from "./support/sign.ts";
import { at, HOUR, read, send, setStage, START, word } from "./support/stage.ts";

const any = (_: unknown): boolean => true;
const deadline = START + 2 * HOUR;
/** The first whole UTC day after the beginning of every test. */
const DAY_ONE = Math.floor(START / 86_400) + 1;
const ALL_DAY = (1n << 96n) - 1n;
const STATUS = { requested: 1, confirmed: 2, cancelled: 3, completed: 4, missed: 5 };
const BY_PATIENT = 1;
const BY_PROVIDER = 2;

type Booking = {
  patient: string;
  provider: string;
  id: string;
  day: number;
  slot: number;
  length: number;
  details: string;
};

/** An appointment record, unpacked by hand. */
function unpack(record: bigint): Record<string, number> {
  return {
    status: Number(bits(record, 0, 8)),
    askedBy: Number(bits(record, 8, 8)),
    day: Number(bits(record, 16, 32)),
    slot: Number(bits(record, 48, 8)),
    length: Number(bits(record, 56, 8)),
    version: Number(bits(record, 64, 32)),
    changedAt: Number(bits(record, 96, 40)),
    keptZero: Number(record >> 136n),
  };
}

describe("Patients and providers who book", () => {
  const stage = setStage();

  const draft = (changes: Partial<Booking> = {}): Booking => ({
    patient: stage.ana.address,
    provider: stage.lena.address,
    id: word("appointment"),
    day: DAY_ONE,
    slot: 40,
    length: 2,
    details: word("details"),
    ...changes,
  });
  const tuple = (booking: Booking): unknown[] => [
    booking.patient,
    booking.provider,
    booking.id,
    booking.day,
    booking.slot,
    booking.length,
    booking.details,
  ];
  const open = (day = DAY_ONE, mask = ALL_DAY, provider: Signer = stage.lena): Promise<unknown> =>
    send(stage.ledger, provider, "publishAvailability", day, mask);
  const ask = (booking: Booking, sender: Signer = stage.ana): Promise<unknown> =>
    send(stage.ledger, sender, "requestAppointment", tuple(booking));
  const act = (name: string, { patient, provider, id }: Booking, sender: Signer): Promise<unknown> =>
    send(stage.ledger, sender, name, patient, provider, id);
  const confirm = (booking: Booking, sender: Signer = stage.lena): Promise<unknown> =>
    act("confirmAppointment", booking, sender);
  const cancel = (booking: Booking, sender: Signer): Promise<unknown> => act("cancelAppointment", booking, sender);
  const move = (booking: Booking, sender: Signer): Promise<unknown> =>
    send(stage.ledger, sender, "rescheduleAppointment", tuple(booking));
  const recordOf = async ({ patient, provider, id }: Booking): Promise<Record<string, number>> =>
    unpack(await read(stage.ledger, "appointmentOf", patient, provider, id));
  const bookedOn = async (day: number): Promise<bigint> =>
    (await read<[bigint, bigint]>(stage.ledger, "dayOf", stage.lena.address, day))[1];
  const refused = (sent: Promise<unknown>, error: string): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.ledger, error);

  it("agree in two steps: a request that holds nothing, and the other's confirmation that books", async () => {
    await open();
    await at(START + 30);
    await ask(draft());
    expect(await recordOf(draft())).to.deep.equal({
      status: STATUS.requested,
      askedBy: BY_PATIENT,
      day: DAY_ONE,
      slot: 40,
      length: 2,
      version: 1,
      changedAt: START + 30,
      keptZero: 0,
    });
    expect(await bookedOn(DAY_ONE)).to.equal(0n);
    await at(START + 40);
    await expect(confirm(draft()))
      .to.emit(stage.ledger, "AppointmentConfirmed")
      .withArgs(stage.lena.address, stage.ana.address, draft().id, any, any, any);
    expect(await recordOf(draft())).to.include({ status: STATUS.confirmed, version: 2, changedAt: START + 40 });
    expect(await bookedOn(DAY_ONE)).to.equal(0b11n << 40n);
  });

  it("may be asked by the provider and confirmed by the patient", async () => {
    await open();
    await ask(draft(), stage.lena);
    expect(await recordOf(draft())).to.include({ askedBy: BY_PROVIDER });
    await refused(confirm(draft(), stage.lena), "NotParty");
    await confirm(draft(), stage.ana);
  });

  it("cannot be asked, confirmed, moved or cancelled by anybody else", async () => {
    await open();
    await refused(ask(draft(), stage.stranger), "NotParty");
    await ask(draft());
    await refused(confirm(draft(), stage.ana), "NotParty");
    await refused(confirm(draft(), stage.stranger), "NotParty");
    await refused(move(draft({ slot: 50 }), stage.stranger), "NotParty");
    await refused(cancel(draft(), stage.stranger), "NotParty");
    await confirm(draft());
    await refused(cancel(draft(), stage.stranger), "NotParty");
  });

  it("are never booked twice for one quarter-hour, in whatever way two times overlap", async () => {
    await open();
    await ask(draft({ slot: 40, length: 4 }));
    await confirm(draft());
    const overlapping: [number, number][] = [
      [40, 4],
      [39, 2],
      [43, 1],
      [41, 2],
      [30, 20],
      [40, 1],
    ];
    for (const [slot, length] of overlapping) {
      const second = draft({ patient: stage.ben.address, id: word(`${slot} ${length}`), slot, length });
      await ask(second, stage.ben);
      await refused(confirm(second), "AlreadyBooked");
    }
    for (const [slot, length] of [
      [39, 1],
      [44, 1],
    ] as const) {
      const beside = draft({ patient: stage.ben.address, id: word(`beside ${slot}`), slot, length });
      await ask(beside, stage.ben);
      await confirm(beside);
    }
    expect(await bookedOn(DAY_ONE)).to.equal(0b111111n << 39n);
  });

  it("may run past midnight, and then hold both days", async () => {
    await open(DAY_ONE, 0b11n << 94n);
    const late = draft({ slot: 94, length: 4 });
    await ask(late);
    await refused(confirm(late), "NotOpen");
    await open(DAY_ONE + 1, 0b11n);
    await confirm(late);
    expect(await bookedOn(DAY_ONE)).to.equal(0b11n << 94n);
    expect(await bookedOn(DAY_ONE + 1)).to.equal(0b11n);

    await open(DAY_ONE + 1, ALL_DAY);
    const early = draft({ id: word("early"), day: DAY_ONE + 1, slot: 1, length: 1 });
    await ask(early);
    await refused(confirm(early), "AlreadyBooked");
    await cancel(late, stage.ana);
    expect(await bookedOn(DAY_ONE)).to.equal(0n);
    expect(await bookedOn(DAY_ONE + 1)).to.equal(0n);
    await confirm(early);
  });

  it("may take a whole day, and the longest one that begins in the last quarter-hour", async () => {
    await open();
    await open(DAY_ONE + 1);
    const day = draft({ slot: 0, length: 96 });
    await ask(day);
    await confirm(day);
    expect(await bookedOn(DAY_ONE)).to.equal(ALL_DAY);
    expect(await bookedOn(DAY_ONE + 1)).to.equal(0n);
    await cancel(day, stage.lena);
    const longest = draft({ id: word("longest"), slot: 95, length: 96 });
    await ask(longest);
    await confirm(longest);
    expect(await bookedOn(DAY_ONE)).to.equal(1n << 95n);
    expect(await bookedOn(DAY_ONE + 1)).to.equal(ALL_DAY >> 1n);
  });

  it("need hours that the provider opened, all of them", async () => {
    await ask(draft());
    await refused(confirm(draft()), "NotOpen");
    await open(DAY_ONE, 1n << 40n);
    await refused(confirm(draft()), "NotOpen");
    await open(DAY_ONE, 0b11n << 40n, stage.tomas);
    await refused(confirm(draft()), "NotOpen");
    await open(DAY_ONE, 0b11n << 40n);
    await confirm(draft());
  });

  it("stay booked when the provider closes the day, and are not free again for others until cancelled", async () => {
    await open();
    await ask(draft());
    await confirm(draft());
    await open(DAY_ONE, 0n);
    expect(await read<bigint[]>(stage.ledger, "dayOf", stage.lena.address, DAY_ONE)).to.deep.equal([0n, 0b11n << 40n]);
    await cancel(draft(), stage.lena);
    expect(await bookedOn(DAY_ONE)).to.equal(0n);
    const other = draft({ id: word("other") });
    await ask(other);
    await refused(confirm(other), "NotOpen");
  });

  it("name a real time, to come by at least a second, between two people", async () => {
    for (const change of [{ slot: 96 }, { length: 0 }, { length: 97 }, { slot: 255, length: 255 }]) {
      await refused(ask(draft(change)), "BadTime");
    }
    await refused(ask(draft({ provider: stage.ana.address })), "BadAddress");
    await refused(ask(draft({ provider: `0x${"00".repeat(20)}` })), "BadAddress");
    await refused(ask(draft({ patient: `0x${"00".repeat(20)}` }), stage.lena), "BadAddress");
    const begins = DAY_ONE * 86_400 + 40 * 900;
    await at(begins);
    await refused(ask(draft()), "BadTime");
    await at(begins + 899);
    await ask(draft({ slot: 41 }));
  });

  it("cannot be confirmed once they have begun", async () => {
    await open();
    const begins = DAY_ONE * 86_400 + 40 * 900;
    await ask(draft());
    await ask(draft({ id: word("second"), slot: 41 }));
    await at(begins);
    await refused(confirm(draft()), "BadTime");
    await at(begins + 899);
    await confirm(draft({ id: word("second") }));
  });

  it("use an id once, whatever became of it", async () => {
    await open();
    await ask(draft());
    await refused(ask(draft()), "WrongState");
    await cancel(draft(), stage.ana);
    await refused(ask(draft({ slot: 50 })), "WrongState");
    await ask(draft({ patient: stage.ben.address }), stage.ben);
  });

  it("are moved by either: the old time is free at once, and the other has to confirm again", async () => {
    await open();
    await ask(draft());
    await confirm(draft());
    await expect(move(draft({ slot: 60, length: 1 }), stage.lena)).to.emit(stage.ledger, "AppointmentRescheduled");
    expect(await bookedOn(DAY_ONE)).to.equal(0n);
    expect(await recordOf(draft())).to.include({
      status: STATUS.requested,
      askedBy: BY_PROVIDER,
      slot: 60,
      length: 1,
      version: 3,
    });
    await refused(confirm(draft(), stage.lena), "NotParty");
    await move(draft({ slot: 61 }), stage.ana);
    expect(await recordOf(draft())).to.include({ askedBy: BY_PATIENT, version: 4 });
    await confirm(draft());
    expect(await bookedOn(DAY_ONE)).to.equal(0b11n << 61n);
  });

  it("may be moved onto part of their own old time", async () => {
    await open();
    await ask(draft({ slot: 40, length: 4 }));
    await confirm(draft());
    await move(draft({ slot: 42, length: 4 }), stage.ana);
    await confirm(draft());
    expect(await bookedOn(DAY_ONE)).to.equal(0b1111n << 42n);
  });

  it("cannot be moved, confirmed or cancelled after an end, or before they exist", async () => {
    await open();
    const nothing = draft();
    await refused(move(nothing, stage.ana), "WrongState");
    await refused(cancel(nothing, stage.ana), "WrongState");
    await refused(confirm(nothing, stage.ana), "WrongState");
    await ask(draft());
    await confirm(draft());
    await refused(confirm(draft()), "WrongState");
    await cancel(draft(), stage.ana);
    for (const sent of [() => move(draft(), stage.ana), () => cancel(draft(), stage.lena), () => confirm(draft())]) {
      await refused(sent(), "WrongState");
    }
  });

  it("take place or are missed: the provider says so, once, and not before they begin", async () => {
    await open();
    const begins = DAY_ONE * 86_400 + 40 * 900;
    const second = draft({ id: word("second"), slot: 42 });
    for (const booking of [draft(), second]) {
      await ask(booking);
      await refused(act("completeAppointment", booking, stage.lena), "WrongState");
      await confirm(booking);
    }
    await at(begins - 1);
    await refused(act("completeAppointment", draft(), stage.lena), "BadTime");
    await at(begins);
    await act("completeAppointment", draft(), stage.lena);
    await at(begins + 2 * 900);
    await refused(act("missAppointment", second, stage.ana), "NotParty");
    await refused(act("completeAppointment", second, stage.ana), "NotParty");
    await act("missAppointment", second, stage.lena);
    expect(await recordOf(draft())).to.include({ status: STATUS.completed, version: 3 });
    expect(await recordOf(second)).to.include({ status: STATUS.missed, version: 3 });
    await refused(act("missAppointment", draft(), stage.lena), "WrongState");
    await refused(cancel(draft(), stage.ana), "WrongState");
    expect(await bookedOn(DAY_ONE)).to.equal(0b1111n << 40n);
  });

  it("may have every step sent, as signed and once", async () => {
    const { patient, provider, id } = draft();
    const base = { ...draft(), generation: 0, deadline };
    const refusals = async (sendIt: (signature: string) => Promise<unknown>, bad: string[]): Promise<void> => {
      for (const signature of bad) await refused(sendIt(signature), "BadSignature");
    };

    const day = { provider, day: DAY_ONE, open: ALL_DAY, generation: 0, deadline };
    const publish = (signature: string): Promise<unknown> =>
      send(stage.ledger, stage.relayer, "publishAvailabilitySigned", provider, DAY_ONE, ALL_DAY, deadline, signature);
    await refusals(publish, [
      await signAct(stage, stage.ana, "Availability", day),
      await signAct(stage, stage.lena, "Availability", { ...day, open: 1n }),
    ]);
    await publish(await signAct(stage, stage.lena, "Availability", day));
    await refused(publish(await signAct(stage, stage.lena, "Availability", day)), "OutOfTurn");

    const asked = { account: patient, ...base };
    const request = (signature: string): Promise<unknown> =>
      send(stage.ledger, stage.relayer, "requestAppointmentSigned", patient, tuple(draft()), deadline, signature);
    await refusals(request, [
      await signAct(stage, stage.lena, "RequestAppointment", asked),
      await signAct(stage, stage.ana, "RequestAppointment", { ...asked, slot: 41 }),
      await signAct(stage, stage.ana, "RequestAppointment", { ...asked, generation: 1 }),
    ]);
    const once = await signAct(stage, stage.ana, "RequestAppointment", asked);
    await request(once);
    await refused(request(once), "WrongState");

    const agreed = { account: provider, patient, provider, id, version: 1, generation: 0, deadline };
    const confirmIt = (signature: string): Promise<unknown> =>
      send(
        stage.ledger,
        stage.relayer,
        "confirmAppointmentSigned",
        provider,
        patient,
        provider,
        id,
        deadline,
        signature,
      );
    await refusals(confirmIt, [
      await signAct(stage, stage.ana, "ConfirmAppointment", agreed),
      await signAct(stage, stage.lena, "ConfirmAppointment", { ...agreed, version: 2 }),
    ]);
    const confirmation = await signAct(stage, stage.lena, "ConfirmAppointment", agreed);
    await confirmIt(confirmation);

    const later = draft({ slot: 70 });
    const moved = { account: patient, ...later, version: 2, generation: 0, deadline };
    const reschedule = (signature: string): Promise<unknown> =>
      send(stage.ledger, stage.relayer, "rescheduleAppointmentSigned", patient, tuple(later), deadline, signature);
    await refusals(reschedule, [
      await signAct(stage, stage.lena, "RescheduleAppointment", moved),
      await signAct(stage, stage.ana, "RescheduleAppointment", { ...moved, version: 1 }),
    ]);
    const rescheduling = await signAct(stage, stage.ana, "RescheduleAppointment", moved);
    await reschedule(rescheduling);
    await refusals(reschedule, [rescheduling]);
    await refusals(confirmIt, [confirmation]);

    const off = { account: provider, patient, provider, id, version: 3 };
    const cancelIt = (signature: string): Promise<unknown> =>
      send(stage.ledger, stage.relayer, "cancelAppointmentSigned", provider, patient, provider, id, signature);
    await refusals(cancelIt, [
      await signAct(stage, stage.ana, "CancelAppointment", off),
      await signAct(stage, stage.lena, "CancelAppointment", { ...off, version: 2 }),
    ]);
    await cancelIt(await signAct(stage, stage.lena, "CancelAppointment", off));
    expect(await recordOf(draft())).to.include({ status: STATUS.cancelled, version: 4 });

    await at(deadline + 1);
    const late = [() => publish("0x"), () => request("0x"), () => confirmIt("0x"), () => reschedule("0x")];
    for (const sent of late) await refused(sent(), "DeadlinePassed");
  });
});
