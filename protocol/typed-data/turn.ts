// Acts of which the last one counts (a key, open hours, a wish to hear no requests) take turns by their deadlines. Rule: a
// signed one must have a later deadline than each before it, so that nobody can send an earlier one after a later.

import type { Act } from "./act.ts";
import type { ReadLedger } from "./signing-state.ts";

type Call = Parameters<ReadLedger>[0];

function callsOf(act: Act): readonly Call[] {
  switch (act.name) {
    case "publishKey":
      return [{ functionName: "keyTurnOf", args: [act.args.account] }];
    case "mute":
      return [{ functionName: "muteTurnOf", args: [act.args.subject, act.args.grantee] }];
    case "publishAvailability":
      return [{ functionName: "dayTurnOf", args: [act.args.provider, act.args.day] }];
    case "publishDays":
      return act.args.days.map(({ day }) => ({ functionName: "dayTurnOf", args: [act.args.provider, day] }));
    default:
      return [];
  }
}

/** The time in Unix seconds that the deadline of this act has to go beyond; null for acts that take no turns. */
export async function readTurn(act: Act, read: ReadLedger): Promise<number | null> {
  const calls = callsOf(act);
  if (calls.length === 0) return null;
  const turns = await Promise.all(calls.map(async (call) => Number(await read(call))));
  return Math.max(...turns);
}
