// The ways to open a vault, in a real browser on the real stack: a passkey of Chromium's virtual authenticator (with PRF), a
// new recovery kit, guardians who bring a patient back on a new device; a copy at the service that a thief of the session
// replaced; a way that somebody may know, removed, and what the keys that come of it open; and being asked once more before
// somebody new is let in.

import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { createPublicClient, http, parseAbi } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fromBase64Url } from "#protocol/bytes.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import { createVault, decodeVault, encodeVault, sealVault, toServerCopy } from "#protocol/keys/index.ts";
import { z } from "zod";
import { signIn } from "#scripts/demo/participant.ts";
import { openStage } from "#scripts/demo/stage.ts";
import { launchBrowser } from "./browser.ts";
import { approve, arrive, checkAccessible, takePictures, walletOf, type Person } from "./person.ts";
import { startStack, type Stack } from "./stack.ts";
import { go } from "./story/enrolment.ts";

const DEMO_PASSPHRASE = "tulip gravel seventeen marmalade";
const ANA = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const PICTURE = "Chest X-ray, front view";
/** What the laboratory filed, and Ana has not accepted. */
const FILED = "NT-proBNP and troponin";

let stack: Stack;
let browser: Browser;
let laptop: Person;
let lena: Person;
let tomas: Person;
/** A picture of Ana's of which there are two versions, and when she removed the passphrase that somebody may know. */
let picture: string;
let removedAt: number;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
}, 600_000);
afterAll(async () => {
  await takePictures(browser, "unlockers");
  await browser.close();
  await stack.stop();
});

const heading = (page: Page, name: string) => page.getByRole("heading", { name, level: 1 });
const unlockButton = (page: Page) => page.getByRole("button", { name: "Unlock", exact: true });

/** A new device of an enrolled demo person: connected, signed in, and let in by what the demo gave them. */
async function comeIn(name: string, wishes: Parameters<typeof arrive>[1] | object = {}): Promise<Person> {
  const person = await arrive(browser, { ...wishes, url: stack.url, name });
  await person.page.goto(`${stack.url}/keys`);
  await person.page.getByRole("button", { name: "Fill in what the demo gave this person" }).click();
  await unlockButton(person.page).click();
  await heading(person.page, "Keys and recovery").waitFor();
  await person.page.getByRole("heading", { name: "Ways to open your vault" }).waitFor();
  return person;
}

/** Gives a page an authenticator that every press of a finger satisfies. */
async function plugIn({ page, context }: Person): Promise<void> {
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf: true,
      automaticPresenceSimulation: true,
      isUserVerified: true,
    },
  });
}

const lock = (page: Page) => page.getByRole("button", { name: "Lock now" }).click();

/** What a new device is: nothing kept, the same person at the same wallet. */
async function forgetVault(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open("placet");
        opening.onsuccess = () => {
          const clearing = opening.result.transaction("vaults", "readwrite");
          clearing.objectStore("vaults").clear();
          clearing.oncomplete = () => (opening.result.close(), resolve());
          clearing.onerror = () => reject(clearing.error ?? new Error("vaults"));
        };
      }),
  );
  await page.reload();
}

test("Ana adds a passkey, and it opens her vault here and on a device that has nothing", async () => {
  laptop = await comeIn("Ana Silva");
  const { page } = laptop;
  await plugIn(laptop);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByLabel("What you call this device").fill("My laptop");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByText("Passkey: My laptop").waitFor();
  await checkAccessible(page);
  // The same one twice is no second way.
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByText("This passkey opens your vault already.").waitFor();

  await lock(page);
  await page.getByRole("button", { name: "Unlock with a passkey" }).click();
  await page.getByText("Passkey: My laptop").waitFor();

  await forgetVault(page);
  await page.getByText("This device does not know your vault yet.").waitFor();
  await checkAccessible(page);
  await page.getByRole("button", { name: "Unlock with a passkey" }).click();
  await page.getByText("Passkey: My laptop").waitFor();
});

