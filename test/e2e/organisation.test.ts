// An organisation whose members read in its name, in real browsers on the real stack: it shares its key with them, one reads
// what only its consent covers; it removes her, changes its key (with the page closed in the middle) and shares the new one;
// the patient compares and confirms it, and her app locks everything anew. From then on the old key opens nothing new.

import type { Page } from "playwright-core";
import type { Hex } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { toHex } from "#protocol/bytes.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { findInBundle, fingerprint } from "#protocol/keys/index.ts";
import { demoAccount } from "#scripts/demo-people.ts";
import { readDocuments, revoke } from "#scripts/demo/consents.ts";
import { ownId } from "#scripts/demo/participant.ts";
import { button, checkEverywhere, openClinic, people, reload, type Clinic } from "./clinic.ts";
import { failToNameKey, makeUpCapsule, nameAmongMembers, nameCapsule, nameNobody } from "./lying-lists.ts";
import { approve, checkAccessible } from "./person.ts";
import { go } from "./story/enrolment.ts";

let all: Clinic;
let clinicPage: Page;
let lenaPage: Page;
let tomasPage: Page;

beforeAll(async () => {
  all = await openClinic();
}, 600_000);
afterAll(async () => all?.close());

/** The row of a member on the clinic's page. */
const row = (name: string) => clinicPage.getByRole("listitem").filter({ hasText: name });

/** Dr Lindqvist, at the page for it, adds a note in the clinic's name. */
async function addNote(title: string): Promise<void> {
  await lenaPage.getByRole("radio", { name: /^A note/ }).check();
  await lenaPage.getByLabel("Title").fill(title);
  await lenaPage.getByLabel("Note", { exact: true }).fill("Keep the dose, RUSSET-PLOVER-226");
  await button(lenaPage, "Add the note").click();
  await approve(lenaPage);
  await lenaPage.getByText("Whoever may read this kind of record can open it now.").waitFor();
}

test("Dr Lindqvist reads for the clinic, and what only its consent covers opens for her", async () => {
  expect(await all.askBox()).toMatchObject({ key: await all.readKeyHex(all.clinic.address) });
  lenaPage = await all.come("Dr Lena Lindqvist", "/provider");
  const bar = lenaPage.getByRole("region", { name: "For whom you read" });
  await bar.getByText("yourself").waitFor();
  await checkEverywhere(lenaPage);
  await button(lenaPage, "Read for Sunrise Clinic").click();
  expect(await approve(lenaPage)).toContain("to read for the organisation that is named below");
  await bar.getByText("Sunrise Clinic").waitFor();
  await bar.getByText("Doctor").waitFor();
  await lenaPage.getByRole("heading", { name: "Patients of Sunrise Clinic" }).waitFor();
  await go(lenaPage, `/provider/patients/${all.ana.address}`);
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
  await reload(lenaPage);
  await bar.getByText("Sunrise Clinic").waitFor();
  await lenaPage.frameLocator("iframe").getByText("Amlodipine").waitFor();
});

test("she adds a note in the clinic's name, which its members can open at once", async () => {
  await go(lenaPage, `/provider/patients/${all.ana.address}/add`);
  await addNote("Visit at the clinic");
  await go(lenaPage, `/provider/patients/${all.ana.address}`);
  await lenaPage.getByRole("link", { name: /^Open.*Visit at the clinic/ }).click();
  await lenaPage.frameLocator("iframe").getByText("RUSSET-PLOVER-226").waitFor();
});

test("a note of hers opens for whom Ana let read it, and not by a capsule that the service made up", async () => {
  const { ana, clinic, notes, stage } = all;
  const tellTheTruth = await nameCapsule(lenaPage, { scope: notes.scope, capsule: await makeUpCapsule(all) });
  await go(lenaPage, `/provider/patients/${ana.address}/add`);
  await reload(lenaPage);
  await addNote("Visit after a lie");
  await tellTheTruth();
  const past = { ...all.lenaPast, secretKey: clinic.key.secretKey };
  const asked = { consent: notes, documents: [await all.readNewestFiled()], purpose: "TREAT" };
  expect(await readDocuments(stage, past, asked)).toEqual({ titles: ["Visit after a lie"], reasons: [] });
  await reload(lenaPage);
});

