// An act under way when something goes wrong between the wallet and the ledger: a reload, an answer that is lost, a
// service that ends. One signature is one act, and the person is told where it stands.

import type { Browser, Locator, Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { approve, arrive, takePictures, walletOf, type Person } from "./person.ts";
import { startStack, type Stack } from "./stack.ts";

let stack: Stack;
let browser: Browser;
let ana: Person;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  ana = await arrive(browser, { url: stack.url, name: "Ana Silva" });
});
afterAll(async () => {
  if (browser) await takePictures(browser, "pending");
  await browser?.close();
  await stack?.stop();
});

async function unlock(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Fill in what the demo gave this person" }).click();
  await expect.poll(() => page.getByLabel("Passphrase", { exact: true }).inputValue()).not.toBe("");
  await page.getByRole("button", { name: "Unlock", exact: true }).click();
  await page.getByRole("button", { name: "Lock now" }).waitFor();
}

/** Fills in the form that asks Dr Lena for a time, up to the button. What was done before has left the edge by then. */
async function fillInBooking(page: Page, reason: string): Promise<void> {
  await underWay(page).waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Visits" }).click();
  await page.getByRole("link", { name: "Book an appointment" }).first().click();
  await page.getByRole("radio", { name: /Lena Lindqvist/ }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.locator("input[name=free-times]").first().check({ force: true });
  await page.getByLabel("What is it about?").fill(reason);
}

const ask = (page: Page) => page.getByRole("button", { name: "Ask for this time" });
const underWay = (page: Page) => page.getByRole("region", { name: "Under way" });

/** Where an act stands is said once, in a status; the steps that are drawn beside it name all states. */
const says = (place: Page | Locator, words: string) => place.getByRole("status").filter({ hasText: words });
const DONE = "Done. It is in your history.";

/** Every visit with this reason. */
async function countVisits(page: Page, reason: string): Promise<number> {
  await page.getByRole("link", { name: "Visits" }).click();
  await page.getByText(reason).first().waitFor();
  return page.getByText(reason).count();
}

/** Opens the page again where nothing tells how an act goes on; gives back how to let it through again. */
async function holdNews(page: Page): Promise<() => Promise<void>> {
  const cut = (route: Route) => route.abort("connectionfailed");
  const news = /\/api\/(relay\/|stream)/;
  await page.route(news, cut);
  // A stream that was open before goes on.
  await page.reload();
  await unlock(page);
  return () => page.unroute(news, cut);
}

describe("A person who says no in the wallet", () => {
  test("is told quietly, and finds everything they wrote still there", async () => {
    const { page } = ana;
    await unlock(page);
    await fillInBooking(page, "A question about my tablets");
    const chosen = await page.locator("input[name=free-times]:checked").getAttribute("value");
    await ask(page).click();
    await walletOf(page).getByRole("button", { name: "Reject" }).click();
    await walletOf(page).waitFor({ state: "hidden" });
    await expect.poll(() => ask(page).isEnabled()).toBe(true);
    expect(await page.getByRole("alert").count()).toBe(0);
    expect(await underWay(page).count()).toBe(0);
    expect(await page.getByLabel("What is it about?").inputValue()).toBe("A question about my tablets");
    expect(await page.locator("input[name=free-times]:checked").getAttribute("value")).toBe(chosen);
  });

  test("may say yes the next time, with the same form", async () => {
    const { page } = ana;
    await ask(page).click();
    await approve(page);
    await page.getByText("Waiting for their answer").first().waitFor();
    expect(await countVisits(page, "A question about my tablets")).toBe(1);
  });
});

describe("An act under way survives a reload", () => {
  test("goes on as the same act, while the vault is locked and after it is open again", async () => {
    const { page } = ana;
    const letThrough = await holdNews(page);
    await fillInBooking(page, "Travel vaccinations");
    await ask(page).click();
    await approve(page);
    await says(page.getByRole("main"), "Sent").waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Unlock your vault" }).waitFor();
    await underWay(page).getByText("Ask Dr Lena Lindqvist for an appointment", { exact: true }).waitFor();
    await says(underWay(page), "Sent").waitFor();
    await unlock(page);
    expect(await underWay(page).getByText("Ask Dr Lena Lindqvist for an appointment", { exact: true }).count()).toBe(1);
    await letThrough();
    await says(underWay(page), DONE).waitFor();
    expect(await countVisits(page, "Travel vaccinations")).toBe(1);
  });

  test("is found again when the service had it and its answer never came", async () => {
    const { page } = ana;
    let arrived: () => void = () => undefined;
    const taken = new Promise<void>((resolve) => (arrived = resolve));
    await page.route("**/api/relay", async (route) => {
      if (route.request().method() !== "POST") return route.fallback();
      expect((await route.fetch()).status()).toBe(202);
      arrived();
    });
    await fillInBooking(page, "My blood pressure diary");
    await ask(page).click();
    await approve(page);
    await taken;
    await page.unroute("**/api/relay");
    await page.reload();
    await says(underWay(page), DONE).waitFor();
    await unlock(page);
    expect(await countVisits(page, "My blood pressure diary")).toBe(1);
  });

  test("is told to be undone when it never came to the service", async () => {
    const { page } = ana;
    await page.route("**/api/relay", (route) => (route.request().method() === "POST" ? undefined : route.fallback()));
    await fillInBooking(page, "Never handed in");
    await ask(page).click();
    const handingIn = page.waitForRequest(
      (request) => request.method() === "POST" && request.url().endsWith("/api/relay"),
    );
    await approve(page);
    await handingIn;
    await page.reload();
    await underWay(page)
      .getByText("The page was closed before this reached the service.", { exact: false })
      .first()
      .waitFor();
    await page.unroute("**/api/relay");
    await unlock(page);
    await underWay(page)
      .getByRole("button", { name: /^Hide this/ })
      .click();
    await page.getByRole("link", { name: "Visits" }).click();
    await page.getByText("My blood pressure diary").first().waitFor();
    expect(await page.getByText("Never handed in").count()).toBe(0);
  });

  test("is one act when its answer is lost and the page hands it in again", async () => {
    const { page } = ana;
    let lost = 0;
    await page.route("**/api/relay", async (route) => {
      if (route.request().method() !== "POST" || lost > 0) return route.fallback();
      lost += 1;
      await route.fetch();
      await route.abort("connectionreset");
    });
    await fillInBooking(page, "Result of the stress test");
    await ask(page).click();
    await approve(page);
    await page.getByText("Waiting for their answer").first().waitFor();
    expect(lost).toBe(1);
    await page.unroute("**/api/relay");
    expect(await page.getByRole("alert").count()).toBe(0);
    expect(await countVisits(page, "Result of the stress test")).toBe(1);
  });

  test("goes on when the service was killed after it had the act, and started again", async () => {
    const { page } = ana;
    const letThrough = await holdNews(page);
    await fillInBooking(page, "Palpitations at night");
    await ask(page).click();
    await approve(page);
    await says(page.getByRole("main"), "Sent").waitFor();
    await stack.killService();
    await letThrough();
    await stack.startService();
    await page.reload();
    await says(underWay(page), DONE).waitFor({ timeout: 60_000 });
    await unlock(page);
    expect(await countVisits(page, "Palpitations at night")).toBe(1);
  });
});
