// What every answer below /api/ tells of the index, also one that says what is wrong, and the event stream. It is said before
// anything is read: what an answer holds is never older than its headers say.

import type { Response } from "express";
import type { Service } from "../service.ts";

/** The headers, and what they say; the two numbers are missing until the first block is stored. */
export const indexHeaders = {
  "Placet-State": { description: "How the index stands to the chain, as in /status.", schema: { type: "string" } },
  "Placet-Indexed": {
    description: "Number of the newest block that the index holds.",
    schema: { type: "integer", minimum: 0 },
  },
  "Placet-Final": {
    description: "Number of the newest block that is final: rows that say `final` come from no block above it.",
    schema: { type: "integer", minimum: 0 },
  },
};

/** Says how far the index has read, what of that is final, and whether it follows the chain at all. */
export function tellIndex(response: Response, service: Service): void {
  const { state, cursor } = service.sync.status();
  response.setHeader("Placet-State", state);
  if (cursor === null) return;
  response.setHeader("Placet-Indexed", String(cursor.number));
  response.setHeader("Placet-Final", String(cursor.finalized));
}