test("a member with whom the key is not shared is told so, and has it as soon as the clinic has compared her numbers", async () => {
  const mayaPage = await all.come("Dr Maya Chen", "/provider");
  await button(mayaPage, "Read for Sunrise Clinic").click();
  await approve(mayaPage);
  const missing = mayaPage.getByText("Sunrise Clinic has not shared its key with you yet");
  await missing.waitFor();
  await mayaPage.getByRole("heading", { name: "Patients of Sunrise Clinic" }).waitFor();
  await checkEverywhere(mayaPage);

  clinicPage = await all.come("Sunrise Clinic", "/provider");
  await clinicPage.getByRole("link", { name: "Members" }).click();
  await row("Dr Lena Lindqvist").getByText("Has the key").waitFor();
  await row("Dr Maya Chen").getByText("Has no key yet").waitFor();
  await checkEverywhere(clinicPage);
  await button(clinicPage, "Share the key with Dr Maya Chen").click();
  const sharing = clinicPage.getByRole("dialog", { name: "Share your key with Dr Maya Chen?" });
  await sharing.getByText(await all.numbersOf(demoAccount(people.maya).address)).waitFor();
  expect(await sharing.getByRole("button", { name: "Share the key" }).isDisabled()).toBe(true);
  await checkEverywhere(clinicPage);
  await sharing.getByRole("checkbox", { name: /^Yes, this is the key of Dr Maya Chen/ }).check();
  await sharing.getByRole("button", { name: "Share the key" }).click();
  await row("Dr Maya Chen").getByText("Has the key").waitFor();
  // Her page hears of it by itself: as a clerk she sees who gave consent, and no records of theirs.
  await missing.waitFor({ state: "detached" });
  await mayaPage.getByText("As a clerk you see who gave consent").waitFor();
  await go(mayaPage, `/provider/patients/${all.ana.address}`);
  await mayaPage.getByText("conditions, allergies and medications").first().waitFor();
  expect(await mayaPage.getByRole("link", { name: /^Open/ }).count()).toBe(0);
  await mayaPage.context().close();
  // Whoever began a new vault could not open what was left for the one before: it can be left again.
  await button(clinicPage, "Share again: Dr Maya Chen").click();
  await sharing.getByRole("button", { name: "Share the key" }).click();
  await clinicPage.getByText("Dr Maya Chen has your key.").last().waitFor();
  await sharing.waitFor({ state: "hidden" });
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
  await expect.poll(all.askBox).toBeNull();
  const past = { ...all.lenaPast, secretKey: all.clinic.key.secretKey };
  const asked = {
    consent: await all.readConsent(),
    documents: [ownId(all.ana, "document ana-medications")],
    purpose: "TREAT",
  };
  const { titles, reasons } = await readDocuments(all.stage, past, asked);
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
  const before = toHex(all.clinic.key.publicKey);
  expect(await all.readKeyHex(all.clinic.address)).toBe(before);
  await reload(clinicPage);
  await clinicPage.getByText("Your new key is not in use yet").waitFor();
  await row("Dr Tomás Reyes").getByText("Has an earlier key").waitFor();
  await checkEverywhere(clinicPage);
  await button(clinicPage, "Publish the new key").click();
  await approve(clinicPage);
  for (const name of ["Dr Tomás Reyes", "Dr Maya Chen"]) await row(name).getByText("Has the key").waitFor();
  await clinicPage.getByText("Your new key is not in use yet").waitFor({ state: "detached" });
  const numbers = await all.numbersOf(all.clinic.address);
  expect(numbers).not.toBe(fingerprint({ account: all.clinic.address, publicKey: all.clinic.key.publicKey }));
  await clinicPage.getByText(numbers).waitFor();
  // Nothing of it is offered once more.
  await reload(clinicPage);
  await row("Dr Tomás Reyes").getByText("Has the key").waitFor();
  expect(await button(clinicPage, "Change the key").count()).toBe(0);
  // Which key the ledger has is no service's word: it could name the new one too early, or the old one still.
  await failToNameKey(clinicPage, { account: all.clinic.address, key: before });
  await row("Dr Tomás Reyes").getByText("Has the key").waitFor();
  expect(await clinicPage.getByText("Dr Lena Lindqvist").count()).toBe(0);
});

