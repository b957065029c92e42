// What the service expects of its database, on whichever this run is on.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "#indexer/store/database.ts";
import { giveDatabase, onPostgres, openTestDatabase } from "../support/database.ts";

const run = promisify(execFile);

describe("A service's database", () => {
  let folder: string;
  let drop: () => Promise<void>;
  let database: Database;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "placet-database-"));
    drop = await giveDatabase(folder);
    database = await openTestDatabase(folder);
    await database.execute("create table kept (number int primary key, bytes bytea)");
  });
  afterAll(async () => {
    await database.close();
    await drop();
    await rm(folder, { recursive: true, force: true });
  });

  const numbers = async (): Promise<number[]> =>
    (await database.query<{ number: number }>("select number from kept order by number")).map(({ number }) => number);

  test("keeps nothing of a transaction that failed, and shows nothing of it to who asked meanwhile", async () => {
    const meanwhile: Promise<number[]>[] = [];
    const failed = database.transaction(async (tx) => {
      await tx.query("insert into kept values (1, '')");
      meanwhile.push(numbers());
      await tx.query("insert into kept values (1, '')");
    });
    await expect(failed).rejects.toMatchObject({ code: "23505" });
    expect(await Promise.all(meanwhile)).toEqual([[]]);
    expect(await numbers()).toEqual([]);
  });

  test("does one transaction after another, and both wholly", async () => {
    const add = (from: number) =>
      database.transaction(async (tx) => {
        const [row] = await tx.query<{ count: number }>("select count(*) as count from kept");
        for (const number of [from, from + 1]) await tx.query("insert into kept values ($1, $2)", [number, bytesOf(9)]);
        return row?.count;
      });
    await Promise.all([add(10), add(20)]);
    expect(await numbers()).toEqual([10, 11, 20, 21]);
  });

  test("does nothing for a transaction that is over, and nothing of it in another one", async () => {
    let late = Promise.resolve<unknown>(null);
    const failed = database.transaction(async (tx) => {
      late = delay(20).then(() => tx.query("insert into kept values ($1, '')", [50]));
      throw new Error("not today");
    });
    await expect(failed).rejects.toThrow("not today");
    const other = database.transaction(async (tx) => {
      await expect(late).rejects.toThrow("over");
      await tx.query("insert into kept values ($1, '')", [51]);
    });
    await other;
    expect(await numbers()).toContain(51);
    expect(await numbers()).not.toContain(50);
  });

  test("does what nobody waited for in the order in which it was asked, and before the transaction's end", async () => {
    await database.transaction((tx) => {
      void tx.query("insert into kept values ($1, '')", [60]);
      void tx.query("update kept set number = 61 where number = $1", [60]);
      return Promise.resolve();
    });
    expect(await numbers()).toContain(61);
    expect(await numbers()).not.toContain(60);
  });

  test("takes back what a transaction had asked for and not waited for when it failed", async () => {
    const failed = database.transaction((tx) => {
      for (const number of [70, 71]) void tx.query("insert into kept values ($1, '')", [number]);
      return Promise.reject(new Error("not today"));
    });
    await expect(failed).rejects.toThrow("not today");
    expect((await numbers()).filter((number) => number >= 70)).toEqual([]);
  });

  test("gets the bytes that it was given, not what lies beside them in memory", async () => {
    const bytes = bytesOf(100).subarray(40, 44);
    await database.query("insert into kept values (30, $1)", [bytes]);
    const [row] = await database.query<{ bytes: Uint8Array }>("select bytes from kept where number = 30");
    expect([...(row?.bytes ?? [])]).toEqual([40, 41, 42, 43]);
  });

  test("tells who listens after a commit, not after a failure, and no more once they stopped", async () => {
    let heard = 0;
    const stop = await database.listen("relay", () => (heard += 1));
    const tell = (fails: boolean) =>
      database.transaction(async (tx) => {
        await tx.query("select pg_notify('relay', '')");
        if (fails) throw new Error("not today");
      });
    await expect(tell(true)).rejects.toThrow("not today");
    await tell(false);
    await expect.poll(() => heard).toBe(1);
    await stop();
    await tell(false);
    const other = Promise.withResolvers<void>();
    const stopOther = await database.listen("sync", () => other.resolve());
    await database.query("select pg_notify('sync', '')");
    await other.promise; // what was told before it would have been heard by now
    await stopOther();
    expect(heard).toBe(1);
  });

  test("computes in a thread of its own: whoever asks for nothing of it does not wait", async () => {
    const answered = database.query("select count(*) from generate_series(1, 3000000)").then(() => "database");
    expect(await Promise.race([answered, delay(10).then(() => "timer")])).toBe("timer");
    await answered;
  });

  test.skipIf(onPostgres || process.platform !== "linux")(
    "takes less than 400 MiB with PGlite opened, as its parser is not optimised",
    async () => {
      const script = fileURLToPath(new URL("../support/open-database.ts", import.meta.url));
      const beside = await mkdtemp(join(tmpdir(), "placet-database-"));
      try {
        await giveDatabase(beside);
        const { stdout } = await run(process.execPath, [script, join(beside, "database")]);
        expect(Number(stdout)).toBeGreaterThan(50);
        expect(Number(stdout)).toBeLessThan(400);
      } finally {
        await rm(beside, { recursive: true, force: true });
      }
    },
  );
});

function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => at);
}
