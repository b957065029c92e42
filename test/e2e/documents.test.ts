// A record's life after it was added: a copy of one's own, newer versions, corrections by who filed it, being refused, taken
// out, and erased for good with a certificate; an emergency consent from arming to revoking; and what a patient and an
// auditor are told of a read whose consent a reorganisation took off the ledger.

import { readFile } from "node:fs/promises";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeManifest, readCar } from "#protocol/documents/index.ts";
import { decodeErasure, verifyErasure } from "#protocol/erasure/index.ts";
import { demoAccount } from "#scripts/demo-people.ts";
import { makePdf } from "../app/viewer/make-pdf.ts";
import { launchBrowser } from "./browser.ts";
import { approve, arrive, checkAccessible, connect, openBrowserFor, takePictures, type Person } from "./person.ts";
import { startStack, type Stack } from "./stack.ts";
import { go } from "./story/enrolment.ts";

const ANA = demoAccount(2).address;
const TITLE = "Full blood count";

let stack: Stack;
let browser: Browser;
let ana: Person;
let lena: Person;
let noor: Person;
/** The manifest and the body of the newer version. */
let stored: string[] = [];

async function unlock(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Fill in what the demo gave this person" }).click();
  await expect.poll(() => page.getByLabel("Passphrase", { exact: true }).inputValue()).not.toBe("");
  await page.getByRole("button", { name: "Unlock", exact: true }).click();
  await page.getByRole("button", { name: "Lock now" }).waitFor();
}

beforeAll(async () => {
  // Every block of this chain is final at once, so that what was withdrawn can be erased as soon as the service has read it.
  const env = { PLACET_FINALITY_SECONDS: "0" };
  [stack, browser] = await Promise.all([startStack({ env }), launchBrowser()]);
  const { url } = stack;
  const names = ["Ana Silva", "Lena Lindqvist", "Noor Haddad"];
  [ana, lena, noor] = (await Promise.all(names.map((name) => arrive(browser, { url, name })))) as [
    Person,
    Person,
    Person,
  ];
}, 600_000);
afterAll(async () => {
  if (browser) await takePictures(browser, "documents");
  await browser?.close();
  await stack?.stop();
});

/** Has the service's lists of receipts say of emergency reads that the chain has dropped the block of their consent. */
async function markEmergencyReads(context: BrowserContext): Promise<void> {
  const isRead = ({ receipt: { body } }: Marked): boolean => body.request?.request.purpose === "ETREAT";
  await context.route(/\/api\/receipts\?/, async (route) => {
    const response = await route.fetch();
    const { items, ...page } = (await response.json()) as { items: Marked[] };
    const json = { ...page, items: items.map((item) => (isRead(item) ? { ...item, orphaned: true } : item)) };
    await route.fulfill({ response, json });
  });
}

type Marked = { receipt: { body: { request: { request: { purpose: string } } | null } } };

/** How many of these blocks the service itself still has, asked from inside Ana's session past the browser's cache. */
function countHeld(cids: readonly string[]): Promise<number> {
  return ana.page.evaluate(async (wanted) => {
    const answers = await Promise.all(
      wanted.map((cid) => fetch(`/api/blocks/${cid}`, { method: "HEAD", cache: "no-store" })),
    );
    return answers.filter(({ ok }) => ok).length;
  }, cids);
}

/** Where manifest and body of a record's newest version lie, as Ana is told. */
function findBlocks(document: string): Promise<string[]> {
  return ana.page.evaluate(async (wanted) => {
    const { manifestCid } = (await (await fetch(`/api/documents/${wanted}`)).json()) as { manifestCid: string };
    const manifest = (await (await fetch(`/api/blocks/${manifestCid}`)).json()) as { body: { cid: string } };
    return [manifestCid, manifest.body.cid];
  }, document);
}

