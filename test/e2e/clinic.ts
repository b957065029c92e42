// Who takes part when a clinic's members read in its name, and where: the demonstration's stack and people, a consent of Ana's
// that lets the clinic add notes, a clerk with whom its key is not shared yet; and what several of the steps look at.

import { join } from "node:path";
import type { Page } from "playwright-core";
import type { Address, Hex } from "viem";
import { expect } from "vitest";
import { z } from "zod";
import { fromHex } from "#protocol/bytes.ts";
import { CONTRIBUTE, READ } from "#protocol/codes/index.ts";
import { isFailure } from "#protocol/failure.ts";
import { fingerprint } from "#protocol/keys/index.ts";
import { demoAccount } from "#scripts/demo-people.ts";
import { grantAll, type Given } from "#scripts/demo/consents.ts";
import { enrol, openPeopleFile } from "#scripts/demo/enrol.ts";
import { signIn, type Enrolled } from "#scripts/demo/participant.ts";
import { openStage } from "#scripts/demo/stage.ts";
import { launchBrowser } from "./browser.ts";
import { arrive, checkAccessible, takePictures } from "./person.ts";
import { startStack } from "./stack.ts";

/** The demonstration's people of these tests, by their number there. */
export const people = { ana: 2, lena: 4, tomas: 5, clinic: 7, maya: 10 } as const;
const CLERK = 3;

const consentsShape = z.object({
  items: z.array(z.object({ grantee: z.string(), scope: z.string(), status: z.number() })),
});

const documentsShape = z.object({
  items: z.array(z.object({ document: z.string(), author: z.string(), addedAt: z.number() })),
});

/** The clinic, its people, and the browser that they all use. */
export type Clinic = Awaited<ReturnType<typeof openClinic>>;

/** Gives the passphrase (and the kit, on a new device) of whoever is at the door of their vault. */
export async function unlock(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Fill in what the demo gave this person" }).click();
  await page.getByRole("button", { name: "Unlock", exact: true }).click();
}

/** Loads the page anew and opens the vault. */
export async function reload(page: Page): Promise<void> {
  await page.reload();
  await unlock(page);
}

/** The button of exactly this name. */
export const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** Accessible in light and dark, on a desktop and on a phone. */
export async function checkEverywhere(page: Page): Promise<void> {
  const size = page.viewportSize();
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 390, height: 844 });
    await checkAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    if (size) await page.setViewportSize(size);
    await checkAccessible(page);
  }
}

/** Starts everything. */
export async function openClinic() {
  const [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  const stage = await openStage(stack);
  const enrolled = async (index: number): Promise<Enrolled> => {
    const file = await openPeopleFile(join(stack.dataDir, "demo-people.json"));
    return enrol(stage, { person: await signIn(stage, { index }), file });
  };
  const [ana, clinic] = [await enrolled(people.ana), await enrolled(people.clinic)];
  const lenaPast = await signIn(stage, { index: people.lena, organisation: clinic.address });
  const [notes] = (await grantAll(stage, ana, [
    {
      ...{ key: "clinic notes", grantee: clinic.address, ops: (READ | CONTRIBUTE) >>> 0, categories: ["notes"] },
      ...{ purposes: ["TREAT"], expiresAt: stage.now + 5 * 86_400 },
    },
  ])) as [Given];
  const args = { organisation: clinic.address, member: demoAccount(people.maya).address, role: CLERK };
  await stage.sendPlain(people.clinic, [{ name: "addMember", args }]);

  const readKeyHex = async (account: Address) =>
    z.string().parse(await stage.readLedger({ functionName: "encryptionKeyOf", args: [account] })) as Hex;
  return {
    stage,
    ana,
    /** The clinic with the key that it began with. */
    clinic,
    /** Ana's consent that lets the clinic add notes, besides the one of the demonstration that lets it read. */
    notes,
    /** Dr Lindqvist as a member who goes past the app. */
    lenaPast,
    /** Somebody with what is in their vault now. */
    enrolled,
    /** Somebody in a browser of their own, signed in, at a page of theirs with the vault open. */
    async come(name: string, path: string): Promise<Page> {
      const { page } = await arrive(browser, { url: stack.url, name });
      await page.goto(`${stack.url}${path}`);
      await unlock(page);
      return page;
    },
    readKeyHex,
    numbersOf: async (account: Address) => fingerprint({ account, publicKey: fromHex(await readKeyHex(account), 32) }),
    readEpoch: async () => z.number().parse(await stage.readLedger({ functionName: "epochOf", args: [ana.address] })),
    /** The consent of the demonstration that lets the clinic read. */
    async readConsent(): Promise<Given> {
      const { items } = await ana.call.get("/api/consents?as=subject&limit=200", consentsShape);
      const found = items.find(
        ({ grantee, status, scope }) => grantee === clinic.address && status === 1 && scope !== notes.scope,
      );
      // Its words are needed for nothing here.
      return { ...notes, ops: READ, scope: (found?.scope ?? "0x") as Hex };
    },
    /** The record of Ana's that Dr Lindqvist filed last. */
    async readNewestFiled(): Promise<Hex> {
      const { items } = await ana.call.get(`/api/documents?subject=${ana.address}&limit=200`, documentsShape);
      const hers = items.filter(({ author }) => author === lenaPast.address);
      return (hers.sort((a, b) => b.addedAt - a.addedAt)[0]?.document ?? "0x") as Hex;
    },
    /** Which key of the clinic's lies at the service for Dr Lindqvist; null where none is handed to her. */
    askBox: async () =>
      lenaPast.call
        .get(`/api/memberships/${clinic.address}/key`, z.object({ key: z.string() }))
        .catch((error: unknown) => {
          if (isFailure(error, "not-found")) return null;
          throw error;
        }),
    async close(): Promise<void> {
      await takePictures(browser, "organisation");
      await browser.close();
      await stack.stop();
    },
  };
}
