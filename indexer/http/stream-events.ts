// What the event stream tells, as it is published: for each type of event what its data says.

import { z } from "zod";
import { trailRowOut } from "./trail-row.ts";
import { addressOut, blockOut, digestOut, timeOut } from "./schemas.ts";

/** An event; those with an id are kept, and a stream resumes after them. */
function event<T extends string, D extends z.ZodType>(type: T, data: D, description: string) {
  return z.object({ event: z.literal(type), id: z.int().min(0), data }).meta({ description });
}

/** One event of the stream: its three fields, with `data` read as JSON. */
export const streamEventOut = z
  .discriminatedUnion("event", [
    event("act", trailRowOut, "An act was stored. `final` says whether its block was final then."),
    event(
      "reorg",
      z.object({ ancestor: blockOut, from: blockOut, orphaned: z.int() }),
      "The chain left every block above `ancestor` up to `from`; so many acts went with them.",
    ),
    event("gap", z.object({}), "Something may have been missed: read your lists again."),
    event(
      "status",
      z.looseObject({ state: z.string(), message: z.string().nullable().optional() }),
      "How the index stands to the chain became serious, or no longer is; see /status.",
    ),
    event(
      "receipt",
      z.looseObject({ number: z.int(), subjectNumber: z.int(), kind: z.string(), subject: addressOut, time: timeOut }),
      "The gateway decided about a read, or wrote down a disclosure.",
    ),
    event(
      "relay",
      z.object({
        id: z.string(),
        name: z.string(),
        state: z.string(),
        tx: z.string().nullable(),
        block: blockOut.nullable(),
        reason: z.string().nullable(),
        detail: z.string().nullable(),
      }),
      "An act that was handed in went on.",
    ),
    event(
      "session",
      z.object({ id: z.string().nullable(), endedAt: timeOut, endedWhy: z.string() }),
      "A session of yours was ended: this one, or (null) all but the one that ended them.",
    ),
    event(
      "recovery",
      z.object({ subject: addressOut }),
      "Something changed about the guardians of this person's vault.",
    ),
    event("member-key", z.object({ organisation: addressOut }), "This organisation's keys for its members changed."),
    z
      .object({
        event: z.literal("block"),
        data: z.object({ number: blockOut, hash: digestOut, time: timeOut }),
      })
      .meta({ description: "A block was stored. It has no id and is told once." }),
  ])
  .meta({ id: "StreamEvent" });
