// Lists come in pages with a cursor. Rule: a cursor is opaque, and nobody reads without an end.
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { request, type Query } from "./request.ts";

/** One page of a list and the cursor of the next; null at the end. */
export type ListPage<T> = { items: T[]; next: string | null };

type ListOptions<T> = { schema: z.ZodType<T>; query?: Query; signal?: AbortSignal | undefined };

/** One page. */
export async function readPage<T>(
  path: string,
  options: ListOptions<T> & { cursor?: string | undefined; limit?: number },
): Promise<ListPage<T>> {
  const { schema, query = {}, cursor, limit, signal } = options;
  return request(path, {
    schema: z.object({ items: z.array(schema), next: z.string().nullable() }),
    query: { ...query, cursor, limit },
    signal,
  });
}

/** Longer than anybody's own list: who gives more than this without an end is broken, or means harm. */
const MOST_ITEMS = 100_000;

/**
 * All pages to the list's end, or as many items as `max` says. Throws Failure("too-large") for a list that does not end: a
 * part of it would be taken for all of it.
 */
export async function readAll<T>(path: string, options: ListOptions<T> & { max?: number }): Promise<T[]> {
  const { max = MOST_ITEMS, ...rest } = options;
  const items: T[] = [];
  let cursor: string | undefined;
  while (items.length < max) {
    const page = await readPage(path, { ...rest, cursor, limit: Math.min(200, max - items.length) });
    for (const item of page.items) items.push(item);
    if (page.next === null || page.items.length === 0) return items;
    cursor = page.next;
  }
  if (options.max !== undefined) return items;
  throw new Failure("too-large", "This list does not end. Nothing of it is shown. Tell the service's operator.");
}
