// The patient's central acts without a mouse, on the seeded demonstration: nothing here clicks.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { focused, reach } from "./keyboard.ts";
import { openBrowserFor, takePictures, walletOf, type Person } from "./person.ts";
import { startStack, type Stack } from "./stack.ts";

let stack: Stack;
let browser: Browser;
let ana: Person;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  ana = await openBrowserFor(browser, "Ana Silva");
});
afterAll(async () => {
  if (browser) await takePictures(browser, "by-keyboard");
  await browser?.close();
  await stack?.stop();
});

const heading = (page: Page, name: string | RegExp) => page.getByRole("heading", { name, level: 1 });

/** Says yes in the wallet's window. It may have to be scrolled, so it is a stop itself; "no" comes before "yes". */
async function approveByKeyboard(page: Page): Promise<void> {
  await walletOf(page).getByRole("button", { name: "Approve" }).waitFor();
  await reach(page, /^button "Approve"$/, { most: 4 });
  await page.keyboard.press("Enter");
}

/** The question is the page's heading, and has the focus, so that whoever cannot see the page begins there. */
async function expectQuestion(page: Page, question: string): Promise<void> {
  await heading(page, question).waitFor();
  await expect.poll(() => focused(page)).toBe(`heading "${question}"`);
}

describe("A patient gives a consent by keyboard alone", () => {
  test("connects the wallet and signs in", async () => {
    const { page } = ana;
    await page.goto(stack.url);
    await heading(page, "You decide who may read your health records").waitFor();
    expect(await reach(page, /./, { most: 1 })).toBe('link "Skip to the content"');
    await reach(page, /^button "Connect your wallet"$/);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Connect with Placet demo wallet" }).waitFor();
    await reach(page, /^button "Connect with Placet demo wallet"$/, { most: 3 });
    await page.keyboard.press("Enter");
    await walletOf(page)
      .getByRole("radio", { name: /Ana Silva/ })
      .waitFor();
    await reach(page, /^radio /, { most: 3 });
    if (!/Ana Silva/.test(await focused(page))) await reach(page, /^radio "Ana Silva/, { key: "ArrowDown", most: 10 });
    else await page.keyboard.press("Space");
    await reach(page, /^button "Connect"$/, { most: 3 });
    await page.keyboard.press("Enter");
    await approveByKeyboard(page);
    await heading(page, "Unlock your vault").waitFor();
  });

  test("unlocks the vault with what the demo gave", async () => {
    const { page } = ana;
    await reach(page, /^button "Fill in what the demo gave this person"$/);
    await page.keyboard.press("Space");
    await expect.poll(() => page.getByLabel("Passphrase", { exact: true }).inputValue()).not.toBe("");
    await reach(page, /^button "Unlock"$/, { key: "Shift+Tab", most: 4 });
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Lock now" }).waitFor();
    await page.getByRole("heading", { name: "Who can see what now" }).waitFor();
  });

  test("reaches 'Give consent' on the home screen", async () => {
    const { page } = ana;
    await page.getByRole("link", { name: "Give consent" }).waitFor();
    await reach(page, /^link "Give consent"$/);
    await page.keyboard.press("Enter");
    await heading(page, "Who?").waitFor();
  });

  test("is told at the field what is missing, and stays", async () => {
    const { page } = ana;
    await reach(page, /^button "Continue"$/);
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByRole("link", { name: "Choose who gets your consent." }).waitFor();
    expect(await page.getByRole("alert").evaluate((node) => node.contains(document.activeElement))).toBe(true);
    await reach(page, /^link "Choose who gets your consent\."$/, { most: 2 });
    await page.keyboard.press("Enter");
    await expect.poll(() => focused(page)).toMatch(/^searchbox "Who\?"/);
  });

  test("finds Dr Lena Lindqvist by name: Who?", async () => {
    const { page } = ana;
    await page.keyboard.type("Lindqvist");
    await expect.poll(() => page.getByRole("radio").count()).toBe(1);
    await reach(page, /^radio ".*Dr Lena Lindqvist/, { most: 3 });
    await page.keyboard.press("Space");
    expect(await page.getByRole("radio", { name: /Dr Lena Lindqvist/ }).isChecked()).toBe(true);
    await page.keyboard.press("Enter");
    await expectQuestion(page, "What?");
  });

  test("chooses one category: What?", async () => {
    const { page } = ana;
    await reach(page, /^checkbox "Immunizations/);
    await page.keyboard.press("Space");
    expect(await page.getByRole("checkbox", { name: /^Immunizations/ }).isChecked()).toBe(true);
    await reach(page, /^button "Continue"$/);
    await page.keyboard.press("Enter");
    await expectQuestion(page, "What for?");
  });

  test("keeps treatment as the purpose, after a look back: What for?", async () => {
    const { page } = ana;
    await reach(page, /^button ".*Back"$/, { key: "Shift+Tab", most: 3 });
    await page.keyboard.press("Enter");
    await expectQuestion(page, "What?");
    expect(await page.getByRole("checkbox", { name: /^Immunizations/ }).isChecked()).toBe(true);
    await reach(page, /^button "Continue"$/);
    await page.keyboard.press("Enter");
    await expectQuestion(page, "What for?");
    await reach(page, /^checkbox "Treatment/, { most: 3 });
    expect(await page.getByRole("checkbox", { name: /^Treatment/ }).isChecked()).toBe(true);
    await reach(page, /^button "Continue"$/);
    await page.keyboard.press("Enter");
    await expectQuestion(page, "Until when?");
  });

  test("takes one day by the arrow keys: Until when?", async () => {
    const { page } = ana;
    await reach(page, /^radio "For 30 days/, { most: 3 });
    await reach(page, /^radio "For one day/, { key: "ArrowUp", most: 1 });
    expect(await page.getByRole("radio", { name: /^For one day/ }).isChecked()).toBe(true);
    await reach(page, /^button "Continue"$/, { most: 3 });
    await page.keyboard.press("Enter");
    await expectQuestion(page, "Is this what you want?");
  });

  test("has a word of the sentence explained, signs it, and approves it in the wallet", async () => {
    const { page } = ana;
    await reach(page, /^button "your immunizations"$/, { most: 8 });
    await page.keyboard.press("Space");
    await page.locator(".why:visible").waitFor();
    await reach(page, /^button "Sign"$/);
    await page.keyboard.press("Enter");
    await walletOf(page).getByRole("button", { name: "Approve" }).waitFor();
    expect((await walletOf(page).innerText()).toLowerCase()).toContain("immunizations, for treatment");
    await approveByKeyboard(page);
    await page.getByText("Your consent is in force.").waitFor();
    await page.getByText(/^(In force|Ends soon) · /).waitFor();
  });

  test("revokes it: the question can be left with Escape, and answered", async () => {
    const { page } = ana;
    await page.getByRole("button", { name: "Revoke", exact: true }).waitFor();
    await reach(page, /^button "Revoke"$/);
    await page.keyboard.press("Enter");
    const sure = page.getByRole("dialog", { name: /^Revoke the consent of Dr Lena Lindqvist/ });
    await sure.waitFor();
    await page.keyboard.press("Escape");
    await sure.waitFor({ state: "hidden" });
    // The focus is back where the question came from.
    await expect.poll(() => focused(page)).toBe('button "Revoke"');
    await page.keyboard.press("Enter");
    await sure.waitFor();
    await reach(page, /^button "Revoke"$/, { most: 4 });
    await page.keyboard.press("Enter");
    await approveByKeyboard(page);
    await sure.waitFor({ state: "hidden" });
    await page.getByText(/^Revoked /).waitFor();
    expect(await page.getByRole("button", { name: "Revoke", exact: true }).count()).toBe(0);
  });
});