test("Ana compares the clinic's new numbers and confirms them, and her app locks everything anew", async () => {
  const epoch = await all.readEpoch();
  const page = await all.come("Ana Silva", "/patient");
  // A service that hides it from her is found out by her own wallet.
  await failToNameKey(page, { account: all.clinic.address, key: toHex(all.clinic.key.publicKey) });
  await page.getByText("Sunrise Clinic has a new key").waitFor();
  await checkEverywhere(page);
  await button(page, "Compare the new key of Sunrise Clinic").click();
  const comparing = page.getByRole("dialog", { name: "Sunrise Clinic has a new key" });
  await comparing.getByText(await all.numbersOf(all.clinic.address)).waitFor();
  await checkEverywhere(page);
  expect(await all.readEpoch()).toBe(epoch);
  await comparing.getByRole("checkbox", { name: /^Yes, this is the key of Sunrise Clinic/ }).check();
  await comparing.getByRole("button", { name: "Confirm this key" }).click();
  await expect.poll(all.readEpoch, { timeout: 30_000 }).toBe(epoch + 1);
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
  expect(await all.readEpoch()).toBe(epoch + 1);
  await page.context().close();
});

test("Dr Reyes opens what she added since, and the key that Dr Lindqvist took along does not", async () => {
  tomasPage = await all.come("Dr Tomás Reyes", "/provider");
  await button(tomasPage, "Read for Sunrise Clinic").click();
  await approve(tomasPage);
  await tomasPage.getByRole("heading", { name: "Patients of Sunrise Clinic" }).waitFor();
  await go(tomasPage, `/provider/patients/${all.ana.address}`);
  const medications = tomasPage.getByRole("region", { name: /^Medications/ });
  await expect.poll(() => medications.getByRole("link", { name: /^Open/ }).count()).toBe(2);
  await medications.getByRole("link", { name: /^Open/ }).first().click();
  await tomasPage.frameLocator("iframe").getByText("TEAL-MARTEN-417").waitFor();

  const { bundle } = await all.ana.call.get(`/api/accounts/${all.ana.address}`, z.object({ bundle: z.string() }));
  const { scope } = await all.readConsent();
  const read = async (secretKey: Uint8Array) =>
    findInBundle(
      { place: all.stage.place, subject: all.ana.address, grantee: all.clinic.address, scope },
      {
        secretKey,
        index: await all.ana.call.getBlock(manifestCid(bundle as Hex)),
        fetchPart: (digest) => all.ana.call.getBlock(manifestCid(digest)),
      },
    );
  const renewed = await all.enrolled(people.clinic);
  expect((await read(renewed.key.secretKey))?.opening.categories).toContain("medications");
  expect(await read(all.clinic.key.secretKey)).toBeNull();
});

test("what he has open in the clinic's name closes when she revokes its consent", async () => {
  await revoke(all.stage, all.ana, await all.readConsent());
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

test("the key that it changes because he left goes to him from no page, whatever list of members the service gives out", async () => {
  const member = demoAccount(people.tomas).address;
  const before = await all.readKeyHex(all.clinic.address);
  const lies = await nameAmongMembers(clinicPage, { organisation: all.clinic.address, member, key: before });
  await reload(clinicPage);
  await row("Dr Tomás Reyes").getByText("Has the key").waitFor();
  await button(clinicPage, "Change the key").click();
  await approve(clinicPage);
  await clinicPage.getByText("is no member of yours on the ledger, though this service lists them").waitFor();
  await checkAccessible(clinicPage);
  expect(await all.readKeyHex(all.clinic.address)).not.toBe(before);
  expect(lies.given).toEqual([]);
  await lies.stop();
  await reload(clinicPage);
  await button(clinicPage, "Share the new key").click();
  await row("Dr Maya Chen").getByText("Has the key").waitFor();
});

test("a service whose index is being filled and lists nobody has none of the boxes destroyed", async () => {
  const tellTheTruth = await nameNobody(clinicPage);
  await reload(clinicPage);
  await clinicPage.getByText("You have no members yet.").waitFor();
  await tellTheTruth();
  await reload(clinicPage);
  await row("Dr Maya Chen").getByText("Has the key").waitFor();
});
