// Being a guardian: whose share one holds, who asks for it, handing it over.
import { z } from "zod";
import { addressShape, digestShape, place, request } from "#app/service/index.ts";
import type { ShareLabel } from "#protocol/keys/index.ts";
import { callVault } from "./vault.svelte.ts";

const listShape = z.object({
  items: z
    .array(
      z.object({
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
      }),
    )
    .max(500),
});
/** A share that one holds, and the request for it if there is one. */
export type Guardianship = z.infer<typeof listShape>["items"][number];

/** Whose guardian one is. */
export async function readGuardianships(): Promise<readonly Guardianship[]> {
  return (await request("/api/guardianships", { schema: listShape })).items;
}

const ownShape = z.object({
  items: z.array(z.object({ guardian: addressShape, set: digestShape, at: z.number().int() })).max(32),
});

/** Who holds a share of one's own vault, as the service has it. */
export async function readOwnGuardians(): Promise<z.infer<typeof ownShape>["items"]> {
  return (await request("/api/guardians", { schema: ownShape })).items;
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
  await request("/api/recovery/answers", { method: "POST", body: { subject, id, box: answer }, schema: z.unknown() });
}
