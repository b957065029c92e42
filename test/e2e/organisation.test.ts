// An organisation whose members read in its name, in real browsers on the real stack: it shares its key with them, one reads
// what only its consent covers; it removes her, changes its key (with the page closed in the middle) and shares the new one;
// the patient compares and confirms it, and her app locks everything anew. From then on the old key opens nothing new.

import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Address, Hex } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { fromHex } from "#protocol/bytes.ts";
import { CONTRIBUTE, READ } from "#protocol/codes/index.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { isFailure } from "#protocol/failure.ts";
import { findInBundle, fingerprint } from "#protocol/keys/index.ts";
import { demoAccount } from "#scripts/demo-people.ts";
import { grantAll, readDocuments, revoke, type Given } from "#scripts/demo/consents.ts";
import { enrol, openPeopleFile } from "#scripts/demo/enrol.ts";
import { ownId, signIn, type Enrolled, type Participant } from "#scripts/demo/participant.ts";
import { openStage, type Stage } from "#scripts/demo/stage.ts";
import { launchBrowser } from "./browser.ts";
import { approve, arrive, checkAccessible, takePictures } from "./person.ts";
import { startStack, type Stack } from "./stack.ts";
import { go } from "./story/enrolment.ts";

const people = { ana: 2, lena: 4, tomas: 5, clinic: 7, maya: 10 } as const;
const CLERK = 3;

let stack: Stack;
let browser: Browser;
let stage: Stage;
let ana: Enrolled;
/** The clinic with the key that it began with. */
let clinic: Enrolled;
/** Ana's consent that lets the clinic add notes, besides the one of the demonstration that lets it read. */
let notes: Given;
/** Dr Lindqvist as a member who goes past the app. */
let lenaPast: Participant;
let clinicPage: Page;
let lenaPage: Page;
let tomasPage: Page;

const addressOf = (index: number): Address => demoAccount(index).address;

const enrolled = async (index: number): Promise<Enrolled> => {
  const file = await openPeopleFile(join(stack.dataDir, "demo-people.json"));
  return enrol(stage, { person: await signIn(stage, { index }), file });
};

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  stage = await openStage(stack);
  [ana, clinic] = [await enrolled(people.ana), await enrolled(people.clinic)];
  lenaPast = await signIn(stage, { index: people.lena, organisation: clinic.address });
  [notes] = (await grantAll(stage, ana, [
    {
      ...{ key: "clinic notes", grantee: clinic.address, ops: (READ | CONTRIBUTE) >>> 0, categories: ["notes"] },
      ...{ purposes: ["TREAT"], expiresAt: stage.now + 5 * 86_400 },
    },
  ])) as [Given];
  const args = { organisation: clinic.address, member: addressOf(people.maya), role: CLERK };
  await stage.sendPlain(people.clinic, [{ name: "addMember", args }]);
}, 600_000);
afterAll(async () => {
  if (browser) await takePictures(browser, "organisation");
  await browser?.close();
  await stack?.stop();
});

/** Gives the passphrase (and the kit, on a new device) of whoever is at the door of their vault. */
async function unlock(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Fill in what the demo gave this person" }).click();
  await page.getByRole("button", { name: "Unlock", exact: true }).click();
}

/** Somebody in a browser of their own, signed in, at a page of theirs with the vault open. */
async function come(name: string, path: string): Promise<Page> {
  const { page } = await arrive(browser, { url: stack.url, name });
  await page.goto(`${stack.url}${path}`);
  await unlock(page);
  return page;
}

