// The way into the app and out of it, in a real browser on the real stack: what a wallet, a passphrase and a network can
// do wrong, and that a person is told what happened and loses nothing.

import AxeBuilder from "@axe-core/playwright";
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { approve, connect, openBrowserFor, walletOf, type Person } from "./person.ts";
import { startStack, type Stack } from "./stack.ts";

const PASSPHRASE = "tulip gravel seventeen marmalade";

let stack: Stack;
let browser: Browser;
let sam: Person;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack({ demo: true, seeded: false }), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

const heading = (page: Page, name: string) => page.getByRole("heading", { name, level: 1 });

/** Fails on any accessibility problem that axe finds (WCAG 2.2 A and AA). */
async function checkAccess(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`)).toEqual(
    [],
  );
}

async function unlock(page: Page, passphrase: string): Promise<void> {
  await page.getByLabel("Passphrase", { exact: true }).fill(passphrase);
  await page.getByRole("button", { name: "Unlock", exact: true }).click();
}

describe("A person who has never been here", () => {
  beforeAll(async () => {
    sam = await openBrowserFor(browser, "Sam Carter");
  });

  test("may say no to the wallet: nothing happened, and the same button is still there", async () => {
    const { page } = sam;
    await page.goto(stack.url);
    await heading(page, "You decide who may read your health records").waitFor();
    await checkAccess(page);
    await page.getByRole("button", { name: "Connect your wallet" }).click();
    await page.getByRole("button", { name: /Connect with Placet demo wallet/ }).click();
    await walletOf(page).getByRole("button", { name: "Cancel" }).click();
    await page.getByText("You said no in your wallet. Nothing was changed.").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await checkAccess(page);
  });

  test("may choose only a passphrase that is hard to guess", async () => {
    const { page } = sam;
    await connect(sam, stack.url);
    await heading(page, "Choose a passphrase").waitFor();
    await page.getByLabel("Passphrase", { exact: true }).fill("password1");
    await page.getByText("Very easy to guess").waitFor();
    await page.getByRole("button", { name: "Continue" }).click();
    const summary = page.getByRole("alert");
    await summary.getByRole("link", { name: /harder to guess/ }).waitFor();
    expect(await summary.evaluate((node) => node.contains(document.activeElement))).toBe(true);
    await checkAccess(page);
  });

  test("cannot go on before the recovery kit is saved and shown to be at hand", async () => {
    const { page } = sam;
    await page.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
    await page.getByLabel("The same once more").fill(PASSPHRASE);
    await page.getByRole("button", { name: "Continue" }).click();
    await heading(page, "Save your recovery kit").waitFor();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("link", { name: /Download the kit or print it first/ }).waitFor();

    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download the file" }).click();
    const file = await (await saved).path();
    await page.getByRole("button", { name: "Continue" }).click();
    await heading(page, "Show that you have it").waitFor();
    for (const field of await page.getByLabel(/Group \d of the code/).all()) await field.fill("0000");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("alert").waitFor();
    expect(await heading(page, "Show that you have it").count()).toBe(1);
    await checkAccess(page);

    await page.getByLabel("Or choose the file").setInputFiles({
      name: "kit.json",
      mimeType: "application/json",
      buffer: await readFile(file),
    });
    await page.getByText("That is the right file.").waitFor();
    await page.getByRole("button", { name: "Continue" }).click();
    await heading(page, "Publish your public key").waitFor();
  });

  test("may refuse the signature without harm, and is set up after giving it", async () => {
    const { page } = sam;
    await page.getByRole("button", { name: "Sign and finish" }).click();
    await walletOf(page).getByRole("button", { name: "Reject" }).click();
    await page.getByText("You said no in your wallet. Nothing was changed.").first().waitFor();
    await page.getByRole("button", { name: "Sign and finish" }).click();
    const shown = await approve(page);
    expect(shown).toContain("vault account");
    await heading(page, "You are set up").waitFor();
    await checkAccess(page);
  });
});

describe("A person who is enrolled", () => {
  test("finds their vault locked after a reload, and a wrong passphrase told in words at the field", async () => {
    const { page } = sam;
    await page.goto(`${stack.url}/patient`);
    await heading(page, "Unlock your vault").waitFor();
    await unlock(page, "tulip gravel seventeen marble");
    await page.getByRole("link", { name: "That passphrase does not open your vault" }).waitFor();
    await checkAccess(page);
    await unlock(page, PASSPHRASE);
    await page.getByRole("button", { name: "Lock now" }).waitFor();
  });

  test("waits longer and longer after the third wrong try, also after a reload", async () => {
    const { page } = sam;
    await page.keyboard.press("Control+Shift+L");
    await heading(page, "Unlock your vault").waitFor();
    for (let wrong = 0; wrong < 4; wrong++) {
      await unlock(page, `not the passphrase ${wrong}`);
      await page.getByRole("button", { name: "Unlock", exact: true }).waitFor();
      await page.getByRole("alert").waitFor();
    }
    await page.getByText(/Too many wrong tries. You can try again in \d+ second/).waitFor();
    await page.reload();
    await page.getByText(/Too many wrong tries/).waitFor();
    expect(await page.getByRole("button", { name: "Unlock", exact: true }).isDisabled()).toBe(true);
    await page.getByText(/Too many wrong tries/).waitFor({ state: "detached" });
    await unlock(page, PASSPHRASE);
    await page.getByRole("button", { name: "Lock now" }).waitFor();
  });

  test("is told when the wallet is on another network, and comes back with one button", async () => {
    const { page } = sam;
    await page.getByRole("button", { name: /Account of/ }).click();
    await page.getByRole("button", { name: "Put the wallet on another network (demo)" }).click();
    await page.getByText("Your wallet is on another network.").waitFor();
    await checkAccess(page);
    await page.getByRole("button", { name: "Switch network" }).click();
    await approve(page);
    await page.getByText("Your wallet is on another network.").waitFor({ state: "detached" });
  });

  test("is locked out, and told why, when the wallet shows another account", async () => {
    const { page } = sam;
    await page.getByRole("button", { name: /Account of/ }).click();
    await page.getByRole("button", { name: "Switch person (demo)" }).click();
    await walletOf(page)
      .getByRole("radio", { name: /Ana Silva/ })
      .check();
    await walletOf(page).getByRole("button", { name: "Connect" }).click();
    await heading(page, "Your wallet shows another account").waitFor();
    await checkAccess(page);
    expect(await page.getByRole("button", { name: "Lock now" }).count()).toBe(0);
    await page.getByRole("button", { name: "Sign in with this account" }).click();
    await approve(page);
    // Ana has no vault here yet: her way begins where Sam's did.
    await heading(page, "Choose a passphrase").waitFor();
  });

  test("finds nothing of the vault or the passphrase in what the browser keeps in clear", async () => {
    const kept = await sam.page.evaluate(async () => {
      const databases = await indexedDB.databases();
      const texts: string[] = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
      for (const { name } of databases) {
        if (name === undefined) continue;
        const database = await new Promise<IDBDatabase>((resolve, reject) => {
          const opening = indexedDB.open(name);
          opening.onsuccess = () => resolve(opening.result);
          opening.onerror = () => reject(opening.error ?? new Error(name));
        });
        for (const shelf of database.objectStoreNames) {
          const all = await new Promise<unknown[]>((resolve, reject) => {
            const asking = database.transaction(shelf).objectStore(shelf).getAll();
            asking.onsuccess = () => resolve(asking.result);
            asking.onerror = () => reject(asking.error ?? new Error(shelf));
          });
          texts.push(shelf, JSON.stringify(all));
          for (const one of all) {
            const key = one !== null && typeof one === "object" && "privateKey" in one ? one.privateKey : undefined;
            if (key instanceof CryptoKey && key.extractable) texts.push("EXTRACTABLE");
          }
        }
      }
      return texts.join("\n");
    });
    expect(kept).toContain("placet-vault");
    for (const secret of [PASSPHRASE, "marmalade", "EXTRACTABLE", '"roots"']) expect(kept).not.toContain(secret);
  });
});
