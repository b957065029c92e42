// Tells one gateway of a revoke. Rule: it counts as told when it says that it ends every consent that the revoke names, or
// that the ledger ended them before; less than that, and it is asked once more, for its node may lag behind a fresh grant.
import type { AskGateway } from "#app/service/index.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import type { Act } from "#protocol/typed-data/index.ts";
import { z } from "zod";

const LAG_MS = 6_000;

const heardShape = z.object({ heard: z.number().int() });

/** How many consents a signed revoke names. */
const countEnded = (act: Act): number => (act.name === "revokeMany" ? act.args.revocations.length : 1);

/**
 * Tells it, twice at most. `body` is the act and its signature as they are sent. Throws Failure where it could not be told of
 * all that the act ends; `lagMs`: how long it has to catch up.
 */
export async function tellOne(
  ask: AskGateway,
  { act, body, lagMs = LAG_MS }: { act: Act; body: unknown; lagMs?: number },
): Promise<void> {
  try {
    await tellOnce(ask, { act, body });
  } catch (error) {
    if (!isFailure(error, "unavailable")) throw error;
    await new Promise((resolve) => setTimeout(resolve, lagMs));
    await tellOnce(ask, { act, body });
  }
}

async function tellOnce(ask: AskGateway, { act, body }: { act: Act; body: unknown }): Promise<void> {
  try {
    const { heard } = await ask("/api/entrusted/revokes", { schema: heardShape, body });
    if (heard < countEnded(act))
      throw new Failure("unavailable", "This gateway does not see every consent that was ended.", {
        reason: "consent-unseen",
      });
  } catch (error) {
    // It has read on the ledger already that there is nothing left to end.
    if (!isFailure(error, "conflict")) throw error;
  }
}