test("Ana makes a new recovery kit, which is good only after she showed that she has it", async () => {
  const { page } = laptop;
  const kits = page.getByText("Recovery kit", { exact: true });
  expect(await kits.count()).toBe(1);
  await page.getByRole("button", { name: "Make a new recovery kit" }).click();
  await page.getByLabel("Your passphrase").fill("not the words of this vault");
  await page.getByRole("button", { name: "Make the kit" }).click();
  await page.getByText("That is not a passphrase of this vault").waitFor();
  await page.getByLabel("Your passphrase").fill(await demoPassphrase());
  await page.getByRole("button", { name: "Make the kit" }).click();
  await page.getByRole("heading", { name: "Placet recovery kit" }).waitFor();
  expect(await kits.count()).toBe(1);
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the file" }).click();
  const file = await readFile(await (await saved).path());
  await page.getByRole("button", { name: "Continue" }).click();
  await page
    .getByLabel("Or choose the file")
    .setInputFiles({ name: "kit.json", mimeType: "application/json", buffer: file });
  await page.getByText("That is the right file.").waitFor();
  await page.getByRole("button", { name: "Continue" }).click();
  await expect.poll(() => kits.count()).toBe(2);

  // On a device that has nothing, the new kit opens with the passphrase; the code of another kit does not.
  const { code } = JSON.parse(file.toString("utf8")) as { code: string };
  await forgetVault(page);
  await page.getByLabel("Passphrase", { exact: true }).fill(await demoPassphrase());
  await page.getByLabel("Recovery code").fill(code.toLowerCase());
  await unlockButton(page).click();
  await page.getByText("Passkey: My laptop").waitFor();
});

async function demoPassphrase(): Promise<string> {
  const { passphrase } = (await (await fetch(`${stack.url}/api/demo/people`)).json()) as { passphrase?: string };
  return passphrase ?? DEMO_PASSPHRASE;
}

test("Ana names three guardians, of whom two suffice", async () => {
  const { page } = laptop;
  await page.getByRole("button", { name: "Name guardians" }).click();
  for (const name of ["Dr Lena Lindqvist", "Dr Tomás Reyes", "Sunrise Clinic"]) {
    await page.getByLabel("Find a guardian").fill(name);
    await page.getByRole("radio", { name: new RegExp(`^${name}`) }).check();
    await page.getByRole("button", { name: "Add as guardian" }).click();
    await page.getByRole("button", { name: `Leave out: ${name}` }).waitFor();
  }
  await page.getByLabel("Your name, as they know it").fill("Ana");
  await page.getByRole("button", { name: "Give each a share" }).click();
  await page.getByRole("link", { name: "Compare the numbers with each guardian first" }).waitFor();
  await page.getByLabel("I have compared the numbers with each of them").check();
  await checkAccessible(page);
  await page.getByRole("button", { name: "Give each a share" }).click();
  await page.getByText(/Any 2 of 3 people, together: Dr Lena Lindqvist, Dr Tomás Reyes/).waitFor();
});

test("Ana comes back on a new phone with the help of two of them, and of nobody who does not hear her code", async () => {
  const phone = await arrive(browser, {
    ...{ url: stack.url, name: "Ana Silva", colorScheme: "dark" },
    viewport: { width: 390, height: 844 },
  });
  const { page } = phone;
  await page.goto(`${stack.url}/unlock`);
  await page.getByRole("link", { name: "I have none of these: ask my guardians" }).click();
  await page.getByRole("button", { name: "Begin" }).click();
  const codeFor = (name: string) => page.getByLabel(`Code for ${name}`);
  await codeFor("Dr Lena Lindqvist").waitFor();
  await checkAccessible(page);
  const forLena = await codeFor("Dr Lena Lindqvist").innerText();
  // Guardians take their time: the phone was put away meanwhile.
  await page.reload();
  await codeFor("Dr Lena Lindqvist").waitFor();
  expect(await codeFor("Dr Lena Lindqvist").innerText()).toBe(forLena);
  const forTomas = await codeFor("Dr Tomás Reyes").innerText();
  expect(forTomas).not.toBe(forLena);

  // Her own laptop says that guardians were asked.
  await laptop.page.getByText("Your guardians were asked to open your vault on another device.").waitFor();

  [lena, tomas] = await Promise.all([comeIn("Lena Lindqvist"), comeIn("Tomás Reyes")]);
  const hand = async (guardian: Person, code: string): Promise<void> => {
    await guardian.page.getByLabel("Code that Ana reads to you").fill(code);
    await guardian.page.getByRole("button", { name: "Hand over my share" }).click();
  };
  await lena.page.getByText("Somebody whose guardian you are asks for your share.").waitFor();
  await checkAccessible(lena.page);
  await hand(lena, forTomas);
  await lena.page.getByText(/That code does not belong to this request/).waitFor();
  await hand(lena, forLena.toLowerCase().replace("-", " "));
  await lena.page.getByText("You handed over your share.").waitFor();
  await page.getByText("1 of 2 handed over").waitFor();
  expect(await page.getByRole("button", { name: "Lock now" }).count()).toBe(0);

  await hand(tomas, forTomas);
  await page.getByText("You came in through your guardians").waitFor();
  await page.getByText("Passkey: My laptop").waitFor();
  await checkAccessible(page);
  await page.goto(`${stack.url}/patient/records`);
  await unlockButton(page).waitFor();
  await phone.context.close();
});

