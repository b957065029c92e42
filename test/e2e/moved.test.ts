// A patient who lost her wallet, in a real browser on the real stack: with her recovery kit and a new wallet she opens her
// vault, her old consents end, her records come along, one consent is given again, and by it the doctor reads.

import type { Browser, Page } from "playwright-core";
import { createPublicClient, http, parseAbi } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeKitCode } from "#protocol/keys/index.ts";
import { launchBrowser } from "./browser.ts";
import { approve, arrive, checkAccessible, takePictures, type Person } from "./person.ts";
import { startStack, type Stack } from "./stack.ts";

const OLD = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const NEW = "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720";

let stack: Stack;
let browser: Browser;
let ana: Person;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
}, 600_000);
afterAll(async () => {
  await takePictures(browser, "moved");
  await browser.close();
  await stack.stop();
});

const heading = (page: Page, name: string) => page.getByRole("heading", { name, level: 1 });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

type DemoPeople = { passphrase: string; people: { index: number; kit?: string | null; passphrase?: string | null }[] };

async function demoAna(): Promise<{ kit: string; passphrase: string }> {
  const answer = (await (await fetch(`${stack.url}/api/demo/people`)).json()) as DemoPeople;
  const found = answer.people.find(({ index }) => index === 2);
  return { kit: found?.kit ?? "", passphrase: found?.passphrase ?? answer.passphrase };
}

test("Ana, whose wallet is lost, opens her vault with a new wallet by her kit and passphrase", async () => {
  const known = await demoAna();
  ana = await arrive(browser, { url: stack.url, name: "Sam Carter", viewport: { width: 390, height: 844 } });
  const { page } = ana;
  await page.goto(`${stack.url}/enrol`);
  await page.getByRole("link", { name: "I lost my old wallet, or changed it" }).click();
  await heading(page, "Bring your records to a new wallet").waitFor();
  await page.getByLabel("Your old account").fill(OLD);
  // Somebody else's kit, or a wrong one, finds nothing.
  await page.getByLabel("Recovery code").fill(encodeKitCode(new Uint8Array(16)));
  await button(page, "Find my vault").click();
  await page.getByText("No vault is kept here for that account and that kit.").waitFor();
  await checkAccessible(page);
  await page.getByLabel("Recovery code").fill(known.kit);
  await button(page, "Find my vault").click();
  await heading(page, "Open the vault of your old account").waitFor();
  await page.getByLabel("Passphrase", { exact: true }).fill(known.passphrase);
  await page.getByLabel("Recovery code").fill(known.kit);
  await button(page, "Unlock").click();
  await heading(page, "Move to this wallet?").waitFor();
  await checkAccessible(page);
  await button(page, "Move to this wallet").click();
  await heading(page, "Moving to your new wallet").waitFor();
});

test("the old consents end by her vault's word, and her records come along", async () => {
  const { page } = ana;
  await button(page, "Sign with the new wallet").click();
  await approve(page);
  expect(await approve(page)).toMatch(/moved/i);
  await button(page, "Bring them along").waitFor({ timeout: 60_000 });
  const { ledger } = (await (await fetch(`${stack.url}/deployment.json`)).json()) as { ledger: `0x${string}` };
  const client = createPublicClient({ transport: http(stack.rpcUrl) });
  const abi = parseAbi(["function vaultAccountOf(address) view returns (address)"]);
  const office = (account: `0x${string}`) =>
    client.readContract({ address: ledger, abi, functionName: "vaultAccountOf", args: [account] });
  expect(await office(NEW)).not.toBe(await office(OLD));
  // A break: the page goes on where it stopped.
  await page.reload();
  await page.getByLabel("Passphrase", { exact: true }).fill((await demoAna()).passphrase);
  await button(page, "Unlock").click();
  await button(page, "Bring them along").click();
  await approve(page);
  await page.getByRole("heading", { name: /Consents that ended/ }).waitFor({ timeout: 60_000 });
  await checkAccessible(page);
  expect(await button(page, "Give again").count()).toBeGreaterThan(0);
});

test("one consent is given again, and by it the doctor opens a record that came along", async () => {
  const { page } = ana;
  const card = page.getByRole("listitem").filter({ hasText: "Dr Lena Lindqvist" }).filter({ hasText: "lab results" });
  await card.getByRole("button", { name: "Give again" }).first().click();
  await button(page, "Sign").waitFor();
  const confirm = page.getByRole("checkbox", { name: /^Yes, this is the key of/ });
  // Nothing can be signed before the key has come from the ledger.
  await confirm.or(page.getByText("You confirmed this key before")).first().waitFor();
  if (await confirm.count()) await confirm.check();
  await button(page, "Sign").click();
  await approve(page);
  await page.getByText("Given again").first().waitFor({ timeout: 30_000 });
  await button(page, "Finish").click();
  await page.waitForURL(`${stack.url}/patient`);
  await page.getByText("Your move to this wallet is not finished.").waitFor({ state: "detached" });

  const lena = await arrive(browser, { url: stack.url, name: "Lena Lindqvist" });
  await lena.page.goto(`${stack.url}/provider/patients/${NEW}`);
  await button(lena.page, "Fill in what the demo gave this person").click();
  await button(lena.page, "Unlock").click();
  const labs = lena.page.getByRole("region", { name: /^Lab results/ });
  await labs.getByRole("link", { name: /^Open/ }).first().click();
  await button(lena.page, "Save a copy").waitFor({ timeout: 30_000 });
  expect(lena.page.url()).toContain(NEW);
  // And Ana sees, under her new account, who read what.
  await page.getByRole("link", { name: "Activity" }).first().click();
  await page
    .getByText(/^Dr Lena Lindqvist opened “.+”, for treatment\.$/)
    .first()
    .waitFor();
});
