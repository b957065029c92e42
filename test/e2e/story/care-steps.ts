// Steps 1 to 10: from an application and an enrolment to a consent that the clock ends.

import { expect, test } from "vitest";
import { approve, arrive, checkAccessible } from "../person.ts";
import { ANA, type Cast } from "./cast.ts";
import { files, secretWords } from "./documents.ts";
import { enrol, go } from "./enrolment.ts";
import { askGateway } from "./past-the-app.ts";

/** How far the browsers' time zone (Lisbon) is from UTC, in milliseconds, as a date input needs it. */
function zoneOffset(at: Date): number {
  const lisbon = new Date(at.toLocaleString("en-US", { timeZone: "Europe/Lisbon" }));
  const utc = new Date(at.toLocaleString("en-US", { timeZone: "UTC" }));
  return utc.getTime() - lisbon.getTime();
}

/** The steps of care; each rests on those before it. */
export function careSteps(cast: Cast): void {
  test("1. A doctor applies and a registrar verifies her", async () => {
    cast.lena = await arrive(cast.browser, { url: cast.stack.url, name: "Lena Lindqvist", ...cast.heard });
    await enrol(cast.lena.page);
    await cast.lena.page.getByRole("link", { name: "I am a doctor, a lab or a clinic" }).click();
    await cast.lena.page.getByLabel("What are you?").selectOption({ label: "Doctor" });
    await cast.lena.page.getByLabel("Name", { exact: true }).fill("Dr Lena Lindqvist");
    await cast.lena.page.getByLabel("Specialty").fill("Cardiology");
    await cast.lena.page.getByLabel("Where you work").fill("Sunrise Clinic, Porto Claro");
    await cast.lena.page.getByLabel("Who issued it?").fill("Medical Council of Porto Claro");
    await cast.lena.page.getByLabel("Licence number").fill("MC-20418");
    await checkAccessible(cast.lena.page);
    await cast.lena.page.getByRole("button", { name: "Apply", exact: true }).click();
    await approve(cast.lena.page);
    await cast.lena.page.getByText("Waiting for a registrar").first().waitFor();

    cast.rosa = await arrive(cast.browser, { url: cast.stack.url, name: "Rosa Marín", ...cast.heard });
    await cast.rosa.page.getByText("MC-20418").waitFor();
    await checkAccessible(cast.rosa.page);
    await cast.rosa.page.getByRole("button", { name: "Verify …" }).click();
    await checkAccessible(cast.rosa.page);
    await cast.rosa.page.getByRole("button", { name: "Verify this provider" }).click();
    await approve(cast.rosa.page);
    await cast.lena.page.getByText("A registrar has checked your licence.").waitFor();
    await checkAccessible(cast.lena.page);
  });

  test("2. A patient enrols and adds a PDF, a photo and a text file in two categories", async () => {
    cast.ana = await arrive(cast.browser, { url: cast.stack.url, name: "Ana Silva", ...cast.heard });
    cast.kitFile = await enrol(cast.ana.page);
    await cast.ana.page.getByRole("link", { name: "Go to your records" }).click();
    await cast.ana.page.getByText("Nobody but you can see your records.").waitFor();
    await checkAccessible(cast.ana.page);
    await go(cast.ana.page, "/patient/records/add");
    await cast.ana.page.locator("input[type=file]").setInputFiles([files.pdf, files.photo, files.text]);
    const categories = cast.ana.page.getByLabel("Category");
    await expect.poll(() => categories.count()).toBe(3);
    await categories.nth(0).selectOption({ label: "Lab results" });
    await categories.nth(1).selectOption({ label: "Imaging" });
    await categories.nth(2).selectOption({ label: "Imaging" });
    await checkAccessible(cast.ana.page);
    await cast.ana.page.getByRole("button", { name: "Encrypt and add 3 records" }).click();
    // One signature puts all three on the ledger.
    await approve(cast.ana.page);
    await cast.ana.page.getByText("All 3 records were added.").waitFor();
    await cast.ana.page.getByRole("link", { name: "See my records" }).click();
    await cast.ana.page.getByText("Hba1c report").first().waitFor();
    await checkAccessible(cast.ana.page);
  });

  test("3. The doctor asks for three categories, for treatment", async () => {
    const { page } = cast.lena;
    await go(page, `/provider/requests/new?to=${ANA}`);
    for (const name of ["Lab results", "Imaging", "Medications"]) {
      await page.getByRole("checkbox", { name: new RegExp(`^${name}`) }).check();
    }
    await page.getByRole("checkbox", { name: /^Add records/ }).check();
    await page.getByLabel("Why, in your own words").fill(secretWords.reason);
    await checkAccessible(page);
    await page.getByRole("button", { name: "Send the request" }).click();
    await approve(page);
    await page.getByText("Your request was sent.").waitFor();
  });

  test("4. The patient narrows it to two, for one day, and signs the sentence without paying", async () => {
    const { page } = cast.ana;
    await go(page, "/patient");
    await page.getByText(secretWords.reason).waitFor();
    await checkAccessible(page);
    await page.getByRole("link", { name: "Answer" }).click();
    await page.getByRole("heading", { name: "What?" }).waitFor();
    await page.getByRole("checkbox", { name: /^Medications/ }).uncheck();
    await checkAccessible(page);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "What for?" }).waitFor();
    await checkAccessible(page);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("radio", { name: /For one day/ }).check();
    await checkAccessible(page);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "Is this what you want?" }).waitFor();
    await page.getByText("Hba1c report").first().waitFor();
    await page.getByText("by this service and by your own wallet").waitFor();
    await checkAccessible(page);
    // Nobody's key is taken for theirs before the patient said so.
    await page.getByRole("button", { name: "Sign", exact: true }).click();
    await page.getByRole("link", { name: "Say whether this is the key of Dr Lena Lindqvist." }).waitFor();
    await checkAccessible(page);
    await page.getByRole("checkbox", { name: /^Yes, this is the key of Dr Lena Lindqvist/ }).check();
    await page.getByRole("button", { name: "Sign", exact: true }).click();
    const shown = await approve(page);
    expect(shown).toMatch(/lab results and imaging, for treatment/);
    expect(shown).not.toMatch(/medications/i);
    await page.getByText("Your consent is in force.").waitFor();
  });

  test("5. The doctor opens the PDF and reads its words on the page; the third category is not hers to see", async () => {
    const { page } = cast.lena;
    await go(page, "/provider");
    await checkAccessible(page);
    await go(page, `/provider/patients/${ANA}`);
    const labs = page.getByRole("region", { name: /^Lab results/ });
    const closed = page.getByRole("region", { name: /^Not part of your consent/ });
    await closed.getByText("Medications").waitFor();
    await expect.poll(() => closed.getByText("Lab results").count()).toBe(0);
    await checkAccessible(page);
    await labs.getByRole("link", { name: /^Open/ }).click();
    await page.frameLocator("iframe").getByText("VELVET-OTTER-731").waitFor();
    await checkAccessible(page);
  });

  test("6. The patient sees the read appear live, with its purpose", async () => {
    const { page } = cast.ana;
    await go(page, "/patient/activity");
    await page.getByText("Dr Lena Lindqvist opened “Hba1c report”, for treatment.", { exact: true }).first().waitFor();
    await checkAccessible(page);
    // Live: the next read shows without a reload.
    await go(cast.lena.page, `/provider/patients/${ANA}`);
    await cast.lena.page
      .getByRole("region", { name: /^Imaging/ })
      .getByRole("link", { name: /^Open/ })
      .first()
      .click();
    await page
      .getByText(/^Dr Lena Lindqvist opened “Ankle (xray|report)”, for treatment\.$/)
      .first()
      .waitFor();
    await page
      .getByRole("button", { name: /^Receipt/ })
      .first()
      .click();
    await checkAccessible(page);
    await page.keyboard.press("Escape");
  });

  test("7. The doctor adds a note; the patient reads it and accepts it", async () => {
    const { page } = cast.lena;
    await go(page, `/provider/patients/${ANA}/add`);
    await page.getByRole("radio", { name: /^A note/ }).check();
    await page.getByLabel("Title").fill("Visit on Monday");
    await page.getByLabel("Note", { exact: true }).fill(secretWords.note);
    await checkAccessible(page);
    await page.getByRole("button", { name: "Add the note" }).click();
    await approve(page);
    await page.getByText("Added to the records of").waitFor();

    await go(cast.ana.page, "/patient");
    await cast.ana.page.getByText("Visit on Monday").first().waitFor();
    await checkAccessible(cast.ana.page);
    await go(cast.ana.page, "/patient/records");
    await cast.ana.page
      .getByRole("link", { name: /Visit on Monday/ })
      .first()
      .click();
    await cast.ana.page.frameLocator("iframe").getByText("BRASS-LYNX-918").waitFor();
    await cast.ana.page.getByRole("button", { name: /^Accept/ }).click();
    await cast.ana.page.getByText("is now part of your records.").waitFor();
    await checkAccessible(cast.ana.page);
  });

  test("8. They book an appointment; a second booking of the same time is refused by the ledger", async () => {
    await go(cast.lena.page, "/provider/appointments/hours");
    await cast.lena.page.getByRole("radio", { name: "The next week" }).check();
    await checkAccessible(cast.lena.page);
    await cast.lena.page.getByRole("button", { name: /^Publish (this day|these \d+ days)$/ }).click();
    // However many days, one signature.
    await approve(cast.lena.page);
    await cast.lena.page.getByText(/Patients can ask for these times now/).waitFor();

    cast.ben = await arrive(cast.browser, { url: cast.stack.url, name: "Ben Okafor", ...cast.heard });
    await enrol(cast.ben.page);
    const asked: (string | null)[] = [];
    for (const { page } of [cast.ana, cast.ben]) {
      await go(page, "/patient/appointments/book");
      await page.getByRole("radio", { name: /Lena Lindqvist/ }).check();
      await page.getByRole("button", { name: "Continue" }).click();
      const time = page.locator("input[name=free-times]").first();
      await time.check({ force: true });
      asked.push(await time.getAttribute("value"));
      await page.getByLabel("What is it about?").fill("My sugar values");
      await checkAccessible(page);
      await page.getByRole("button", { name: "Ask for this time" }).click();
      await approve(page);
      await page.getByText("Waiting for their answer").first().waitFor();
    }
    expect(asked[0]).toBe(asked[1]);

    await go(cast.lena.page, "/provider/appointments");
    const confirm = cast.lena.page.getByRole("button", { name: "Confirm", exact: true });
    await expect.poll(() => confirm.count()).toBe(2);
    await checkAccessible(cast.lena.page);
    await confirm.first().click();
    await approve(cast.lena.page);
    await expect.poll(() => confirm.count()).toBe(1);
    await confirm.first().click();
    await approve(cast.lena.page);
    await cast.lena.page
      .getByText(/That time has just been taken/)
      .first()
      .waitFor();
    // Who has a confirmed time. The calendar of a day that is today says it once more.
    const confirmed = async () =>
      (
        await Promise.all([cast.ana, cast.ben].map(({ page }) => page.getByText("Confirmed", { exact: true }).count()))
      ).map((count) => count > 0);
    await expect.poll(async () => (await confirmed()).filter(Boolean).length, { timeout: 20_000 }).toBe(1);
  });

  test("9. The patient revokes: the open page loses access, and a new read is refused in words and recorded", async () => {
    await go(cast.lena.page, `/provider/patients/${ANA}`);
    await cast.lena.page.getByRole("link", { name: /^Open.*Hba1c report/ }).click();
    await cast.lena.page.frameLocator("iframe").getByText("VELVET-OTTER-731").waitFor();

    await go(cast.ana.page, "/patient/consents");
    await checkAccessible(cast.ana.page);
    await cast.ana.page.getByRole("button", { name: "Revoke", exact: true }).first().click();
    const sure = cast.ana.page.getByRole("dialog", { name: /^Revoke the consent/ });
    await sure.waitFor();
    await checkAccessible(cast.ana.page);
    await sure.getByRole("button", { name: "Revoke", exact: true }).click();
    await approve(cast.ana.page);

    await cast.lena.page.getByText("This record was closed").waitFor();
    expect(await cast.lena.page.locator("iframe").count()).toBe(0);
    await checkAccessible(cast.lena.page);
    const reasons = await askGateway(cast.stack, { index: 4, subject: ANA, subjectIndex: 2 });
    expect(new Set(reasons)).toEqual(new Set(["consent-revoked"]));
    await go(cast.ana.page, "/patient/activity");
    await cast.ana.page
      .getByText(/^Dr Lena Lindqvist tried to open .* and was refused: you had revoked the consent\.$/)
      .first()
      .waitFor();
  });

  test("10. A consent of a minute ends by the clock alone", async () => {
    const { page } = cast.ana;
    await go(page, "/patient/consents/new");
    await page.getByRole("radio", { name: /Lena Lindqvist/ }).check();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("checkbox", { name: /^Lab results/ }).check();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "What for?" }).waitFor();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("radio", { name: /A day and time of my own/ }).check();
    const end = new Date(Math.ceil(Date.now() / 60_000 + 1) * 60_000);
    const local = new Date(end.getTime() - zoneOffset(end)).toISOString().slice(0, 16);
    await page.getByLabel("Ends on").fill(local);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("by this service and by your own wallet").waitFor();
    await page.getByRole("button", { name: "Sign", exact: true }).click();
    await approve(page);
    await page.getByText("Your consent is in force.").waitFor();

    await go(cast.lena.page, `/provider/patients/${ANA}`);
    await cast.lena.page
      .getByRole("region", { name: /^Lab results/ })
      .getByRole("link", { name: /^Open/ })
      .first()
      .click();
    await cast.lena.page
      .frameLocator("iframe")
      .getByText(/VELVET-OTTER-731|BRASS-LYNX-918/)
      .waitFor();
    await cast.lena.page.getByText("This record was closed").waitFor({ timeout: 130_000 });
    expect(Date.now()).toBeGreaterThanOrEqual(end.getTime());
    const reasons = await askGateway(cast.stack, { index: 4, subject: ANA, subjectIndex: 2 });
    expect(new Set(reasons)).toEqual(new Set(["consent-expired"]));
  });
}