describe("A patient's records", () => {
  test("come after the vault, which opens for everybody here", async () => {
    await Promise.all([ana, lena, noor].map(({ page }) => unlock(page)));
  });

  test("are asked for a second holder until the patient has a copy of their own, which holds every block", async () => {
    const { page } = ana;
    await go(page, "/patient/records");
    await page.getByText(/records are kept in one place only: this service\./).waitFor();
    await page.getByRole("link", { name: "Keep a copy of your own" }).click();
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: /^Copy \d+ records$/ }).click();
    const download = await saving;
    const bytes = new Uint8Array(await readFile(await download.path()));
    const source = { size: bytes.length, read: async (start: number, end: number) => bytes.subarray(start, end) };
    const cids = new Set<string>();
    const bodies: string[] = [];
    for await (const block of readCar(source)) {
      cids.add(block.cid);
      if (Buffer.from(block.bytes).includes("placet-document")) bodies.push(decodeManifest(block.bytes).body.cid);
    }
    expect(bodies.length).toBeGreaterThan(10);
    expect(bodies.every((cid) => cids.has(cid))).toBe(true);
    await page.getByText(/^Your copy of .* has all your records\.$/).waitFor();
    // It brings back what is missing, and says when nothing is.
    await page.getByLabel("The file of your copy").setInputFiles(await download.path());
    await page.getByRole("button", { name: "Bring it back" }).click();
    await page.getByText("Nothing was missing here.").waitFor();
    await checkAccessible(page);
    await go(page, "/patient/records");
    await page.getByRole("link", { name: TITLE }).first().waitFor();
    expect(await page.getByText(/in one place only/).count()).toBe(0);
  });

  test("have versions: the patient replaces one, keeps the older, and is asked for a copy again", async () => {
    const { page } = ana;
    await page.getByRole("link", { name: TITLE }).first().click();
    await page.getByRole("link", { name: "Add a new version" }).click();
    await page.locator("input[type=file]").setInputFiles({
      name: "blood-count-corrected.pdf",
      mimeType: "application/pdf",
      buffer: Buffer.from(makePdf(["AMBER-CRANE-118: haemoglobin 141 g/l"])),
    });
    await page.getByRole("button", { name: "Encrypt and add this version" }).click();
    await approve(page);
    const versions = page.getByRole("region", { name: /^Versions/ });
    await versions.getByRole("link", { name: "Version 1" }).waitFor();
    await page.frameLocator("iframe").getByText("AMBER-CRANE-118").waitFor();
    await checkAccessible(page);
    await versions.getByRole("link", { name: "Version 1" }).click();
    await page.getByText("This is version 1. A newer one took its place.").waitFor();
    await page.locator("iframe").waitFor();
    await page.getByRole("link", { name: "See the newest" }).click();
    await page.frameLocator("iframe").getByText("AMBER-CRANE-118").waitFor();
    stored = await findBlocks(page.url().split("/").at(-1) ?? "");
    expect(await countHeld(stored)).toBe(2);
  });

  test("are seen in the newest version by who has consent, who is told of older ones", async () => {
    const { page } = lena;
    await go(page, `/provider/patients/${ANA}`);
    await page
      .getByRole("region", { name: /^Lab results/ })
      .getByRole("article")
      .filter({ hasText: "Version 2" })
      .getByRole("link", { name: /^Open/ })
      .click();
    await page.frameLocator("iframe").getByText("AMBER-CRANE-118").waitFor();
    const versions = page.getByRole("region", { name: /^Versions/ });
    await versions.getByText("There is 1 older version.").waitFor();
    await checkAccessible(page);
    await versions.getByRole("link", { name: "Version 1" }).click();
    await page.getByText("This is version 1. A newer one took its place.").waitFor();
    await page.locator("iframe").waitFor();
  });

  test("that somebody filed are corrected by who filed them, and are new to the patient once more", async () => {
    const { page } = noor;
    await go(page, `/provider/patients/${ANA}`);
    await page.getByRole("link", { name: "Correct this" }).first().click();
    await page.getByRole("heading", { name: "Correct your record" }).waitFor();
    await page.getByLabel("Title").fill("Cardiac markers, corrected");
    await page.getByLabel("Note", { exact: true }).fill("Troponin was 12 ng/l, not 21: IVORY-STORK-404");
    await checkAccessible(page);
    await page.getByRole("button", { name: "Add the note" }).click();
    await approve(page);
    await page.getByText("Added to the records of").waitFor();

    await go(ana.page, "/patient/records");
    await ana.page.getByRole("link", { name: "Cardiac markers, corrected" }).first().click();
    await ana.page.frameLocator("iframe").getByText("IVORY-STORK-404").waitFor();
    await ana.page
      .getByRole("region", { name: /^Versions/ })
      .getByRole("link", { name: "Version 1" })
      .waitFor();
    // The patient may refuse it as well.
    await ana.page.getByRole("button", { name: /^Reject/ }).click();
    await approve(ana.page);
    await ana.page.getByText("You rejected this record.").waitFor();
  });

  test("are taken out, erased for good, and certified: the service opens nothing and holds nothing of them", async () => {
    const { page } = ana;
    await go(page, "/patient/records");
    await page.getByRole("link", { name: TITLE }).first().click();
    await page.getByRole("button", { name: "Withdraw", exact: true }).click();
    await page
      .getByRole("dialog", { name: /^Withdraw/ })
      .getByRole("button", { name: "Withdraw", exact: true })
      .click();
    await approve(page);
    await page.getByRole("button", { name: "Erase for good …" }).click();
    const sure = page.getByRole("dialog", { name: /^Erase/ });
    await checkAccessible(page);
    const erase = sure.getByRole("button", { name: "Erase for good", exact: true });
    const erased = page.getByText(/^This record was erased on/);
    // The service says no until it has read the end for good: then it is asked again, as a patient would.
    await expect
      .poll(
        async () => {
          if (!(await erased.isVisible())) await erase.click({ timeout: 1_000 }).catch(() => undefined);
          return erased.isVisible();
        },
        { timeout: 90_000, interval: 500 },
      )
      .toBe(true);
    expect(await countHeld(stored)).toBe(0);

    await page.getByRole("link", { name: "See the certificate" }).click();
    await page.getByText("The signature was checked on this device.").waitFor();
    await checkAccessible(page);
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save the certificate" }).click();
    const certificate = decodeErasure(new Uint8Array(await readFile(await (await saving).path())));
    await verifyErasure(certificate);
    expect(certificate.body).toMatchObject({ subject: ANA, ended: { act: "withdraw" } });
    expect(certificate.body.versions.map(({ version, blocks }) => [version, blocks.kept])).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });
});

