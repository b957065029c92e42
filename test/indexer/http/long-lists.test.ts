// Lists that are short for most people and long for some: they come in pages like every other, with nothing left out
// and nothing twice, also while rows are added.

import { randomUUID } from "node:crypto";
import { getAddress } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toHex } from "#protocol/bytes.ts";
import { word } from "../support/story.ts";
import { buildWorld } from "../support/world.ts";
import type { World } from "../support/world.ts";

const MANY = 230;
const someone = (n: number) =>
  getAddress(toHex(Uint8Array.from({ length: 20 }, (_, at) => (at < 18 ? 0x77 : n >> (8 * (19 - at))))));

type List = {
  path: (world: World) => string;
  /** What names an item. */
  nameOf: (item: Record<string, unknown>) => string;
  /** Adds the item of that number, and gives its name. */
  add: (world: World, n: number) => Promise<string>;
};

const lists: Record<string, List> = {
  "an organisation's members": {
    path: ({ people }) => `/api/members?organisation=${people.clinic.address}`,
    nameOf: ({ member }) => String(member),
    async add({ running, people }, n) {
      const member = someone(n);
      await running.service.database.query(
        "insert into members (key, organisation, member, role, changed_at) values ($1, $2, $3, 2, 5)",
        [word(), people.clinic.address, member],
      );
      return member;
    },
  },
  auditors: {
    path: () => "/api/auditors?",
    nameOf: ({ address }) => String(address),
    async add({ running, people }, n) {
      await running.service.database.query(
        "insert into auditors (key, valid_until, appointed, changed_at, registrar) values ($1, 9, false, 5, $2)",
        [someone(n), people.registrar.address],
      );
      return someone(n);
    },
  },
  registrars: {
    path: () => "/api/registrars?",
    nameOf: ({ address }) => String(address),
    async add({ running }, n) {
      await running.service.database.query(
        "insert into registrars (key, state, changed_at) values ($1, 'proposed', 5)",
        [someone(n)],
      );
      return someone(n);
    },
  },
  "a document's versions": {
    path: ({ labs, people }) => `/api/documents/${labs.document}/versions?subject=${people.ana.address}`,
    nameOf: ({ version }) => String(version),
    async add({ running, labs, people }, n) {
      await running.service.database.query(
        `insert into document_versions (key, subject, document, version, manifest, author, at, tx)
         values ($1, $2, $3, $4, $5, $2, 5, $6)`,
        [word(), people.ana.address, labs.document, n + 2, word(), word()],
      );
      return String(n + 2);
    },
  },
  "one's sessions": {
    path: () => "/api/sessions?",
    nameOf: ({ id }) => String(id),
    async add({ running, people }, n) {
      const id = randomUUID();
      // Several of one second, as where somebody's program signs in.
      await running.service.database.query(
        `insert into sessions (id, account, message, signature, device, created_at, seen_at, expires_at)
         values ($1, $2, '', '', 'Test', $3, $3, 4000000000)`,
        [id, people.ana.address, 1_000 + Math.floor(n / 7)],
      );
      return id;
    },
  },
};

describe("A list of more than one page:", () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld();
  }, 120_000);
  afterAll(() => world.stop());

  it.each(Object.entries(lists))("%s", async (_, { path, nameOf, add }) => {
    const ask = world.call("patient");
    const to = path(world);
    const readPage = async (limit: number | null, cursor: string | null) => {
      const query = [limit === null ? "" : `&limit=${limit}`, cursor === null ? "" : `&cursor=${cursor}`].join("");
      const { status, body } = await ask("GET", to + query);
      expect(status).toBe(200);
      return { names: body.items.map(nameOf), next: body["next"] as string | null };
    };
    const before = await readPage(null, null);
    expect(before.names.length).toBeGreaterThan(0);
    expect(before.next).toBeNull();
    const added = [];
    for (let n = 0; n < MANY; n += 1) added.push(await add(world, n));
    // Who names no limit gets as much as a page may hold, and is told that there is more.
    const first = await readPage(null, null);
    expect(first.names).toHaveLength(200);
    expect(first.next).not.toBeNull();

    const seen: string[] = [];
    let late: string | null = null;
    for (let cursor: string | null = null; ;) {
      const page: Awaited<ReturnType<typeof readPage>> = await readPage(90, cursor);
      seen.push(...page.names);
      late ??= await add(world, MANY + 1);
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(new Set(seen.filter((name) => name !== late))).toEqual(new Set([...before.names, ...added]));
    expect(await ask("GET", `${to}&cursor=bm9uc2Vuc2U`)).toMatchObject({ status: 400 });
  });
});
