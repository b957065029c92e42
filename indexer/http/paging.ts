// Keyset paging: a cursor is the sort key of the last item, so that nothing is skipped or doubled while rows are added.

import { z } from "zod";
import { Failure } from "#protocol/failure.ts";

/** A number in a sort key: every column that lists are sorted by holds whole numbers. */
export const keyNumber = z.number().int();

/** A text in a sort key; without U+0000, which no column can be compared with. */
export const keyText = z.string().regex(/^[^\0]*$/);

/** One page of a list. */
export type Page<T> = { items: T[]; next: string | null };

/** Packs a sort key into a cursor. */
export function packCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** Reads a cursor as the sort key that `shape` describes; null when there is none. Throws `bad-input` for one that we never gave. */
export function readCursor<T extends z.ZodType>(cursor: string | undefined, shape: T): z.output<T> | null {
  if (cursor === undefined) return null;
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch (cause) {
    throw new Failure("bad-input", "The cursor is not one that this service gave. Start from the first page.", {
      cause,
    });
  }
}

/** Cuts rows, of which one more than `limit` was asked for, to a page. */
export function cutPage<T>(rows: T[], limit: number, keyOf: (row: T) => readonly (string | number)[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? packCursor(keyOf(last)) : null };
}

/**
 * The same of rows that are JSON already: the text of a Page. Only of the last item, and only where another page follows,
 * the key is read.
 */
export function cutTextPage<T>(
  rows: readonly string[],
  limit: number,
  keyOf: (item: T) => readonly (string | number)[],
): string {
  const last = rows[limit - 1];
  const next = rows.length > limit && last !== undefined ? packCursor(keyOf(JSON.parse(last) as T)) : null;
  return `{"items":[${rows.slice(0, limit).join(",")}],"next":${JSON.stringify(next)}}`;
}
