// One account as anybody who is signed in may look it up before dealing with it: its keys, its head, its credential.

import { fromHex } from "#protocol/bytes.ts";
import { fingerprint } from "#protocol/keys/index.ts";
import { z } from "zod";
import { readAccount } from "../store/accounts.ts";
import { isAccountFinal } from "../store/final.ts";
import { isAuditor, isRegistrar, listOrganisationsOf, readProvider } from "../store/registry.ts";
import { providerOut, toProvider } from "./provider-routes.ts";
import { route } from "./route.ts";
import type { Route } from "./route.ts";
import { addressIn, addressOut, digestOut, finalOut, timeOut } from "./schemas.ts";

const accountOut = z
  .object({
    address: addressOut,
    encryptionKey: digestOut.nullable(),
    fingerprint: z.string().nullable().meta({ description: "What two people read to each other to compare the key." }),
    vaultAccount: addressOut.nullable(),
    publishedAt: timeOut.nullable(),
    generation: z.number().int(),
    epoch: z.number().int(),
    bundle: digestOut.nullable().meta({ description: "The capsules of the newest re-keying." }),
    movedTo: addressOut.nullable().meta({ description: "The account that this person says they use now." }),
    head: digestOut.nullable(),
    credential: z
      .object({
        status: z.number().int(),
        kind: z.number().int(),
        licence: digestOut.nullable(),
        card: digestOut.nullable(),
        validUntil: timeOut,
        changedAt: timeOut,
        verified: z.boolean(),
      })
      .nullable(),
    card: providerOut.nullable(),
    organisations: z.array(z.object({ organisation: addressOut, role: z.number().int() })),
    isAuditor: z.boolean(),
    isRegistrar: z.boolean(),
    final: finalOut,
  })
  .meta({ id: "Account" });

/** Routes about accounts. */
export const accountRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/accounts/:address",
    summary: "What the ledger says about one account: key, fingerprint, epoch, head, credential.",
    tag: "accounts",
    access: "session",
    limit: "records",
    params: z.object({ address: addressIn }),
    response: accountOut,
    async handle({ service, params }) {
      const { database } = service;
      const now = service.now();
      const account = await readAccount(database, params.address);
      const provider = await readProvider(database, params.address);
      const organisations = await listOrganisationsOf(database, { member: params.address, now });
      return {
        ...account,
        fingerprint:
          account.encryptionKey === null
            ? null
            : fingerprint({ account: params.address, publicKey: fromHex(account.encryptionKey) }),
        credential:
          provider === null
            ? null
            : {
                status: provider.status,
                kind: provider.kind,
                licence: provider.licence,
                card: provider.card,
                validUntil: provider.validUntil,
                changedAt: provider.changedAt,
                verified: provider.status === 2 && provider.validUntil > now,
              },
        card: provider === null ? null : toProvider(provider, now),
        organisations: organisations.map(({ organisation, role }) => ({ organisation, role })),
        isAuditor: await isAuditor(database, { account: params.address, now }),
        isRegistrar: await isRegistrar(database, params.address),
        final: await isAccountFinal(database, params.address),
      };
    },
  }),
];