test("Ana's laptop notices that a thief of her session and its key replaced the copy of her vault, and puts hers back", async () => {
  const { page } = laptop;
  const held = decodeVault(
    canonicalBytes(await page.evaluate(async () => (await fetch("/api/vault")).json() as Promise<unknown>)),
  );
  // The thief knows everything that stands in clear, and locks a root of their own for Ana's unlockers.
  const theirs = await createVault({
    account: held.account,
    passphrase: "the thief's own words",
    cost: { memoryKiB: 19_456, iterations: 1, parallelism: 1 },
  });
  const { blob } = sealVault({
    ...theirs.vault,
    vaultId: held.vaultId,
    revision: held.revision + 1000,
    unlockers: held.unlockers.map(({ unlocker }) => unlocker),
    tagKeys: Object.fromEntries(held.unlockers.map(({ unlocker }) => [unlocker.id, fromBase64Url("A".repeat(43))])),
  });
  const forged = new TextDecoder().decode(encodeVault(toServerCopy(blob)));
  const status = await page.evaluate(async (body) => {
    const headers = { "content-type": "application/json", "x-placet": "1" };
    return (await fetch("/api/vault", { method: "PUT", headers, body })).status;
  }, forged);
  // Her cookie alone is not enough: her session's key signs, and cannot be copied out of the browser.
  expect(status).toBe(403);
  const stage = await openStage(stack);
  const { call, address, sessionKey } = await signIn(stage, { index: 2 });
  const written = { body: JSON.parse(forged) as unknown, key: sessionKey, account: address };
  await call.sendSigned("PUT", "/api/vault", { ...written, gateway: stage.gateway.address }, z.unknown());

  await lock(page);
  await page.getByRole("button", { name: "Unlock with a passkey" }).click();
  await page.getByText(/a copy of your vault that this device cannot vouch for/).waitFor();
  await checkAccessible(page);
  // Looked at as if it were hers, it is refused, and her own comes back.
  await page.getByRole("button", { name: "Open that copy" }).click();
  await page.getByRole("button", { name: "Unlock with a passkey" }).click();
  await page.getByText(/was not sealed by you, or was altered/).waitFor();
  await page.getByRole("button", { name: "Unlock with a passkey" }).click();
  await page.getByRole("button", { name: "Put mine back" }).click();
  await page.getByText(/cannot vouch for/).waitFor({ state: "detached" });

  await forgetVault(page);
  await page.getByRole("button", { name: "Unlock with a passkey" }).click();
  await page.getByText("Passkey: My laptop").waitFor();
});

test("Ana adds a newer version of a picture: the service holds a seal of either", async () => {
  const { page } = laptop;
  await go(page, "/patient/records");
  await page.getByRole("link", { name: PICTURE }).first().click();
  await page.getByRole("link", { name: "Add a new version" }).click();
  const file = { name: "again.txt", mimeType: "text/plain", buffer: Buffer.from("Taken again: HERON-562") };
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByRole("button", { name: "Encrypt and add this version" }).click();
  await approve(page);
  await page.frameLocator("iframe").getByText("HERON-562").waitFor();
  picture = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  await expect.poll(() => sealedVersions(picture)).toEqual([1, 2]);
  await go(page, "/keys");
});

type Listed = { document: string; version: number; author: string; at: number };
/** What the service lists of Ana's, asked from inside her session. */
const listOf = (path: string): Promise<Listed[]> =>
  laptop.page.evaluate(
    async (url) => ((await (await fetch(url, { cache: "no-store" })).json()) as { items: Listed[] }).items,
    `${path}?limit=200`,
  );
/** The versions of a document of which the service holds a seal made since then (unix seconds). */
const sealedVersions = async (document: string, since = 0) =>
  (await listOf("/api/seals")).filter((one) => one.document === document && one.at >= since).map((one) => one.version);

