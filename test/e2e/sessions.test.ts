// A session that its person never thinks about: it renews itself, is seen in a list, and is ended from elsewhere. And an
// auditor who is shown what a consent says, for a case and a reason.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoAccount } from "#scripts/demo-people.ts";
import { launchBrowser } from "./browser.ts";
import { approve, arrive, checkAccessible, connect, openBrowserFor } from "./person.ts";
import { startStack, type Stack } from "./stack.ts";
import { go } from "./story/enrolment.ts";

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
}, 600_000);
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

test("Sam stays signed in when the token runs out, sees both devices, and ends the other one at once", async () => {
  const here = await arrive(browser, { url: stack.url, name: "Sam Carter" });
  const phone = await arrive(browser, {
    url: stack.url,
    name: "Sam Carter",
    viewport: { width: 390, height: 844 },
    colorScheme: "dark",
  });
  // The token's time is over: the browser forgets that cookie, and keeps the one that renews it.
  await here.context.clearCookies({ name: "placet_session" });
  await here.page.goto(`${stack.url}/sessions`);
  await here.page.getByRole("heading", { name: "Where you are signed in" }).waitFor();
  await here.page.getByText("This one").waitFor();
  expect(await here.context.cookies()).toContainEqual(
    expect.objectContaining({ name: "placet_session", httpOnly: true, sameSite: "Strict" }),
  );
  await checkAccessible(here.page);
  await phone.page.goto(`${stack.url}/sessions`);
  await phone.page.getByText("This one").waitFor();
  await checkAccessible(phone.page);
  await here.page.getByRole("button", { name: /^End: / }).click();
  await here.page.getByText("Ended by you from elsewhere").waitFor();
  await phone.page.reload();
  await phone.page.getByRole("button", { name: /Connect with/ }).waitFor();
});

test("Dr Lindqvist has two pages open, and reads in both for whom she changed over to in one", async () => {
  const { page, context } = await arrive(browser, { url: stack.url, name: "Dr Lena Lindqvist" });
  const other = await context.newPage();
  for (const one of [page, other]) {
    await one.goto(`${stack.url}/provider`);
    await one.getByRole("button", { name: "Fill in what the demo gave this person" }).click();
    await one.getByRole("button", { name: "Unlock", exact: true }).click();
    await one.getByRole("heading", { name: "My patients" }).waitFor();
  }
  await page.getByRole("button", { name: "Read for Sunrise Clinic" }).click();
  await approve(page);
  for (const one of [page, other]) await one.getByRole("heading", { name: "Patients of Sunrise Clinic" }).waitFor();
  // It has the key of the new session too: what it asks for in that name is signed by it.
  await go(other, `/provider/patients/${demoAccount(2).address}`);
  await other
    .getByRole("region", { name: /^Medications/ })
    .getByRole("link", { name: /^Open/ })
    .click();
  await other.frameLocator("iframe").getByText("Amlodipine").waitFor();
  await context.close();
});

test("Ines is shown what a consent says only with a case and a reason, and checks on her device that the words are the ledger's", async () => {
  const ines = await openBrowserFor(browser, "Ines Weber");
  await connect(ines, stack.url);
  const { page } = ines;
  await page
    .getByRole("link", { name: /auditor|histories/i })
    .first()
    .waitFor();
  await page.goto(`${stack.url}/auditor`);
  await page.getByLabel("Act").first().selectOption("Granted");
  await page
    .getByRole("button", { name: /^Proof: .* granted a consent to / })
    .first()
    .click();
  await page.getByRole("button", { name: "Ask to see the words" }).click();
  await page.getByRole("button", { name: "Show me, and tell the patient" }).click();
  await page.getByText("Enter the case that this is for").first().waitFor();
  await page.getByLabel("Case").fill("Case 2026/7");
  await page.getByLabel("Reason").fill("A complaint about a reading");
  await checkAccessible(page);
  await page.getByRole("button", { name: "Show me, and tell the patient" }).click();
  await page.getByText("checked on this device. The patient has receipt").waitFor();
});