/** In light and dark, on a desktop and on a phone. */
async function checkEverywhere(page: Page): Promise<void> {
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

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const readKeyHex = async (account: Address) =>
  z.string().parse(await stage.readLedger({ functionName: "encryptionKeyOf", args: [account] })) as Hex;
const numbersOf = async (account: Address) =>
  fingerprint({ account, publicKey: fromHex(await readKeyHex(account), 32) });
const readEpoch = async () =>
  z.number().parse(await stage.readLedger({ functionName: "epochOf", args: [ana.address] }));
/** The row of a member on the clinic's page. */
const row = (name: string) => clinicPage.getByRole("listitem").filter({ hasText: name });

const consentsShape = z.object({
  items: z.array(z.object({ grantee: z.string(), scope: z.string(), status: z.number() })),
});
/** The consent of the demonstration that lets the clinic read. */
async function readConsent(): Promise<Given> {
  const { items } = await ana.call.get("/api/consents?as=subject&limit=200", consentsShape);
  const found = items.find(
    ({ grantee, status, scope }) => grantee === clinic.address && status === 1 && scope !== notes.scope,
  );
  // Its words are needed for nothing here.
  return { ...notes, ops: READ, scope: (found?.scope ?? "0x") as Hex };
}

const askBox = async () =>
  lenaPast.call.get(`/api/memberships/${clinic.address}/key`, z.object({ key: z.string() })).catch((error: unknown) => {
    if (isFailure(error, "not-found")) return null;
    throw error;
  });

test("Dr Lindqvist reads for the clinic, and what only its consent covers opens for her", async () => {
  expect(await askBox()).toMatchObject({ key: await readKeyHex(clinic.address) });
  lenaPage = await come("Dr Lena Lindqvist", "/provider");
  const bar = lenaPage.getByRole("region", { name: "For whom you read" });
  await bar.getByText("yourself").waitFor();
  await checkEverywhere(lenaPage);
  await button(lenaPage, "Read for Sunrise Clinic").click();
  expect(await approve(lenaPage)).toContain("to read for the organisation that is named below");
  await bar.getByText("Sunrise Clinic").waitFor();
  await bar.getByText("Doctor").waitFor();
  await lenaPage.getByRole("heading", { name: "Patients of Sunrise Clinic" }).waitFor();
  await go(lenaPage, `/provider/patients/${ana.address}`);
  await lenaPage.getByText("Sunrise Clinic may").first().waitFor();
  const closed = lenaPage.getByRole("region", { name: /^Not part of your consent/ });
  await closed.getByText("Lab results").waitFor();
  // She neither gives the clinic's consent up nor asks in its name.
  expect(await button(lenaPage, "Give up this access").count()).toBe(0);
  expect(await lenaPage.getByRole("link", { name: "Ask for more" }).count()).toBe(0);
  await checkEverywhere(lenaPage);
  await lenaPage
    .getByRole("region", { name: /^Medications/ })
    .getByRole("link", { name: /^Open/ })
    .click();
  await lenaPage.frameLocator("iframe").getByText("Amlodipine").waitFor();
  await checkAccessible(lenaPage);

  // In whose name she reads outlives a reload, and the key is fetched again.
  await lenaPage.reload();
  await unlock(lenaPage);
  await bar.getByText("Sunrise Clinic").waitFor();
  await lenaPage.frameLocator("iframe").getByText("Amlodipine").waitFor();
});

test("she adds a note in the clinic's name, which its members can open at once", async () => {
  await go(lenaPage, `/provider/patients/${ana.address}/add`);
  await lenaPage.getByRole("radio", { name: /^A note/ }).check();
  await lenaPage.getByLabel("Title").fill("Visit at the clinic");
  await lenaPage.getByLabel("Note", { exact: true }).fill("Keep the dose, RUSSET-PLOVER-226");
  await button(lenaPage, "Add the note").click();
  await approve(lenaPage);
  await lenaPage.getByText("Whoever may read this kind of record can open it now.").waitFor();
  await go(lenaPage, `/provider/patients/${ana.address}`);
  await lenaPage.getByRole("link", { name: /^Open.*Visit at the clinic/ }).click();
  await lenaPage.frameLocator("iframe").getByText("RUSSET-PLOVER-226").waitFor();
});

test("a member with whom the key is not shared is told so, and has it as soon as the clinic has compared her numbers", async () => {
  const mayaPage = await come("Dr Maya Chen", "/provider");
  await button(mayaPage, "Read for Sunrise Clinic").click();
  await approve(mayaPage);
  const missing = mayaPage.getByText("Sunrise Clinic has not shared its key with you yet");
  await missing.waitFor();
  await mayaPage.getByRole("heading", { name: "Patients of Sunrise Clinic" }).waitFor();
  await checkEverywhere(mayaPage);

  clinicPage = await come("Sunrise Clinic", "/provider");
  await clinicPage.getByRole("link", { name: "Members" }).click();
  await row("Dr Lena Lindqvist").getByText("Has the key").waitFor();
  await row("Dr Maya Chen").getByText("Has no key yet").waitFor();
  await checkEverywhere(clinicPage);
  await button(clinicPage, "Share the key with Dr Maya Chen").click();
  const sharing = clinicPage.getByRole("dialog", { name: "Share your key with Dr Maya Chen?" });
  await sharing.getByText(await numbersOf(addressOf(people.maya))).waitFor();
  expect(await sharing.getByRole("button", { name: "Share the key" }).isDisabled()).toBe(true);
  await checkEverywhere(clinicPage);
  await sharing.getByRole("checkbox", { name: /^Yes, this is the key of Dr Maya Chen/ }).check();
  await sharing.getByRole("button", { name: "Share the key" }).click();
  await row("Dr Maya Chen").getByText("Has the key").waitFor();
  // Her page hears of it by itself: as a clerk she sees who gave consent, and no records of theirs.
  await missing.waitFor({ state: "detached" });
  await mayaPage.getByText("As a clerk you see who gave consent").waitFor();
  await go(mayaPage, `/provider/patients/${ana.address}`);
  await mayaPage.getByText("conditions, allergies and medications").first().waitFor();
  expect(await mayaPage.getByRole("link", { name: /^Open/ }).count()).toBe(0);
  await mayaPage.context().close();
});

test("the clinic takes Dr Reyes in as a nurse, and he has the key as soon as he is a member", async () => {
  await clinicPage.getByRole("link", { name: "Add a member" }).click();
  await button(clinicPage, "Add this member").click();
  await clinicPage.getByRole("link", { name: "Choose whom to add" }).waitFor();
  await clinicPage.getByRole("radio", { name: /Dr Tomás Reyes/ }).check();
  await clinicPage.getByRole("radio", { name: /^Nurse/ }).check();
  await clinicPage.getByText("by this service and by your own wallet").waitFor();
  await checkEverywhere(clinicPage);
  await button(clinicPage, "Add this member").click();
  await clinicPage.getByRole("link", { name: "Say whether this is the key of Dr Tomás Reyes." }).waitFor();
  await clinicPage.getByRole("checkbox", { name: /^Yes, this is the key of Dr Tomás Reyes/ }).check();
  await button(clinicPage, "Add this member").click();
  await approve(clinicPage);
  await row("Dr Tomás Reyes").getByText("Has the key").waitFor();
  await row("Dr Tomás Reyes").getByText("Nurse").waitFor();
});

test("the clinic removes Dr Lindqvist: what she read in its name closes, and her box is gone", async () => {
  await button(clinicPage, "Remove Dr Lena Lindqvist").click();
  const sure = clinicPage.getByRole("dialog", { name: "Remove Dr Lena Lindqvist?" });
  await sure.getByText("Dr Lena Lindqvist has your key").waitFor();
  await checkEverywhere(clinicPage);
  await sure.getByRole("button", { name: "Remove", exact: true }).click();
  await approve(clinicPage);
  await sure.waitFor({ state: "detached" });

  await lenaPage.getByText("You are no member of Sunrise Clinic any more").waitFor();
  expect(await lenaPage.locator("iframe").count()).toBe(0);
  expect(await lenaPage.getByRole("link", { name: /^Open/ }).count()).toBe(0);
  await checkEverywhere(lenaPage);
  await expect.poll(askBox).toBeNull();
  const past = { ...lenaPast, secretKey: clinic.key.secretKey };
  const asked = { consent: await readConsent(), documents: [ownId(ana, "document ana-medications")], purpose: "TREAT" };
  const { titles, reasons } = await readDocuments(stage, past, asked);
  expect({ titles, reasons }).toEqual({ titles: [], reasons: ["no-consent"] });
  await button(lenaPage, "Read for yourself").click();
  await approve(lenaPage);
  await lenaPage.getByRole("heading", { name: "My patients" }).waitFor();
});

test("its page says that the key must be changed, and goes on where it was closed in the middle", async () => {
  await clinicPage.getByText("Your key must be changed").waitFor();
  await clinicPage.getByText("Dr Lena Lindqvist is no member any more and has your key.").waitFor();
  await checkEverywhere(clinicPage);
  await button(clinicPage, "Change the key").click();
  await clinicPage.getByRole("dialog", { name: "Placet demo wallet" }).waitFor();
  expect(await readKeyHex(clinic.address)).toBe(`0x${Buffer.from(clinic.key.publicKey).toString("hex")}`);
  await clinicPage.reload();
  await unlock(clinicPage);
  await clinicPage.getByText("Your new key is not in use yet").waitFor();
  await row("Dr Tomás Reyes").getByText("Has an earlier key").waitFor();
  await checkEverywhere(clinicPage);
  await button(clinicPage, "Publish the new key").click();
  await approve(clinicPage);
  for (const name of ["Dr Tomás Reyes", "Dr Maya Chen"]) await row(name).getByText("Has the key").waitFor();
  await clinicPage.getByText("Your new key is not in use yet").waitFor({ state: "detached" });
  const numbers = await numbersOf(clinic.address);
  expect(numbers).not.toBe(fingerprint({ account: clinic.address, publicKey: clinic.key.publicKey }));
  await clinicPage.getByText(numbers).waitFor();
  // Nothing of it is offered once more.
  await clinicPage.reload();
  await unlock(clinicPage);
  await row("Dr Tomás Reyes").getByText("Has the key").waitFor();
  expect(await button(clinicPage, "Change the key").count()).toBe(0);
  expect(await clinicPage.getByText("Dr Lena Lindqvist").count()).toBe(0);
});

test("Ana compares the clinic's new numbers and confirms them, and her app locks everything anew", async () => {
  const epoch = await readEpoch();
  const page = await come("Ana Silva", "/patient");
  await page.getByText("Sunrise Clinic has a new key").waitFor();
  await checkEverywhere(page);
  await button(page, "Compare the new key of Sunrise Clinic").click();
  const comparing = page.getByRole("dialog", { name: "Sunrise Clinic has a new key" });
  await comparing.getByText(await numbersOf(clinic.address)).waitFor();
  await checkEverywhere(page);
  expect(await readEpoch()).toBe(epoch);
  await comparing.getByRole("checkbox", { name: /^Yes, this is the key of Sunrise Clinic/ }).check();
  await comparing.getByRole("button", { name: "Confirm this key" }).click();
  await expect.poll(readEpoch, { timeout: 30_000 }).toBe(epoch + 1);
  await page.getByText("Sunrise Clinic has a new key").waitFor({ state: "detached" });

  await go(page, "/patient/records/add");
  const note = {
    name: "new-medicine.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("Bisoprolol, TEAL-MARTEN-417\n"),
  };
  await page.locator("input[type=file]").setInputFiles([note]);
  await page.getByLabel("Category").selectOption({ label: "Medications" });
  await button(page, "Encrypt and add").click();
  await approve(page);
  await page.getByText("The record was added.").waitFor();
  // Once is enough.
  expect(await readEpoch()).toBe(epoch + 1);
  await page.context().close();
});

test("Dr Reyes opens what she added since, and the key that Dr Lindqvist took along does not", async () => {
  tomasPage = await come("Dr Tomás Reyes", "/provider");
  await button(tomasPage, "Read for Sunrise Clinic").click();
  await approve(tomasPage);
  await tomasPage.getByRole("heading", { name: "Patients of Sunrise Clinic" }).waitFor();
  await go(tomasPage, `/provider/patients/${ana.address}`);
  const medications = tomasPage.getByRole("region", { name: /^Medications/ });
  await expect.poll(() => medications.getByRole("link", { name: /^Open/ }).count()).toBe(2);
  await medications.getByRole("link", { name: /^Open/ }).first().click();
  await tomasPage.frameLocator("iframe").getByText("TEAL-MARTEN-417").waitFor();

  const { bundle } = await ana.call.get(`/api/accounts/${ana.address}`, z.object({ bundle: z.string() }));
  const { scope } = await readConsent();
  const read = async (secretKey: Uint8Array) =>
    findInBundle(
      { place: stage.place, subject: ana.address, grantee: clinic.address, scope },
      {
        secretKey,
        index: await ana.call.getBlock(manifestCid(bundle as Hex)),
        fetchPart: (digest) => ana.call.getBlock(manifestCid(digest)),
      },
    );
  const renewed = await enrolled(people.clinic);
  expect((await read(renewed.key.secretKey))?.opening.categories).toContain("medications");
  expect(await read(clinic.key.secretKey)).toBeNull();
});

test("what he has open in the clinic's name closes when she revokes its consent", async () => {
  await revoke(stage, ana, await readConsent());
  await tomasPage.getByText("This record was closed").waitFor();
  expect(await tomasPage.locator("iframe").count()).toBe(0);
  await checkAccessible(tomasPage);
});

test("a member who leaves for good reads no more in its name, and the clinic is told to change its key again", async () => {
  await go(tomasPage, "/provider/credential");
  await button(tomasPage, "Leave for good: Sunrise Clinic").click();
  const sure = tomasPage.getByRole("dialog", { name: "Leave Sunrise Clinic?" });
  await checkEverywhere(tomasPage);
  await sure.getByRole("button", { name: "Leave for good", exact: true }).click();
  await approve(tomasPage);
  await tomasPage.getByText("You are no member of Sunrise Clinic any more").waitFor();
  await clinicPage.getByText("Your key must be changed").waitFor();
  await row("Dr Tomás Reyes").waitFor({ state: "detached" });
});