test("Ana removes a passphrase that somebody may know: her keys are new, published, and everything is sealed anew", async () => {
  const { page } = laptop;
  const { ledger } = (await (await fetch(`${stack.url}/deployment.json`)).json()) as { ledger: `0x${string}` };
  const client = createPublicClient({ transport: http(stack.rpcUrl) });
  const abi = parseAbi([
    "function encryptionKeyOf(address) view returns (bytes32)",
    "function epochOf(address) view returns (uint32)",
  ]);
  const read = (functionName: "encryptionKeyOf" | "epochOf") =>
    client.readContract({ address: ledger, abi, functionName, args: [ANA] });
  const [keyBefore, epochBefore] = await Promise.all([read("encryptionKeyOf"), read("epochOf")]);

  const readFormer = (at: Page) =>
    at.evaluate(async () => ((await (await fetch("/api/vault/former")).json()) as { items: unknown[] }).items);
  expect(await readFormer(page)).not.toEqual([]);
  removedAt = Math.floor(Date.now() / 1000);
  await page.getByRole("button", { name: "Remove: Passphrase" }).click();
  await page.getByRole("radio", { name: /Yes, or I am not sure/ }).check();
  await checkAccessible(page);
  await page.getByRole("button", { name: "Remove it" }).click();
  await page.getByRole("button", { name: "Remove: Passphrase" }).waitFor({ state: "detached" });
  // What it opens is gone at the service as well: her vault's account signed that.
  expect(await readFormer(page)).toEqual([]);
  await page.goto(`${stack.url}/patient`);
  await page.getByRole("button", { name: "Unlock with a passkey" }).click();
  await page.getByRole("link", { name: "Publish the new key" }).click();
  await page.getByRole("button", { name: "Sign and finish" }).click();
  await approve(page);
  await heading(page, "You are set up").waitFor();
  expect(await read("encryptionKeyOf")).not.toBe(keyBefore);
  await page.getByRole("link", { name: "Go to your records" }).click();
  await expect.poll(() => read("epochOf"), { timeout: 30_000 }).toBe(Number(epochBefore) + 1);
  await expect.poll(() => sealedVersions(picture, removedAt), { timeout: 30_000 }).toEqual([1, 2]);
});

test("what a laboratory filed is still for Ana to accept, and a consent given now opens it then, and each version of her picture", async () => {
  const { page } = laptop;
  const filed = (await listOf("/api/documents")).filter(({ author }) => author !== ANA).map(({ document }) => document);
  expect(filed).toHaveLength(1);
  expect(await sealedVersions(filed[0] ?? "")).toEqual([]);
  await page.goto(`${stack.url}/patient`);
  await page.getByRole("button", { name: "Unlock with a passkey" }).click();
  const waiting = page.getByRole("article").filter({ hasText: FILED });
  await waiting.getByRole("button", { name: /^Accept/ }).click();
  await expect.poll(() => sealedVersions(filed[0] ?? "", removedAt)).toEqual([1]);

  // Dr Tomás has no consent of hers that is in force: he can have no key but the new ones.
  await page.getByRole("link", { name: "Give consent" }).first().click();
  await page.getByRole("radio", { name: /Tomás Reyes/ }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("checkbox", { name: /^Lab results/ }).check();
  await page.getByRole("checkbox", { name: /^Imaging/ }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Sign", exact: true }).click();
  await approve(page);

  const { page: doctor } = tomas;
  // Titles are not shown before a record was opened.
  const open = async (category: RegExp, words: string): Promise<void> => {
    await go(doctor, `/provider/patients/${ANA}`);
    const entry = doctor.getByRole("region", { name: category }).getByRole("article").filter({ hasText: words });
    await entry.getByRole("link", { name: /^Open/ }).click();
  };
  await open(/^Lab results/, "Clearwater Laboratory");
  await doctor.locator("iframe").waitFor();
  await open(/^Imaging/, "Version 2");
  await doctor.frameLocator("iframe").getByText("HERON-562").waitFor();
  await doctor
    .getByRole("region", { name: /^Versions/ })
    .getByRole("link", { name: "Version 1" })
    .click();
  await doctor.getByText("This is version 1. A newer one took its place.").waitFor();
  await doctor.locator("iframe").waitFor();
});

test("Ana is asked who she is before she lets somebody new in", async () => {
  const { page } = laptop;
  await page.getByRole("link", { name: "Consents", exact: true }).first().click();
  // Six minutes after she unlocked.
  await page.evaluate(() => {
    const now = Date.now;
    Date.now = () => now() + 6 * 60_000;
  });
  await page.getByRole("link", { name: "Give consent" }).first().click();
  await page.getByRole("searchbox").fill("0xBcd4042DE499D14e55001CcbB24a551F3b954096");
  await page.getByRole("radio", { name: /0xBcd4/ }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("checkbox", { name: /^Lab results/ }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("checkbox", { name: /^Yes, this is the key of/ }).check();
  await page.getByRole("button", { name: "Sign", exact: true }).click();
  const question = page.getByRole("dialog", { name: "Is it you?" });
  await question.waitFor();
  await checkAccessible(page);
  expect(await walletOf(page).count()).toBe(0);
  await question.getByRole("button", { name: "Confirm with a passkey" }).click();
  await walletOf(page).getByRole("button", { name: "Reject" }).click();
  await page.getByRole("button", { name: "Sign", exact: true }).click();
  // Shown a moment ago: not asked again.
  await walletOf(page).getByRole("button", { name: "Reject" }).waitFor();
  expect(await question.count()).toBe(0);
});
