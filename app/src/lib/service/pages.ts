// Lists come in pages with a cursor. Rule: a cursor is opaque, and nobody reads without an end.
import { z } from "zod";
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

/** All pages up to `max` items (2,000 unless told). */
export async function readAll<T>(path: string, options: ListOptions<T> & { max?: number }): Promise<T[]> {
  const { max = 2000, ...rest } = options;
  const items: T[] = [];
  let cursor: string | undefined;
  while (items.length < max) {
    const page = await readPage(path, { ...rest, cursor, limit: Math.min(200, max - items.length) });
    items.push(...page.items);
    if (page.next === null || page.items.length === 0) break;
    cursor = page.next;
  }
  return items;
}
