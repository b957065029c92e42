// What the service tells a registrar about providers, and how a screen names it.
// Rule: only what the registry says is called verified; the card is the applicant's own words.
import { z } from "zod";
import { readPage } from "#app/service/index.ts";
import type { PersonView } from "#app/ui/index.ts";
import { t } from "#app/ui/index.ts";
import { findCredentialStatus, findProviderKind } from "#protocol/codes/index.ts";
import type { Address, Hex } from "viem";

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((value) => value as Address);
const digest = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((value) => value as Hex);

/** One provider's application, newest act first. Times in unix seconds. */
export const applicationSchema = z.object({
  account: address,
  kind: z.number().int(),
  status: z.number().int(),
  licence: digest.nullable(),
  card: z
    .object({
      name: z.string(),
      specialty: z.string(),
      place: z.string(),
      about: z.string(),
      languages: z.array(z.string()),
    })
    .nullable(),
  licenceDetails: z.object({ authority: z.string(), number: z.string() }).nullable(),
  appliedAt: z.number().nullable(),
  changedAt: z.number(),
  validUntil: z.number(),
  registrar: address.nullable(),
});

/** One provider's application. */
export type Application = z.infer<typeof applicationSchema>;

/** The states that the registrar's tabs go by. */
export const applicationStates = ["applied", "verified", "suspended", "refused"] as const;
/** One of `applicationStates`. */
export type ApplicationState = (typeof applicationStates)[number];

/** One page of applications in a state. Throws Failure. */
export function readApplications(options: {
  status: ApplicationState;
  cursor?: string | undefined;
  signal?: AbortSignal;
}): Promise<{ items: Application[]; next: string | null }> {
  return readPage("/api/applications", {
    query: { status: options.status },
    schema: applicationSchema,
    ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

/** The state of an application by its code on the ledger; "none" for a code that nobody knows. */
export function stateOf(application: Application): ApplicationState | "none" {
  const id = findCredentialStatus(application.status)?.id;
  return applicationStates.find((state) => state === id) ?? "none";
}

/** What kind of provider it is, in words. */
export function kindInWords(kind: number): string {
  return findProviderKind(kind)?.label ?? t("registrar.kind.unknown");
}

/** The applicant as every screen shows a person. */
export function personOf(application: Application, now: number): PersonView {
  const { card, account, kind, validUntil } = application;
  const state = stateOf(application);
  const standing =
    state === "verified"
      ? validUntil > now
        ? "verified"
        : "expired"
      : state === "suspended"
        ? "suspended"
        : "not-verified";
  return {
    address: account,
    standing,
    kind: kindInWords(kind).toLowerCase(),
    ...(card === null ? {} : { name: card.name, about: [card.specialty, card.place].filter(Boolean).join(", ") }),
  };
}
