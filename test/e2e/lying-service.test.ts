// A service that has gone bad and speaks for the ledger: the patient's own wallet asks the ledger itself, and nothing is
// encrypted for whom the service would like.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoAccount } from "#scripts/demo-people.ts";
import { seed } from "#scripts/seed.ts";
import { launchBrowser } from "./browser.ts";
import { startLyingProxy, type LyingProxy } from "./lying-proxy.ts";
import { approve, arrive, takePictures, type Person } from "./person.ts";
import { startStack, type Stack } from "./stack.ts";

const LENA = demoAccount(4).address;
const ANA = demoAccount(2).address;

let liar: LyingProxy;
let stack: Stack;
let browser: Browser;
let ana: Person;
const stored: string[] = [];

beforeAll(async () => {
  liar = await startLyingProxy();
  [stack, browser] = await Promise.all([
    startStack({ seeded: false, env: { PLACET_ORIGIN: liar.url } }),
    launchBrowser(),
  ]);
  liar.speakFor(stack.url);
  await seed({ url: liar.url, rpcUrl: stack.rpcUrl, dataDir: stack.dataDir, log: () => {} });
  ana = await arrive(browser, { url: liar.url, name: "Ana Silva" });
  ana.page.on("request", (request) => {
    if (request.method() === "PUT" && request.url().includes("/api/blocks/")) stored.push(request.url());
  });
});
afterAll(async () => {
  if (browser) await takePictures(browser, "lying-service");
  await browser?.close();
  await stack?.stop();
  await liar?.stop();
});

const DIFFERS = "This service and your own view of the ledger do not say the same.";

/** Answers every question of granting Dr Lena the laboratory results, up to the sentence. */
async function comeToTheSentence(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Give consent" }).first().click();
  await page.getByRole("radio", { name: /Lena Lindqvist/ }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("checkbox", { name: /^Lab results/ }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("heading", { name: "What for?" }).waitFor();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("heading", { name: "Until when?" }).waitFor();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("heading", { name: "Is this what you want?" }).waitFor();
}

const sign = (page: Page) => page.getByRole("button", { name: "Sign", exact: true });

describe("A patient whose service lies about the ledger", () => {
  test("signs in and unlocks as ever, while it tells the truth", async () => {
    const { page } = ana;
    await page.getByRole("button", { name: "Fill in what the demo gave this person" }).click();
    await expect.poll(() => page.getByLabel("Passphrase", { exact: true }).inputValue()).not.toBe("");
    await page.getByRole("button", { name: "Unlock", exact: true }).click();
    await page.getByRole("button", { name: "Lock now" }).waitFor();
  });

  test("is told when it hands out another key for the doctor; nothing is encrypted, and nothing can be signed", async () => {
    const { page } = ana;
    liar.inventKey(LENA, `0x${"5a".repeat(32)}`);
    await comeToTheSentence(page);
    await page.getByText(DIFFERS).waitFor();
    expect(liar.lies()).toBeGreaterThan(0);
    expect(await sign(page).isDisabled()).toBe(true);
    expect(stored).toEqual([]);
  });

  test("is told when it invents an epoch of their own keys, before anything is encrypted", async () => {
    const { page } = ana;
    liar.tellTheTruth();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("by this service and by your own wallet").waitFor();
    liar.inventEpoch(ANA, 40);
    await sign(page).click();
    await page.getByText(DIFFERS).waitFor();
    expect(stored).toEqual([]);
  });

  test("can go on once it tells the truth", async () => {
    const { page } = ana;
    liar.tellTheTruth();
    await sign(page).click();
    await approve(page);
    await page.getByText("Your consent is in force.").waitFor();
    expect(stored).not.toEqual([]);
  });
});
