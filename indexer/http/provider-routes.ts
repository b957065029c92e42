// The directory of providers, and the registry's lists: applications, members, auditors, registrars.

import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import type { Service } from "../service.ts";
import { foldText } from "../store/fold-text.ts";
import {
  listApplications,
  listAuditors,
  listMembers,
  listProviders,
  listRegistrars,
  readProvider,
} from "../store/registry.ts";
import type { AccountPage, Provider } from "../store/registry.ts";
import { cutPage, keyNumber, keyText, readCursor } from "./paging.ts";
import { route } from "./route.ts";
import type { Route } from "./route.ts";
import { createTurns } from "./turns.ts";
import { addressIn, addressOut, digestOut, finalOut, fullPageQuery, pageOf, pageQuery, timeOut } from "./schemas.ts";

const VERIFIED = 2;

/** PGlite does one thing at a time, so a search waits here and not before it: nobody else's request waits for more than one. */
const searchTurns = { pglite: createTurns(1), postgres: createTurns(3) };

/** A provider in the directory. */
export const providerOut = z
  .object({
    address: addressOut,
    name: z.string().nullable().meta({ description: "From the provider's own card; null while it is not held." }),
    specialty: z.string().nullable(),
    place: z.string().nullable(),
    about: z.string().nullable(),
    languages: z.array(z.string()),
    kind: z.number().int(),
    status: z.number().int(),
    validUntil: timeOut,
    verified: z.boolean(),
    card: digestOut.nullable(),
    final: finalOut,
  })
  .meta({ id: "Provider" });

/** A row of the directory as it goes out. */
export function toProvider(provider: Provider, now: number): z.input<typeof providerOut> {
  const { words } = provider;
  return {
    address: provider.account,
    name: words?.name ?? null,
    specialty: words?.specialty ?? null,
    place: words?.place ?? null,
    about: words?.about ?? null,
    languages: words?.languages ?? [],
    kind: provider.kind,
    status: provider.status,
    validUntil: provider.validUntil,
    verified: provider.status === VERIFIED && provider.validUntil > now,
    card: provider.card,
    final: provider.final,
  };
}

const applicationOut = z
  .object({
    account: addressOut,
    kind: z.number().int(),
    status: z.number().int(),
    licence: digestOut.nullable(),
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
    appliedAt: timeOut.nullable(),
    changedAt: timeOut,
    validUntil: timeOut,
    registrar: addressOut.nullable(),
    final: finalOut,
  })
  .meta({ id: "Application" });

const statusNames = { applied: 1, verified: 2, suspended: 3, refused: 4 } as const;

function toApplication(service: Service, provider: Provider): z.input<typeof applicationOut> {
  const { words, licence, account } = provider;
  let licenceDetails = null;
  if (words?.licence && licence !== null) {
    try {
      const { authority, number } = service.gateway.openLicence({ account, hash: licence, box: words.licence });
      licenceDetails = { authority, number };
    } catch (error) {
      // A card is its provider's own words: a licence that does not open is shown as none, and the hash stays to see.
      if (!(error instanceof Failure)) throw error;
    }
  }
  return {
    account,
    kind: provider.kind,
    status: provider.status,
    licence,
    card: words && {
      name: words.name,
      specialty: words.specialty,
      place: words.place,
      about: words.about,
      languages: words.languages,
    },
    licenceDetails,
    appliedAt: provider.appliedAt,
    changedAt: provider.changedAt,
    validUntil: provider.validUntil,
    registrar: provider.registrar,
    final: provider.final,
  };
}

/** The page of a list by account that was asked for, and one row more. */
function afterAccount({ cursor, limit }: { cursor?: string | undefined; limit: number }): AccountPage {
  return { after: readCursor(cursor, z.tuple([keyText]))?.[0] ?? null, limit: limit + 1 };
}

