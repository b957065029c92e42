// Bulk storing, on whichever database this run is on.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc } from "../../support/fast-check.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "#indexer/store/database.ts";
import { giveDatabase, openTestDatabase } from "../support/database.ts";

const columns = ["place", "words", "count", "bytes", "list", "data", "flag"];

describe("Rows stored in bulk", () => {
  let folder: string;
  let drop: () => Promise<void>;
  let database: Database;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "placet-copy-"));
    drop = await giveDatabase(folder);
    database = await openTestDatabase(folder);
    await database.execute(
      "create table copied (place int primary key, words text, count bigint, bytes bytea, list text[], data jsonb, flag boolean)",
    );
  });
  afterAll(async () => {
    await database.close();
    await drop();
    await rm(folder, { recursive: true, force: true });
  });

  const text = fc
    .oneof(
      fc.string(),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("", "\\N", "\\.", "\t\n\r\\", "{}", '"', "NULL"),
    )
    // No PostgreSQL text holds the character zero, or half of a surrogate pair.
    .map((value) => value.toWellFormed().replaceAll("\u0000", ""));
  const row = fc.record({
    words: fc.option(text),
    count: fc.option(fc.maxSafeInteger()),
    bytes: fc.option(fc.uint8Array({ maxLength: 40 })),
    list: fc.option(fc.array(text, { maxLength: 4 })),
    data: fc.option(fc.dictionary(text, text)),
    flag: fc.option(fc.boolean()),
  });

  test("come back as they went in, whatever characters they hold", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
        await database.query("delete from copied");
        await database.transaction((tx) =>
          tx.copyRows(
            "copied",
            columns,
            rows.map(({ words, count, bytes, list, data, flag }, place) => [
              place,
              words,
              count,
              bytes,
              list,
              data === null ? null : JSON.stringify(data),
              flag,
            ]),
          ),
        );
        const stored = await database.query<(typeof rows)[number]>(
          "select words, count, bytes, list, data, flag from copied order by place",
        );
        expect(stored.map((each) => ({ ...each, bytes: each.bytes && Array.from(each.bytes) }))).toEqual(
          rows.map((each) => ({ ...each, data: each.data && { ...each.data }, bytes: each.bytes && [...each.bytes] })),
        );
      }),
      { numRuns: 60 },
    );
  });

  test("are stored all or not at all, and the database goes on", async () => {
    await database.query("delete from copied");
    const twice = [1, 2, 2].map((place) => [place, null, null, null, null, null, null]);
    await expect(database.copyRows("copied", columns, twice)).rejects.toThrow(/duplicate key/);
    await expect(
      database.transaction(async (tx) => {
        await tx.copyRows("copied", columns, twice.slice(0, 2));
        throw new Error("Something else went wrong.");
      }),
    ).rejects.toThrow("Something else");
    expect(await database.query("select * from copied")).toEqual([]);
    await database.copyRows("copied", columns, twice.slice(0, 2));
    expect(await database.query("select count(*) as rows from copied")).toEqual([{ rows: 2 }]);
  });

  test("go into several tables together, or into none of them", async () => {
    await database.execute("create table beside (place int primary key, words text)");
    await database.query("delete from copied");
    const others = {
      table: "beside",
      columns: ["place", "words"],
      rows: ["one", "t\two"].map((words, at) => [at + 1, words]),
    };
    const rowsAt = (places: number[]) => ({
      table: "copied",
      columns,
      rows: places.map((place) => [place, ...columns.slice(1).map(() => null)]),
    });
    // Wherever it fails, what comes behind is not taken for anything else.
    await expect(database.copyTables([rowsAt([1, 1]), others])).rejects.toThrow(/duplicate key/);
    await expect(database.copyTables([others, rowsAt([1, 1]), others])).rejects.toThrow(/duplicate key/);
    await expect(database.copyTables([{ ...others, table: "nowhere" }, others])).rejects.toThrow(/nowhere/);
    const count = "select (select count(*) from copied) as copied, (select count(*) from beside) as beside";
    expect(await database.query(count)).toEqual([{ copied: 0, beside: 0 }]);
    await database.transaction(async (tx) => {
      await tx.copyTables([rowsAt([1]), { ...others, rows: [] }, rowsAt([2]), others]);
      expect(await tx.query(count)).toEqual([{ copied: 2, beside: 2 }]);
    });
    expect(await database.query("select words from beside order by place")).toEqual([
      { words: "one" },
      { words: "t\two" },
    ]);
  });

  test("may be none", async () => {
    await database.query("delete from copied");
    await database.copyRows("copied", columns, []);
    expect(await database.query("select * from copied")).toEqual([]);
  });

  test("are asked for by any values, on one connection or many", async () => {
    const asked = fc.record({
      words: fc.option(text),
      count: fc.option(fc.maxSafeInteger()),
      list: fc.array(text),
      flag: fc.option(fc.boolean()),
    });
    const sql = "select $1::text as words, $2::bigint as count, $3::text[] as list, $4::boolean as flag";
    await fc.assert(
      fc.asyncProperty(asked, async (values) => {
        const given = [values.words, values.count, values.list, values.flag];
        const answers = await Promise.all([
          database.query(sql, given),
          database.query(sql, given),
          database.transaction(async (tx) => [...(await tx.query(sql, given)), ...(await tx.query(sql, given))]),
        ]);
        expect(answers.flat()).toEqual([values, values, values, values]);
      }),
      { numRuns: 50 },
    );
  });

  test("are still answered for after a statement failed, and after a table got another column", async () => {
    const [known] = await database.query("select count(*) as rows from copied where place >= $1", [0]);
    await expect(database.query("select 1 / $1::int as share", [0])).rejects.toThrow(/division by zero/);
    await expect(database.query("select * from copied where nothing = $1", [0])).rejects.toThrow(/nothing/);
    await database.execute("alter table copied add column later int default 7");
    expect(await database.query("select count(*) as rows from copied where place >= $1", [0])).toEqual([known]);
    expect(await database.query("select 7 / $1::int as share", [7])).toEqual([{ share: 1 }]);
  });
});
