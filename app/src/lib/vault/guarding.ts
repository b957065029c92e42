// Being a guardian: whose share one holds, who asks for it, handing it over.
import { z } from "zod";
import { addressShape, digestShape, place, readAll, request } from "#app/service/index.ts";
import type { ShareLabel } from "#protocol/keys/index.ts";
import { callVault } from "./vault.svelte.ts";

const guardianshipShape = z.object({
  subject: addressShape,
  set: digestShape,
  box: z.string().max(4000),
  at: z.number().int(),
  recovery: z
    .object({
      id: z.string().max(64),
      publicKey: digestShape,
      tag: z.string().max(64),
      createdAt: z.number().int(),
      expiresAt: z.number().int(),
      answeredAt: z.number().int().nullable(),
    })
    .nullable(),
});
/** A share that one holds, and the request for it if there is one. */
export type Guardianship = z.infer<typeof guardianshipShape>;

/** Anybody may name anybody: among very many, the real ones are still read. */
const MOST_GUARDIANSHIPS = 10_000;

/** Whose guardian one is, the newest first. */
export async function readGuardianships(): Promise<readonly Guardianship[]> {
  return readAll("/api/guardianships", { schema: guardianshipShape, max: MOST_GUARDIANSHIPS });
}

const heldShape = z.object({ guardian: addressShape, set: digestShape, at: z.number().int() });
const ownShape = z.object({ items: z.array(heldShape).max(32), declined: z.array(heldShape).max(64).default([]) });

/** Who holds a share of one's own vault, as the service has it, and who gave theirs back. */
export async function readOwnGuardians(): Promise<z.infer<typeof ownShape>> {
  return request("/api/guardians", { schema: ownShape });
}

/** Gives one's share of somebody's vault back: one is their guardian no more, and they are told. */
export async function stopGuarding({ subject }: Guardianship): Promise<void> {
  await request(`/api/guardianships/${subject}`, { method: "DELETE", signed: true, schema: z.unknown() });
}

/** What a share says about itself. Throws Failure where this vault does not open it. */
export async function readShare({ subject, set, box }: Guardianship): Promise<ShareLabel> {
  return callVault<"readShare">("readShare", { subject, set, box, place: await place() });
}

/** Hands a share over to the device that asks, if the code fits. Throws Failure("wrong-key", reason "wrong-code"). */
export async function handOver(held: Guardianship, code: string): Promise<void> {
  const { recovery, subject, set, box } = held;
  if (!recovery) return;
  const { id, publicKey, tag } = recovery;
  const asked = { subject, set, box, id, publicKey, tag };
  const answer = await callVault<"returnShare">("returnShare", { asked, code, place: await place() });
  const body = { subject, id, box: answer };
  await request("/api/recovery/answers", { method: "POST", signed: true, body, schema: z.unknown() });
}
