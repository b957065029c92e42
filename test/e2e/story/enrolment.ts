// The way in, as everybody goes it: passphrase, recovery kit, proof that the kit was kept, public key.

import type { Page } from "playwright-core";
import { approve, checkAccessible } from "../person.ts";

/** A passphrase that nobody else's demo uses. */
export const PASSPHRASE = "lantern-walnut-seven-rivers";

/** Enrols whoever is signed in; gives back the code of the recovery kit, which a person would have on paper. */
export async function enrol(page: Page): Promise<string> {
  await page.getByRole("heading", { name: "Choose a passphrase" }).waitFor();
  await checkAccessible(page);
  await page.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  await page.getByLabel("The same once more").fill(PASSPHRASE);
  await page.getByRole("button", { name: "Continue" }).click();

  await page.getByRole("heading", { name: "Save your recovery kit" }).waitFor();
  await checkAccessible(page);
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the file" }).click();
  const file = await (await saving).path();
  await page.getByRole("button", { name: "Continue" }).click();

  await page.getByRole("heading", { name: "Show that you have it" }).waitFor();
  await checkAccessible(page);
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByText("That is the right file.").waitFor();
  await page.getByRole("button", { name: "Continue" }).click();

  await page.getByRole("heading", { name: "Publish your public key" }).waitFor();
  await checkAccessible(page);
  await page.getByRole("button", { name: "Sign and finish" }).click();
  await approve(page);
  await page.getByRole("heading", { name: "You are set up" }).waitFor();
  await checkAccessible(page);
  return file;
}

/** Follows a link inside the app, so that the page and with it the open vault stay. */
export async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    const link = document.createElement("a");
    link.href = to;
    document.body.append(link);
    link.click();
    link.remove();
  }, path);
  // Until then what is found would be found on the page before.
  await page.waitForURL(({ pathname, search }) => pathname + search === path, { waitUntil: "commit" });
}
