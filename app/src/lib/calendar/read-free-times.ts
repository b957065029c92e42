// A provider's free times, from the ledger's own bitmaps through the node. Rule: no copy is asked, so what is offered is
// what the ledger would accept at this moment.
import { dayOf } from "#protocol/appointments/index.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { freeTimes, type DayBits } from "./free-times.ts";
import { chainClient, place } from "#app/service/index.ts";
import type { Address } from "viem";

/** Free times of the coming `days` for appointments of `length` quarter-hours, unix seconds in order. */
export async function readFreeTimes(
  provider: Address,
  options: { length: number; days: number; now: number },
): Promise<number[]> {
  const client = await chainClient();
  const { ledger } = await place();
  const first = dayOf(options.now);
  const days = new Map<number, DayBits>();
  await Promise.all(
    Array.from({ length: options.days + 1 }, async (_, index) => {
      const day = first + index;
      const [open, booked] = await client.readContract({
        address: ledger,
        abi: ledgerAbi,
        functionName: "dayOf",
        args: [provider, day],
      });
      if (open !== 0n) days.set(day, { open, booked });
    }),
  );
  // Half past and on the hour are enough to choose from for half an hour and more.
  return freeTimes(days, { length: options.length, from: options.now + 300, every: options.length >= 2 ? 2 : 1 });
}