describe("An emergency consent", () => {
  test("opens nothing until its doctor breaks the glass and says why; the patient is told at once, and can close it", async () => {
    const { page } = ana;
    await go(page, "/patient/consents");
    await page.getByRole("link", { name: "Prepare for an emergency" }).click();
    await page.getByRole("radio", { name: /Lena Lindqvist/ }).check();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("checkbox", { name: /^Medications/ }).check();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "Until when?" }).waitFor();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText(/sees nothing under this until they break the glass/).waitFor();
    await page.getByText("by this service and by your own wallet").waitFor();
    await checkAccessible(page);
    await page.getByRole("button", { name: "Sign", exact: true }).click();
    await approve(page);
    await page.getByText(/It opens nothing until Dr Lena Lindqvist breaks the glass/).waitFor();
    await go(page, "/patient");

    const doctor = lena.page;
    await go(doctor, `/provider/patients/${ANA}`);
    const medications = doctor.getByRole("region", { name: /^Medications/ });
    await doctor.getByRole("button", { name: "Break the glass …" }).waitFor();
    expect(await medications.count()).toBe(0);
    await doctor.getByRole("button", { name: "Break the glass …" }).click();
    await doctor.getByLabel("Why is this an emergency?").fill("Unconscious on arrival, CORAL-IBIS-517");
    await checkAccessible(doctor);
    await doctor.getByRole("button", { name: "Break the glass", exact: true }).click();
    await approve(doctor);
    await medications.getByRole("link", { name: /^Open/ }).first().click();
    await doctor.locator("iframe").waitFor();

    await page.getByText(/Dr Lena Lindqvist broke the glass\./).waitFor();
    await page.getByText(/CORAL-IBIS-517/).waitFor();
    await checkAccessible(page);
    // From here on the service says that a reorganisation took this consent's grant off the ledger after the read.
    await markEmergencyReads(ana.context);
    await page.getByRole("link", { name: "See it, or close it" }).click();
    await page.getByRole("button", { name: "Revoke", exact: true }).first().click();
    const sure = page.getByRole("dialog", { name: /^Revoke the consent/ });
    await sure.getByRole("button", { name: "Revoke", exact: true }).click();
    await approve(page);
    await doctor.getByText("This record was closed").waitFor();
  });

  test("that a reorganisation took off the ledger is told to the patient beside what was read under it, and to the auditor", async () => {
    const { page } = ana;
    await go(page, "/patient/activity");
    const line = page
      .getByRole("listitem")
      .filter({ hasText: "for emergency treatment" })
      .filter({ hasText: "opened" });
    await line.getByText("Its consent is no longer on the ledger").first().waitFor();
    await checkAccessible(page);
    await line
      .getByRole("button", { name: /^Receipt/ })
      .first()
      .click();
    const receipt = page.getByRole("dialog", { name: "Receipt" });
    await receipt.getByText("What was read stays with whoever read it.").waitFor();
    await receipt.getByText("Checked on this device", { exact: false }).first().waitFor();
    await checkAccessible(page);

    const ines = await openBrowserFor(browser, "Ines Weber");
    await markEmergencyReads(ines.context);
    await connect(ines, stack.url);
    await ines.page.getByText("A read whose consent a reorganisation took off the ledger").first().waitFor();
  });
});
