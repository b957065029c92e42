// Somebody who goes past the app: signs in as a demo person with their (public) key and asks the gateway directly, as a
// changed app would. What the gateway refuses here, no app can get.

import { z } from "zod";
import type { Address, Hex } from "viem";
import { readDocuments } from "#scripts/demo/consents.ts";
import { signIn } from "#scripts/demo/participant.ts";
import { openStage } from "#scripts/demo/stage.ts";
import type { Stack } from "../stack.ts";

const consentsShape = z.object({ items: z.array(z.object({ subject: z.string(), grantee: z.string(), scope: z.string() })) });
const documentsShape = z.object({ items: z.array(z.object({ document: z.string() })) });

/** What the gateway answers when the demo person with this index asks for all documents, under their newest consent. */
export async function askGateway(
  stack: Stack,
  options: { index: number; subject: Address; subjectIndex: number },
): Promise<string[]> {
  const stage = await openStage(stack);
  const reader = await signIn(stage, { index: options.index });
  const { items } = await reader.call.get("/api/consents?as=grantee&limit=50", consentsShape);
  const newest = items.find(({ subject }) => subject === options.subject);
  if (newest === undefined) throw new Error("The reader holds no consent of this subject.");
  const subject = await signIn(stage, { index: options.subjectIndex });
  const own = await subject.call.get(`/api/documents?subject=${options.subject}&limit=50`, documentsShape);
  const { reasons } = await readDocuments(
    stage,
    { ...reader, secretKey: new Uint8Array(32) },
    {
      consent: { subject: options.subject, grantee: reader.address, scope: newest.scope as Hex } as never,
      documents: own.items.map(({ document }) => document as Hex),
      purpose: "TREAT",
    },
  );
  return reasons;
}
