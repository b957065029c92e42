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

describe("A guardian whom five hundred strangers name too", () => {
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

  test("still sees whom they were named by first, and that they ask", async () => {
    const guardian = address(0xffff);
    const friend = address(0xfffe);
    const name = (subject: typeof friend, at: number) =>
      writeShares(database, { subject, set, at, shares: [{ subject, guardian, set, box: new Uint8Array(75), at }] });
    await name(friend, 100);
    // Strangers choose addresses that sort before any other.
    await database.query(
      `insert into guardian_shares (subject, guardian, set_name, box, at)
       select '0x' || lpad(number::text, 40, '0'), $1, $2, $3, 200 from generate_series(1, 500) number`,
      [guardian, set, new Uint8Array(75)],
    );
    const recovery = { subject: friend, id: "1a".repeat(16), set, publicKey: set, createdAt: 300, expiresAt: 900 };
    await writeRecovery(database, recovery, [{ guardian, tag: "A".repeat(43) }]);
    const found = await listGuardianships(database, { guardian, now: 301 });
    expect(found).toHaveLength(500);
    expect(found[0]).toMatchObject({ share: { subject: friend }, recovery: { id: recovery.id } });
  });
});
