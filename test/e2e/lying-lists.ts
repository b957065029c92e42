// A service that has gone bad and gives out lists of its own: in one person's browser its answers are changed on their way.

import type { Page, Route } from "playwright-core";
import { encodeFunctionData, encodeFunctionResult, type Address, type Hex } from "viem";
import { z } from "zod";
import { randomBytes } from "#protocol/bytes.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { compartmentKey, makeCapsule } from "#protocol/keys/index.ts";
import { reload, type Clinic } from "./clinic.ts";

type Item = Record<string, unknown>;
const call = z.looseObject({ id: z.unknown(), params: z.unknown() });
const answer = z.looseObject({ id: z.unknown() });

async function changeItems(route: Route, change: (items: Item[]) => Item[]): Promise<void> {
  const response = await route.fetch();
  const answer = (await response.json()) as { items: Item[] };
  await route.fulfill({ response, json: { ...answer, items: change(answer.items) } });
}

/**
 * Names somebody who left among an organisation's members, and an earlier key as what lies there for them. Gives for whom
 * the page then leaves a key, and the way back to the truth.
 */
export async function nameAmongMembers(
  page: Page,
  { organisation, member, key }: { organisation: Address; member: Address; key: Hex },
): Promise<{ given: readonly string[]; stop: () => Promise<void> }> {
  const given: string[] = [];
  const members = /\/api\/members\?/;
  const keys = /\/api\/member-keys/;
  await page.route(members, (route) =>
    changeItems(route, (items) => [...items, { organisation, member, role: 1, changedAt: 1_800_000_000 }]),
  );
  await page.route(keys, async (route) => {
    const request = route.request();
    if (request.method() === "GET") return changeItems(route, (items) => [...items, { member, key, at: 1 }]);
    if (request.method() === "DELETE") return route.fulfill({ status: 204 });
    const { shares } = request.postDataJSON() as { shares: { member: string }[] };
    given.push(...shares.map((one) => one.member));
    return route.fulfill({ json: { count: shares.length } });
  });
  return {
    given,
    stop: () => page.unrouteAll({ behavior: "wait" }),
  };
}

/** Lists nobody as a member, as a service does whose index is being filled anew. Gives the way back to the truth. */
export async function nameNobody(page: Page): Promise<() => Promise<void>> {
  await page.route(/\/api\/members\?/, (route) => changeItems(route, () => []));
  return () => page.unrouteAll({ behavior: "wait" });
}

/** Says that the ledger has another key of somebody's than it has: found out on this page. Then it tells the truth again. */
export async function failToNameKey(page: Page, { account, key }: { account: Address; key: Hex }): Promise<void> {
  const named = { abi: ledgerAbi, functionName: "encryptionKeyOf" } as const;
  const question = encodeFunctionData({ ...named, args: [account] }).toLowerCase();
  const result = encodeFunctionResult({ ...named, result: key });
  await page.route("**/rpc", async (route) => {
    if (!route.request().postData()?.toLowerCase().includes(question)) return route.continue();
    const asked = z.union([call.array(), call]).parse(route.request().postDataJSON());
    const response = await route.fetch();
    const told = z.union([answer.array(), answer]).parse(await response.json());
    const ids = [asked].flat().filter(({ params }) => JSON.stringify(params).toLowerCase().includes(question));
    const lie = (one: z.infer<typeof answer>) => (ids.some(({ id }) => id === one.id) ? { ...one, result } : one);
    await route.fulfill({ response, json: Array.isArray(told) ? told.map(lie) : lie(told) });
  });
  await reload(page);
  await page.getByText("This service and your own view of the ledger do not say the same.").waitFor();
  await page.unrouteAll({ behavior: "wait" });
  await reload(page);
}

/** Puts a capsule there for the clinic's consent to notes, with a key of one's own: as who knows its words can. */
export async function makeUpCapsule({ ana, clinic, notes, stage }: Clinic): Promise<Hex> {
  // Of the highest epoch: it leads back to whichever the ledger is at.
  const epoch = 4_095;
  const key = compartmentKey(randomBytes(32), { category: "notes", epoch });
  const { bytes, digest } = makeCapsule(
    { place: stage.place, subject: ana.address, scope: notes.scope },
    {
      grantee: { address: clinic.address, key: clinic.key.publicKey },
      subjectKey: ana.key.publicKey,
      gateways: [],
      content: { epoch, opening: notes.opening, categories: [{ category: "notes", key }], documents: [] },
    },
  );
  await ana.call.putBlock({ cid: manifestCid(digest), bytes });
  return digest;
}

/** Names another capsule for a consent than the ledger does. Gives the way back to the truth. */
export async function nameCapsule(
  page: Page,
  { scope, capsule }: { scope: Hex; capsule: Hex },
): Promise<() => Promise<void>> {
  const consents = /\/api\/consents\?.*as=grantee/;
  await page.route(consents, (route) =>
    changeItems(route, (items) => items.map((one) => (one["scope"] === scope ? { ...one, capsule } : one))),
  );
  return () => page.unrouteAll({ behavior: "wait" });
}