/** Routes about providers and the registry. */
export const providerRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/providers",
    summary: "The directory of providers: verified ones by name, unless asked for all.",
    tag: "providers",
    access: "public",
    limit: "search",
    query: z.object({
      ...pageQuery,
      text: z.string().max(200).optional(),
      kind: z.coerce.number().int().min(1).max(7).optional(),
      place: z.string().max(160).optional(),
      verified: z.enum(["true", "false"]).default("true"),
    }),
    response: pageOf(providerOut),
    async handle({ service, query }) {
      const now = service.now();
      const { database } = service;
      const asked = {
        text: query.text ?? null,
        kind: query.kind ?? null,
        place: query.place ?? null,
        verified: query.verified === "true",
        now,
        after: readCursor(query.cursor, z.tuple([keyText, keyText])),
        limit: query.limit + 1,
      };
      const rows = await searchTurns[database.kind](() => listProviders(database, asked));
      const page = cutPage(rows, query.limit, (row) => [foldText(row.words?.name ?? ""), row.account]);
      return { ...page, items: page.items.map((row) => toProvider(row, now)) };
    },
  }),
  route({
    method: "get",
    path: "/api/providers/:address",
    summary: "One provider.",
    tag: "providers",
    access: "public",
    limit: "search",
    params: z.object({ address: addressIn }),
    response: providerOut,
    problems: ["not-found"],
    async handle({ service, params }) {
      const provider = await readProvider(service.database, params.address);
      if (provider === null || provider.status === 0)
        throw new Failure("not-found", "Nobody with this address is in the directory.");
      return toProvider(provider, service.now());
    },
  }),
  route({
    method: "get",
    path: "/api/applications",
    summary: "Applications of providers, waiting and decided, newest change first.",
    tag: "registry",
    access: "registrar",
    limit: "records",
    query: z.object({ ...pageQuery, status: z.enum(["applied", "verified", "suspended", "refused"]).optional() }),
    response: pageOf(applicationOut),
    async handle({ service, query }) {
      const rows = await listApplications(service.database, {
        status: query.status === undefined ? null : statusNames[query.status],
        after: readCursor(query.cursor, z.tuple([keyNumber, keyText])),
        limit: query.limit + 1,
      });
      const page = cutPage(rows, query.limit, (row) => [row.changedAt, row.account]);
      return { ...page, items: page.items.map((row) => toApplication(service, row)) };
    },
  }),
  route({
    method: "get",
    path: "/api/members",
    summary: "The present members of an organisation, by address.",
    tag: "registry",
    access: "session",
    limit: "records",
    query: z.object({ ...fullPageQuery, organisation: addressIn }),
    response: pageOf(
      z.object({
        organisation: addressOut,
        member: addressOut,
        role: z.number().int(),
        changedAt: timeOut,
        final: finalOut,
      }),
    ),
    async handle({ service, query }) {
      const rows = await listMembers(service.database, query.organisation, afterAccount(query));
      return cutPage(rows, query.limit, ({ member }) => [member]);
    },
  }),
  route({
    method: "get",
    path: "/api/auditors",
    summary: "Who is or was an auditor, by address.",
    tag: "registry",
    access: "session",
    limit: "records",
    query: z.object(fullPageQuery),
    response: pageOf(
      z.object({
        address: addressOut,
        appointedAt: timeOut,
        validUntil: timeOut,
        active: z.boolean(),
        registrar: addressOut,
        final: finalOut,
      }),
    ),
    async handle({ service, query }) {
      const now = service.now();
      const rows = await listAuditors(service.database, afterAccount(query));
      const { items, next } = cutPage(rows, query.limit, ({ account }) => [account]);
      return {
        items: items.map((auditor) => ({
          address: auditor.account,
          appointedAt: auditor.changedAt,
          validUntil: auditor.validUntil,
          active: auditor.appointed && auditor.validUntil > now,
          registrar: auditor.registrar,
          final: auditor.final,
        })),
        next,
      };
    },
  }),
  route({
    method: "get",
    path: "/api/registrars",
    summary: "Who is, is proposed as, or was a registrar, by address.",
    tag: "registry",
    access: "session",
    limit: "records",
    query: z.object(fullPageQuery),
    response: pageOf(
      z.object({
        address: addressOut,
        since: timeOut,
        active: z.boolean(),
        state: z.enum(["proposed", "accepted", "dismissed"]),
        final: finalOut,
      }),
    ),
    async handle({ service, query }) {
      const rows = await listRegistrars(service.database, afterAccount(query));
      const { items, next } = cutPage(rows, query.limit, ({ account }) => [account]);
      return {
        items: items.map(({ account, changedAt, state, final }) => ({
          address: account,
          since: changedAt,
          active: state === "accepted",
          state,
          final,
        })),
        next,
      };
    },
  }),
];
