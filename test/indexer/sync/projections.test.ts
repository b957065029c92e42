// What the tables say after a life of acts is what the contracts themselves say.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unpackConsent } from "#protocol/consent/index.ts";
import { ledgerAbi, providerRegistryAbi } from "#protocol/contracts/index.ts";
import { dayOf } from "#protocol/appointments/index.ts";
import type { UsedConsent } from "#indexer/store/consents.ts";
import type { RunningService } from "#indexer/index.ts";
import { readAccount } from "#indexer/store/accounts.ts";
import { listAvailability, listBookings } from "#indexer/store/appointments.ts";
import { listConsentTexts, listRequests } from "#indexer/store/consents.ts";
import { listDocuments } from "#indexer/store/documents.ts";
import { listMembers, readProvider } from "#indexer/store/registry.ts";
import { people, startChain } from "../support/chain.ts";
import type { TestChain } from "../support/chain.ts";
import { makeFolder, startTestService } from "../support/service.ts";
import { chainTime, enrol, getVerified, grant, word } from "../support/story.ts";
import type { Keyed } from "../support/story.ts";

describe("The index, after many acts of many people,", () => {
  let chain: TestChain;
  let running: RunningService;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let ana: Keyed;
  let lena: Keyed;
  let scopes: {
    revoked: `0x${string}`;
    renewed: `0x${string}`;
    renounced: `0x${string}`;
    replaced: `0x${string}`;
    fresh: `0x${string}`;
  };
  const documents = { own: word(), withdrawn: word() };
  const appointment = word();

  beforeAll(async () => {
    chain = await startChain();
    const { ledger } = chain.deployment;
    ana = await enrol(chain, people.ana);
    lena = await enrol(chain, people.lena);
    await getVerified(chain, people.lena, { name: "Dr Lena Lindqvist", specialty: "Cardiology", place: "Uppsala" });
    await getVerified(
      chain,
      people.clinic,
      { name: "Sunrise Clinic", specialty: "Group practice", place: "Uppsala" },
      7,
    );
    await chain.act(people.clinic, {
      name: "addMember",
      args: { organisation: people.clinic.address, member: people.tomas.address, role: 1 },
    });
    await chain.act(people.clinic, {
      name: "addMember",
      args: { organisation: people.clinic.address, member: people.noor.address, role: 2 },
    });
    await chain.act(people.clinic, {
      name: "removeMember",
      args: { organisation: people.clinic.address, member: people.noor.address },
    });
    const gateway = { address: people.gateway.address, key: lena.key.publicKey };
    const first = await grant(chain, { subject: ana, grantee: lena, gateway });
    const second = await grant(chain, { subject: ana, grantee: lena, gateway });
    const third = await grant(chain, { subject: ana, grantee: lena, gateway });
    const fourth = await grant(chain, { subject: ana, grantee: lena, gateway });
    const names = { subject: ana.address, grantee: lena.address };
    await chain.act(people.lena, {
      name: "request",
      args: { grantee: lena.address, subject: people.ben.address, note: word() },
    });
    const request = await chain.client.readContract({
      address: ledger,
      abi: ledgerAbi,
      functionName: "headOf",
      args: [lena.address],
    });
    await chain.act(people.ben, {
      name: "decline",
      args: { subject: people.ben.address, grantee: lena.address, request, note: word() },
    });
    await chain.act(people.ana, { name: "revoke", args: { ...names, scope: first.scope, ceiling: 0 } });
    const now = await chainTime(chain);
    await chain.signedAct(
      ana,
      { name: "renew", args: { ...names, scope: second.scope, expiresAt: now + 9_000, deadline: now + 600 } },
      { opening: second.opening },
    );
    await chain.act(people.lena, { name: "renounce", args: { ...names, scope: third.scope } });
    const { createOpening, scopeOf } = await import("#protocol/consent/index.ts");
    const opening = createOpening({ categories: ["labs", "imaging"], purposes: ["TREAT"], salt: word() });
    const fresh = scopeOf(opening);
    await chain.signedAct(
      ana,
      {
        name: "replace",
        args: {
          ...names,
          replaced: fourth.scope,
          scope: fresh,
          ops: 1,
          notBefore: now,
          expiresAt: now + 5_000,
          capsule: word(),
          deadline: now + 600,
        },
      },
      { opening },
    );
    scopes = { revoked: first.scope, renewed: second.scope, renounced: third.scope, replaced: fourth.scope, fresh };
    await chain.act(people.ana, {
      name: "anchor",
      args: { subject: ana.address, document: documents.own, manifest: word(), version: 1 },
    });
    await chain.act(people.ana, {
      name: "anchor",
      args: { subject: ana.address, document: documents.own, manifest: word(), version: 2 },
    });
    await chain.act(people.ana, {
      name: "anchor",
      args: { subject: ana.address, document: documents.withdrawn, manifest: word(), version: 1 },
    });
    await chain.act(people.ana, {
      name: "withdraw",
      args: { account: ana.address, subject: ana.address, document: documents.withdrawn },
    });
    await chain.act(people.ana, { name: "rekey", args: { subject: ana.address, bundle: word(), epoch: 0 } });
    await chain.act(people.ana, { name: "cancelSigned", args: { subject: ana.address } });
    const day = dayOf(now) + 2;
    await chain.act(people.lena, {
      name: "publishAvailability",
      args: { provider: lena.address, day, open: (1n << 60n) - (1n << 32n) },
    });
    const booking = { account: ana.address, patient: ana.address, provider: lena.address, id: appointment };
    await chain.act(people.ana, {
      name: "requestAppointment",
      args: { ...booking, day, slot: 40, length: 2, details: word() },
    });
    await chain.act(people.lena, { name: "confirmAppointment", args: { ...booking, account: lena.address } });

    folder = await makeFolder();
    running = await startTestService(chain, folder.folder);
  });
  afterAll(async () => {
    await running.stop();
    await chain.stop();
    await folder.remove();
  });

  const read = (functionName: string, args: unknown[]) =>
    chain.client.readContract({
      address: chain.deployment.ledger,
      abi: ledgerAbi,
      functionName: functionName as "consentOf",
      args: args as never,
    });

  it("has every consent as the ledger has it, field by field", async () => {
    const texts = await listConsentTexts(running.service.database, {
      subject: ana.address,
      grantees: null,
      status: null,
      at: 0,
      after: null,
      limit: 100,
      finalized: 0,
    });
    const rows = texts.map((text) => JSON.parse(text) as UsedConsent);
    expect(rows.length).toBe(5);
    for (const [name, scope] of Object.entries(scopes)) {
      const told = unpackConsent((await read("consentOf", [ana.address, lena.address, scope])) as bigint);
      expect(
        rows.find((row) => row.scope === scope),
        name,
      ).toMatchObject(told);
    }
    expect(rows.find((row) => row.scope === scopes.replaced)).toMatchObject({ status: 4, replacedBy: scopes.fresh });
    expect(rows.find((row) => row.scope === scopes.fresh)).toMatchObject({ status: 1, replaces: scopes.replaced });
    expect(rows.find((row) => row.scope === scopes.renounced)).toMatchObject({ status: 3, endedBy: lena.address });
  });

  it("has documents, versions, keys, epochs and generations as the ledger has them", async () => {
    const rows = await listDocuments(running.service.database, {
      subject: ana.address,
      author: null,
      documents: null,
      after: null,
      limit: 10,
    });
    expect(rows.map(({ document, status, version }) => ({ document, status, version }))).toEqual(
      expect.arrayContaining([
        { document: documents.own, status: 1, version: 2 },
        { document: documents.withdrawn, status: 2, version: 2 },
      ]),
    );
    const account = await readAccount(running.service.database, ana.address);
    expect(account).toMatchObject({
      encryptionKey: await read("encryptionKeyOf", [ana.address]),
      epoch: await read("epochOf", [ana.address]),
      generation: Number(await read("generationOf", [ana.address])),
      head: await read("headOf", [ana.address]),
    });
    expect(account).toMatchObject({ epoch: 1, generation: 1 });
  });

  it("has a provider's days as the ledger has them", async () => {
    const day = dayOf(await chainTime(chain)) + 2;
    const [open, booked] = (await read("dayOf", [lena.address, day])) as unknown as [bigint, bigint];
    expect(await listAvailability(running.service.database, { provider: lena.address, from: day, to: day })).toEqual([
      { day, open: open.toString(), final: false },
    ]);
    expect(await listBookings(running.service.database, { provider: lena.address, from: day, to: day })).toEqual([
      { day, slot: 40, length: 2 },
    ]);
    expect(booked).toBe(3n << 40n);
  });

  it("has requests with what became of them", async () => {
    const rows = await listRequests(running.service.database, {
      subject: people.ben.address,
      grantee: null,
      after: null,
      limit: 10,
    });
    expect(rows).toMatchObject([{ grantee: lena.address, state: "declined" }]);
  });

  it("has credentials and members as the registry has them", async () => {
    const provider = await readProvider(running.service.database, lena.address);
    const told = await chain.client.readContract({
      address: chain.deployment.providerRegistry,
      abi: providerRegistryAbi,
      functionName: "credentialOf",
      args: [lena.address],
    });
    expect(provider).toMatchObject({
      status: told.status,
      kind: told.kind,
      validUntil: told.validUntil,
      changedAt: told.changedAt,
    });
    const members = await listMembers(running.service.database, people.clinic.address);
    expect(members).toMatchObject([{ member: people.tomas.address, role: 1 }]);
  });

  it("folds every account to the head, and all accounts to the roll, that the contracts store", async () => {
    for (const [contract, address] of [
      ["ledger", chain.deployment.ledger],
      ["providerRegistry", chain.deployment.providerRegistry],
    ] as const) {
      const rows = await running.service.database.query<{ account: `0x${string}`; head: string; roll: string }>(
        "select account, head, roll from heads where contract = $1 order by place",
        [contract],
      );
      expect(rows.length).toBeGreaterThan(2);
      for (const { account, head } of rows) {
        expect(
          await chain.client.readContract({ address, abi: ledgerAbi, functionName: "headOf", args: [account] }),
        ).toBe(head);
      }
      expect(await chain.client.readContract({ address, abi: ledgerAbi, functionName: "roll" })).toBe(
        rows.at(-1)?.roll,
      );
    }
  });

  it("keeps logs that are no acts raw, and stops at none of them", async () => {
    const rows = await running.service.database.query<{ address: string }>("select address from raw_logs");
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map((row) => row.address))).toEqual(new Set([chain.deployment.providerRegistry]));
  });
});
