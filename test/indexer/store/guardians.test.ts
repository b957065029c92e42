// Guardianships as they are listed: anybody may name anybody a guardian.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getAddress, pad, toHex } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "#indexer/store/database.ts";
import { listGuardianships, writeRecovery, writeShares } from "#indexer/store/guardians.ts";
import { giveDatabase, openTestDatabase } from "../support/database.ts";

const address = (number: number) => getAddress(pad(toHex(number), { size: 20 }));
const set = pad("0x01", { size: 32 });

describe("A guardian whom a thousand strangers name too, before and after a friend", () => {
  let folder: string;
  let drop: () => Promise<void>;
  let database: Database;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "placet-guardians-"));
    drop = await giveDatabase(folder);
    database = await openTestDatabase(folder);
  });
  afterAll(async () => {
    await database.close();
    await drop();
    await rm(folder, { recursive: true, force: true });
  });

  test("still reads that the friend named them, and that they ask: the list has no end before its end", async () => {
    const guardian = address(0xffff);
    const friend = address(0xfffe);
    const name = (subject: typeof friend, at: number) =>
      writeShares(database, { subject, set, at, shares: [{ subject, guardian, set, box: new Uint8Array(75), at }] });
    await name(friend, 100);
    // Strangers choose addresses that sort before any other.
    for (const [first, at] of [
      [1, 50],
      [501, 200],
    ])
      await database.query(
        `insert into guardian_shares (subject, guardian, set_name, box, at)
         select '0x' || lpad(number::text, 40, '0'), $1, $2, $3, $5 from generate_series($4::int, $4 + 499) number`,
        [guardian, set, new Uint8Array(75), first, at],
      );
    const recovery = { subject: friend, id: "1a".repeat(16), set, publicKey: set, createdAt: 300, expiresAt: 900 };
    await writeRecovery(database, recovery, [{ guardian, tag: "A".repeat(43) }]);
    const list = (after: readonly [number, string] | null, subject: typeof friend | null = null) =>
      listGuardianships(database, { guardian, subject, now: 301, after, limit: 200 });
    const found: Awaited<ReturnType<typeof list>> = [];
    for (let page = await list(null); page.length > 0;) {
      found.push(...page);
      const last = page.at(-1)?.share;
      page = last === undefined ? [] : await list([last.at, last.subject]);
    }
    expect(found.map(({ share }) => share.at)).toEqual([...Array(500).fill(200), 100, ...Array(500).fill(50)]);
    expect(new Set(found.map(({ share }) => share.subject)).size).toBe(1_001);
    const asks = { share: { subject: friend }, recovery: { id: recovery.id } };
    expect(found[500]).toMatchObject(asks);
    expect(found.filter((each) => each.recovery !== null)).toHaveLength(1);
    expect(await list(null, friend)).toMatchObject([asks]);
  });
});
