// Until when what is signed may be sent. Rule: an hour of the ledger's own time, and of acts of which the last one counts
// each has a later deadline than the one before, on whatever device that was signed.
import { chainClient, place } from "#app/service/index.ts";
import { ledgerAbi } from "#protocol/contracts/index.ts";
import { Failure } from "#protocol/failure.ts";
import { actTable, DEFAULT_DEADLINE_SECONDS, readTurn, type Act } from "#protocol/typed-data/index.ts";

const DEADLINED = new Set<string>(
  (
    "request grant renew replace decline mute publishKey anchor file publishAvailability requestAppointment " +
    "confirmAppointment rescheduleAppointment arm breakGlass appoint grantByProxy renewByProxy declineByProxy " +
    "declareMove grantMany anchorMany publishDays"
  ).split(" "),
);

/** How far ahead, in seconds, what goes before can be at most. */
const FAR = 24 * 3600;

/** The last deadline that was given to an act that takes turns: two may be signed within one second. */
let given = 0;

/** Adds the deadline where the act has one and nobody set it. */
export async function withDeadline(act: Act): Promise<Act> {
  const timed = actTable[act.name].signed !== null && DEADLINED.has(act.name);
  if (!timed || ("deadline" in act.args && act.args.deadline)) return act;
  const client = await chainClient();
  const block = await client.getBlock({ blockTag: "latest" });
  const now = Math.max(Number(block.timestamp), Math.floor(Date.now() / 1000));
  const { ledger } = await place();
  const turn = await readTurn(act, ({ functionName, args }) =>
    client.readContract({ address: ledger, abi: ledgerAbi, functionName, args } as never),
  );
  const usual = now + DEFAULT_DEADLINE_SECONDS;
  // Nobody who signs for an hour gets there; and whoever answers for the ledger shall not have us sign for ever.
  if (turn !== null && turn > now + FAR) {
    throw new Failure(
      "refused",
      "Something of this kind was signed with a deadline far ahead, and the ledger would take this for something earlier. " +
        "Nothing was changed. Send it from your own wallet instead.",
    );
  }
  if (turn !== null) given = Math.max(usual, turn + 1, given + 1);
  return { name: act.name, args: { ...act.args, deadline: turn === null ? usual : given } } as Act;
}
