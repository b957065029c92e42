// Pages that the database writes as JSON, on whichever database this run is on.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getAddress } from "viem";
import { effectiveStatus } from "#protocol/consent/index.ts";
import { toTrailRow } from "#indexer/http/trail-row.ts";
import { listActs, listActTexts } from "#indexer/store/acts.ts";
import type { ActRow } from "#indexer/store/acts.ts";
import { listConsentTexts, readUsedConsent } from "#indexer/store/consents.ts";
import type { CopyValue } from "#indexer/store/copy.ts";
import type { Database } from "#indexer/store/database.ts";
import { insertRows } from "#indexer/store/rows.ts";
import type { SyncStatus } from "#indexer/sync/index.ts";
import { fc } from "../../support/fast-check.ts";
import { giveDatabase, openTestDatabase } from "../support/database.ts";

describe("A page that the database writes as JSON", () => {
  let folder: string;
  let drop: () => Promise<void>;
  let database: Database;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "placet-json-"));
    drop = await giveDatabase(folder);
    database = await openTestDatabase(folder);
  });
  afterAll(async () => {
    await database.close();
    await drop();
    await rm(folder, { recursive: true, force: true });
  });

  const hex = (bytes: number) =>
    fc
      .uint8Array({ minLength: bytes, maxLength: bytes })
      .map((each) => `0x${Buffer.from(each).toString("hex")}` as const);
  const address = hex(20).map((text) => getAddress(text));
  const text = fc
    .oneof(fc.string({ unit: "grapheme" }), fc.constantFrom('"', "\\", "\n", "\r\n", "\t", "{}", "null", "\u2028"))
    .map((value) => value.toWellFormed().replaceAll("\u0000", ""));
  const number = fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: Number.MAX_SAFE_INTEGER }));
  // Names are plain, as an act's are. Node 24's JSON.parse takes the name of one quote for that of one backslash once any
  // object of the process had the latter: every other test that shares this process would find that out.
  const name = fc.stringMatching(/^[a-z]{1,8}$/);
  const json = fc.dictionary(name, fc.oneof(text, fc.boolean(), fc.integer(), fc.array(text, { maxLength: 3 })));

  test("holds the acts that are read field by field, whatever they hold", async () => {
    const act = fc.record({
      contract: fc.constantFrom("ledger" as const, "providerRegistry" as const),
      address,
      block: number,
      blockHash: hex(32),
      time: number,
      tx: hex(32),
      account: address,
      index: number,
      act: text,
      args: json,
      headBefore: hex(32),
      headAfter: hex(32),
      topics: fc.array(hex(32), { maxLength: 4 }),
      data: fc.nat({ max: 70 }).chain(hex),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 25 }), fc.boolean(), async (acts, all) => {
        const rows = acts.map((each, logIndex) => ({ ...each, logIndex }) satisfies ActRow);
        const [first] = rows;
        const party = all ? null : (first?.account ?? null);
        await database.execute("delete from acts; delete from act_parties");
        await database.copyRows("acts", actColumns, rows.map(toColumns));
        const parties = rows
          .filter((row) => row.account === party)
          .map((row) => [row.account, row.block, row.logIndex]);
        await database.copyRows("act_parties", ["party", "block", "log_index"], parties);
        const filter = { party, account: null, act: null, from: null, to: null, after: null, newestFirst: true };
        const status = { findings: [], cursor: { finalized: first?.block ?? 0 } } as unknown as SyncStatus;
        const read = await listActs(database, { ...filter, limit: 21 });
        const texts = await listActTexts(database, { ...filter, limit: 21, finalized: first?.block ?? 0 });
        expect(texts.map((each) => JSON.parse(each) as unknown)).toEqual(read.map((row) => toTrailRow(row, status)));
      }),
      { numRuns: 60 },
    );
  });

  test("holds the consents that are read one by one, and their status at each moment", async () => {
    const moment = fc.nat({ max: 100_000 });
    const consent = fc.record({
      subject: address,
      scope: hex(32),
      status: fc.integer({ min: 1, max: 5 }),
      version: number,
      ops: number,
      not_before: moment,
      expires_at: moment,
      granted_at: moment,
      changed_at: moment,
      capsule: fc.option(hex(32)),
      replaces: fc.option(hex(32)),
      replaced_by: fc.option(hex(32)),
      ended_by: fc.option(address),
      times: fc.nat({ max: 3 }),
      used: fc.nat({ max: 3 }),
      proxy: fc.option(address),
      mandate: fc.option(hex(32)),
      block: number,
      log_index: fc.nat({ max: 9 }),
      tx: hex(32),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(consent, { minLength: 1, maxLength: 20 }),
        address,
        moment,
        async (made, grantee, at) => {
          const rows = made.map((each) => ({ key: `${each.subject}|${grantee}|${each.scope}`, grantee, ...each }));
          await database.execute("delete from consents; delete from openings");
          await insertRows(database, { table: "consents", rows });
          const [first] = rows;
          const finalized = first?.block ?? 0;
          await database.query("insert into openings select $1, '', '', '', '', 'refused', null, null, 1, 0", [
            first?.key,
          ]);
          const expected = await Promise.all(
            rows
              .toSorted((a, b) => b.changed_at - a.changed_at || (a.key < b.key ? 1 : -1))
              .map(async ({ subject, scope }) => {
                const used = await readUsedConsent(database, { subject, grantee, scope });
                if (used === null) throw new Error("A consent that was stored is there.");
                const { key: _, logIndex: __, ...consent } = used;
                const final = consent.block <= finalized;
                return {
                  ...consent,
                  effectiveStatus: effectiveStatus(consent, at),
                  blockTime: consent.changedAt,
                  final,
                };
              }),
          );
          const filter = { subject: null, grantees: [grantee], at, after: null, limit: 51, finalized };
          for (const status of [null, 1, 6]) {
            const texts = await listConsentTexts(database, { ...filter, status });
            expect(texts.map((each) => JSON.parse(each) as unknown)).toEqual(
              expected.filter((each) => status === null || each.effectiveStatus === status),
            );
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

const actColumns = [
  ...["contract", "address", "block", "block_hash", "time", "tx", "log_index", "account", "index", "act", "args"],
  ...["head_before", "head_after", "topics", "data"],
];

function toColumns(row: ActRow): CopyValue[] {
  const { contract, address, block, blockHash, time, tx, logIndex, account, index, act } = row;
  const { args, headBefore, headAfter, topics, data } = row;
  return [
    ...[contract, address, block, blockHash, time, tx, logIndex, account, index, act, JSON.stringify(args)],
    ...[headBefore, headAfter, topics, data],
  ];
}
