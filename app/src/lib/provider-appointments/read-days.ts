// One's own days, from the ledger itself: what is open, and what of it is booked.
import { dayOf } from "#protocol/appointments/index.ts";
import { ledgerAbi } from "#protocol/contracts/index.ts";
import { chainClient, place } from "#app/service/index.ts";
import type { Address } from "viem";
import type { LedgerDay } from "./opening-hours.ts";

/** The days from today on, in order. */
export async function readDays(provider: Address, options: { now: number; days: number }): Promise<LedgerDay[]> {
  const client = await chainClient();
  const { ledger } = await place();
  const first = dayOf(options.now);
  return Promise.all(
    Array.from({ length: options.days }, async (_, index) => {
      const day = first + index;
      const [open, booked] = await client.readContract({
        address: ledger,
        abi: ledgerAbi,
        functionName: "dayOf",
        args: [provider, day],
      });
      return { day, open, booked };
    }),
  );
}
