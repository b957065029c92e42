// Who audits and who registers, as the service's index has it.
import { z } from "zod";
import { readAll } from "#app/service/index.ts";
import type { Address } from "viem";

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((value) => value as Address);
const auditorSchema = z.object({ address, appointedAt: z.number(), validUntil: z.number(), active: z.boolean() });
const registrarSchema = z.object({ address, since: z.number(), active: z.boolean() });

/** An auditor: whether they may audit now, since when and until when (unix seconds). */
export type Auditor = z.infer<typeof auditorSchema>;
/** A registrar: whether they are one now, and since when. */
export type Registrar = z.infer<typeof registrarSchema>;

/** Every auditor that was ever appointed, with those in office first. Throws Failure. */
export async function readAuditors(): Promise<Auditor[]> {
  const items = await readAll("/api/auditors", { schema: auditorSchema });
  return items.sort((a, b) => Number(b.active) - Number(a.active) || b.appointedAt - a.appointedAt);
}

/** Every registrar that ever was, with those in office first. Throws Failure. */
export async function readRegistrars(): Promise<Registrar[]> {
  const items = await readAll("/api/registrars", { schema: registrarSchema });
  return items.sort((a, b) => Number(b.active) - Number(a.active) || b.since - a.since);
}
