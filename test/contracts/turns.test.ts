// Acts of which the last one counts (a key, open hours, a wish to hear no requests) in the order in which they were signed,
// whatever order somebody sends them in.

import { expect } from "chai";
import type { Signer } from "ethers";
import { signAct } from "./support/sign.ts";
import { at, HOUR, read, send, setStage, START, word } from "./support/stage.ts";

const ZERO = `0x${"00".repeat(20)}`;
const LATE = START + 5 * HOUR;
const FOR_EVER = 2 ** 40 - 1;
const DAY_ONE = Math.floor(START / 86_400) + 1;

describe("Whoever sends two acts of which the last one counts", () => {
  const stage = setStage();

  type Turn = { deadline: number; generation?: number };
  const publishKey = async (key: string, { deadline, generation = 0 }: Turn, signer: Signer = stage.ana) => {
    const account = await signer.getAddress();
    const message = { account, encryptionKey: word(key), vaultAccount: ZERO, generation, deadline };
    const signature = await signAct(stage, signer, "PublishKey", message);
    const args = [account, word(key), ZERO, deadline, signature, "0x"];
    return send(stage.ledger, stage.relayer, "publishKeySigned", ...args);
  };
  const mute = async (muted: boolean, { deadline, generation = 0 }: Turn, grantee = stage.lena.address) => {
    const subject = stage.ana.address;
    const signature = await signAct(stage, stage.ana, "Mute", { subject, grantee, muted, generation, deadline });
    return send(stage.ledger, stage.relayer, "muteSigned", subject, grantee, muted, deadline, signature);
  };
  const open = async (hours: bigint, { deadline, generation = 0 }: Turn, day = DAY_ONE) => {
    const provider = stage.lena.address;
    const message = { provider, day, open: hours, generation, deadline };
    const signature = await signAct(stage, stage.lena, "Availability", message);
    return send(stage.ledger, stage.relayer, "publishAvailabilitySigned", provider, day, hours, deadline, signature);
  };
  const openMany = async (days: [number, bigint][], { deadline, generation = 0 }: Turn) => {
    const provider = stage.lena.address;
    const each = days.map(([day, hours]) => ({ provider, day, open: hours, generation, deadline }));
    const signature = await signAct(stage, stage.lena, "AvailabilityMany", { days: each });
    return send(stage.ledger, stage.relayer, "publishDaysSigned", provider, days, deadline, signature);
  };
  const outOfTurn = (sent: Promise<unknown>, turn: number): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.ledger, "OutOfTurn").withArgs(turn);
  const key = () => read<string>(stage.ledger, "encryptionKeyOf", stage.ana.address);
  const keyTurn = () => read(stage.ledger, "keyTurnOf", stage.ana.address);
  const muteTurn = (grantee = stage.lena.address) => read(stage.ledger, "muteTurnOf", stage.ana.address, grantee);
  const hoursOf = async (day = DAY_ONE) =>
    (await read<[bigint, bigint]>(stage.ledger, "dayOf", stage.lena.address, day))[0];
  const dayTurn = (day = DAY_ONE) => read(stage.ledger, "dayTurnOf", stage.lena.address, day);

  it("cannot put the older of two keys after the newer, nor one of the same second after the other", async () => {
    await publishKey("newer", { deadline: LATE + 1 });
    for (const deadline of [LATE, LATE + 1]) await outOfTurn(publishKey("older", { deadline }), LATE + 1);
    expect(await key()).to.equal(word("newer"));
    expect(await keyTurn()).to.equal(BigInt(LATE + 1));
    await publishKey("newest", { deadline: LATE + 2 });
    expect(await key()).to.equal(word("newest"));
    await publishKey("another's", { deadline: LATE }, stage.ben);
  });

  it("cannot put the older of two wishes about one provider after the newer; wishes about others do not wait", async () => {
    await mute(false, { deadline: LATE + 1 });
    for (const deadline of [LATE, LATE + 1]) await outOfTurn(mute(true, { deadline }), LATE + 1);
    await mute(true, { deadline: LATE }, stage.tomas.address);
    await mute(true, { deadline: LATE + 2 });
    expect([await muteTurn(), await muteTurn(stage.tomas.address)]).to.deep.equal([BigInt(LATE + 2), BigInt(LATE)]);
  });

  it("cannot put the older of two days' hours after the newer, alone or among others; other days do not wait", async () => {
    await open(7n, { deadline: LATE + 1 });
    for (const deadline of [LATE, LATE + 1]) {
      await outOfTurn(open(1n, { deadline }), LATE + 1);
      const among: [number, bigint][] = [
        [DAY_ONE + 1, 1n],
        [DAY_ONE, 1n],
      ];
      await outOfTurn(openMany(among, { deadline }), LATE + 1);
    }
    expect([await hoursOf(), await hoursOf(DAY_ONE + 1)]).to.deep.equal([7n, 0n]);
    await open(3n, { deadline: LATE }, DAY_ONE + 1);
    const both: [number, bigint][] = [
      [DAY_ONE, 5n],
      [DAY_ONE + 1, 6n],
    ];
    await openMany(both, { deadline: LATE + 2 });
    expect([await hoursOf(), await hoursOf(DAY_ONE + 1)]).to.deep.equal([5n, 6n]);
    expect([await dayTurn(), await dayTurn(DAY_ONE + 1)]).to.deep.equal([BigInt(LATE + 2), BigInt(LATE + 2)]);
    const twice: [number, bigint][] = [
      [DAY_ONE, 1n],
      [DAY_ONE, 2n],
    ];
    await outOfTurn(openMany(twice, { deadline: LATE + 3 }), LATE + 3);
  });

  it("cannot put what was signed within the hour after what its account sent itself in the meantime", async () => {
    await at(START + 100);
    await send(stage.ledger, stage.ana, "publishKey", word("own"), ZERO, "0x");
    await at(START + 101);
    await send(stage.ledger, stage.ana, "mute", stage.lena.address, true);
    await at(START + 102);
    await send(stage.ledger, stage.lena, "publishAvailability", DAY_ONE, 9n);
    await at(START + 103);
    await send(stage.ledger, stage.lena, "publishDays", [[DAY_ONE + 1, 9n]]);
    const turn = START + 100 + HOUR;
    await outOfTurn(publishKey("held back", { deadline: turn }), turn);
    await outOfTurn(mute(false, { deadline: turn + 1 }), turn + 1);
    await outOfTurn(open(1n, { deadline: turn + 2 }), turn + 2);
    await outOfTurn(openMany([[DAY_ONE + 1, 1n]], { deadline: turn + 3 }), turn + 3);
    await publishKey("signed later", { deadline: turn + 1 });
    await mute(false, { deadline: turn + 2 });
    await open(1n, { deadline: turn + 3 });
    await openMany([[DAY_ONE + 1, 1n]], { deadline: turn + 4 });
  });

  it("hinders no account from what it sends itself, however late a deadline it once signed", async () => {
    await publishKey("for ever", { deadline: FOR_EVER });
    await mute(true, { deadline: FOR_EVER });
    await open(1n, { deadline: FOR_EVER });
    await send(stage.ledger, stage.ana, "publishKey", word("own"), ZERO, "0x");
    await send(stage.ledger, stage.ana, "mute", stage.lena.address, false);
    await send(stage.ledger, stage.lena, "publishAvailability", DAY_ONE, 2n);
    expect([await key(), await hoursOf()]).to.deep.equal([word("own"), 2n]);
    const turns = [await keyTurn(), await muteTurn(), await dayTurn()];
    expect(turns).to.deep.equal([BigInt(FOR_EVER), BigInt(FOR_EVER), BigInt(FOR_EVER)]);
    await outOfTurn(publishKey("too late", { deadline: FOR_EVER }), FOR_EVER);
  });

  it("begins anew with keys and wishes where all that was signed before is cancelled", async () => {
    await publishKey("for ever", { deadline: FOR_EVER });
    await mute(true, { deadline: FOR_EVER });
    await send(stage.ledger, stage.ana, "cancelSigned");
    expect([await keyTurn(), await muteTurn()]).to.deep.equal([0n, 0n]);
    await publishKey("anew", { deadline: LATE, generation: 1 });
    await mute(false, { deadline: LATE, generation: 1 });
    await expect(publishKey("of before", { deadline: FOR_EVER })).to.be.revertedWithCustomError(
      stage.ledger,
      "BadSignature",
    );
    expect(await key()).to.equal(word("anew"));
  });

  it("does not wait with one kind for another, and leaves out of many only what is out of turn", async () => {
    await publishKey("key", { deadline: LATE });
    await mute(true, { deadline: LATE });
    const account = stage.ana.address;
    const encode = async (name: string, deadline: number): Promise<string> => {
      const message = { account, encryptionKey: word(name), vaultAccount: ZERO, generation: 0, deadline };
      const signature = await signAct(stage, stage.ana, "PublishKey", message);
      const args = [account, word(name), ZERO, deadline, signature, "0x"];
      return stage.ledger.interface.encodeFunctionData("publishKeySigned", args);
    };
    const acts = [await encode("newest", LATE + 2), await encode("new", LATE + 1), await encode("last", LATE + 3)];
    const refusals = await read<string[]>(stage.ledger, "relayEach", acts, 300_000);
    const error = stage.ledger.interface.getError("OutOfTurn")?.selector ?? "";
    expect([...refusals]).to.deep.equal(["0x00000000", error, "0x00000000"]);
    await send(stage.ledger, stage.relayer, "relayEach", acts, 300_000);
    expect(await key()).to.equal(word("last"));
  });

  it("finds a day's turn as it was after its hours are booked and free again", async () => {
    await open((1n << 96n) - 1n, { deadline: LATE });
    const named = [stage.ana.address, stage.lena.address, word("appointment")];
    await send(stage.ledger, stage.ana, "requestAppointment", [...named, DAY_ONE, 90, 12, word("details")]);
    await send(stage.ledger, stage.lena, "publishAvailability", DAY_ONE + 1, (1n << 96n) - 1n);
    const next = await dayTurn(DAY_ONE + 1);
    await send(stage.ledger, stage.lena, "confirmAppointment", ...named);
    expect([await dayTurn(), await dayTurn(DAY_ONE + 1)]).to.deep.equal([BigInt(LATE), next]);
    await send(stage.ledger, stage.lena, "cancelAppointment", ...named);
    expect([await dayTurn(), await dayTurn(DAY_ONE + 1)]).to.deep.equal([BigInt(LATE), next]);
  });
});
