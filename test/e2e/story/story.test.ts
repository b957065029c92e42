// The whole road, walked once in a real browser on the real stack: chain, contracts, database, IPFS, service, app.
// Each test is one step and rests on those before it.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from "vitest";
import { categories, purposes } from "#protocol/codes/index.ts";
import { projectRoot } from "#scripts/build/project-root.ts";
import { demoAccount } from "#scripts/demo-people.ts";
import { toHex } from "#protocol/bytes.ts";
import { launchBrowser } from "../browser.ts";
import { approve, arrive, checkAccessible, takePictures, type Person } from "../person.ts";
import { startStack, type Stack } from "../stack.ts";
import { files, secretWords } from "./documents.ts";
import { enrol, go, PASSPHRASE } from "./enrolment.ts";
import { askGateway, listEverything, openSecrets } from "./past-the-app.ts";
import {
  find,
  needleOfBytes,
  needleOfText,
  needleOnChain,
  readChain,
  readFolder,
  readTables,
  trustedBlock,
} from "./search.ts";

const INES = "0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f";
const ANA = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";

let stack: Stack;
let browser: Browser;
let ana: Person;
let lena: Person;
let rosa: Person;
let ben: Person;
let ines: Person;
let kitFile: string;
/** How far the browsers' time zone (Lisbon) is from UTC, in milliseconds, as a date input needs it. */
function zoneOffset(at: Date): number {
  const lisbon = new Date(at.toLocaleString("en-US", { timeZone: "Europe/Lisbon" }));
  const utc = new Date(at.toLocaleString("en-US", { timeZone: "UTC" }));
  return utc.getTime() - lisbon.getTime();
}

/** Runs the auditor's command against node and service, as the demo's auditor. */
function audit(more: string[]): Promise<{ code: number; said: string }> {
  const args = [
    "scripts/audit.ts",
    "--rpc",
    stack.rpcUrl,
    "--deployment",
    join(stack.dataDir, "deployment.json"),
    "--service",
    stack.url,
    ...more,
  ];
  const env = { ...process.env, PLACET_AUDITOR_KEY: toHex(demoAccount(8).getHdKey().privateKey ?? new Uint8Array()) };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: projectRoot, env, maxBuffer: 1e8 }, (_, out, err) =>
      resolve({ code: child.exitCode ?? 2, said: out + err }),
    );
  });
}

const traffic: string[] = [];
const heard = { onTraffic: (text: string) => void traffic.push(text) };

beforeAll(async () => {
  stack = await startStack({ demo: true, seeded: false, env: { PLACET_RECEIPT_INTERVAL: "5" } });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

// What everybody saw when a step failed.
beforeEach(({ task }) => onTestFailed(() => takePictures(browser, task.name.slice(0, 2))));

describe("The whole road", () => {
  test("1. A doctor applies and a registrar verifies her", async () => {
    lena = await arrive(browser, { url: stack.url, name: "Lena Lindqvist", ...heard });
    await enrol(lena.page);
    await lena.page.getByRole("link", { name: "I am a doctor, a lab or a clinic" }).click();
    await lena.page.getByLabel("What are you?").selectOption({ label: "Doctor" });
    await lena.page.getByLabel("Name", { exact: true }).fill("Dr Lena Lindqvist");
    await lena.page.getByLabel("Specialty").fill("Cardiology");
    await lena.page.getByLabel("Where you work").fill("Sunrise Clinic, Porto Claro");
    await lena.page.getByLabel("Who issued it?").fill("Medical Council of Porto Claro");
    await lena.page.getByLabel("Licence number").fill("MC-20418");
    await checkAccessible(lena.page);
    await lena.page.getByRole("button", { name: "Apply", exact: true }).click();
    await approve(lena.page);
    await lena.page.getByText("Waiting for a registrar").first().waitFor();

    rosa = await arrive(browser, { url: stack.url, name: "Rosa Marín", ...heard });
    await rosa.page.getByText("MC-20418").waitFor();
    await checkAccessible(rosa.page);
    await rosa.page.getByRole("button", { name: "Verify …" }).click();
    await checkAccessible(rosa.page);
    await rosa.page.getByRole("button", { name: "Verify this provider" }).click();
    await approve(rosa.page);
    await lena.page.getByText("A registrar has checked your licence.").waitFor();
    await checkAccessible(lena.page);
  });

  test("2. A patient enrols and adds a PDF, a photo and a text file in two categories", async () => {
    ana = await arrive(browser, { url: stack.url, name: "Ana Silva", ...heard });
    kitFile = await enrol(ana.page);
    await ana.page.getByRole("link", { name: "Go to your records" }).click();
    await ana.page.getByText("Nobody but you can see your records.").waitFor();
    await checkAccessible(ana.page);
    await go(ana.page, "/patient/records/add");
    await ana.page.locator("input[type=file]").setInputFiles([files.pdf, files.photo, files.text]);
    const categories = ana.page.getByLabel("Category");
    await expect.poll(() => categories.count()).toBe(3);
    await categories.nth(0).selectOption({ label: "Lab results" });
    await categories.nth(1).selectOption({ label: "Imaging" });
    await categories.nth(2).selectOption({ label: "Imaging" });
    await checkAccessible(ana.page);
    await ana.page.getByRole("button", { name: "Encrypt and add 3 records" }).click();
    for (let record = 1; record <= 3; record += 1) await approve(ana.page);
    await ana.page.getByText("All 3 records were added.").waitFor();
    await ana.page.getByRole("link", { name: "See my records" }).click();
    await ana.page.getByText("Hba1c report").first().waitFor();
    await checkAccessible(ana.page);
  });

  test("3. The doctor asks for three categories, for treatment", async () => {
    const { page } = lena;
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
    const { page } = ana;
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
    await checkAccessible(page);
    await page.getByRole("button", { name: "Sign", exact: true }).click();
    const shown = await approve(page);
    expect(shown).toMatch(/lab results and imaging, for treatment/);
    expect(shown).not.toMatch(/medications/i);
    await page.getByText("Your consent is in force.").waitFor();
  });

  test("5. The doctor opens the PDF and reads its words on the page; the third category is not hers to see", async () => {
    const { page } = lena;
    await go(page, "/provider");
    await checkAccessible(page);
    await go(page, `/provider/patients/${ANA}`);
    const labs = page.getByRole("region", { name: /^Lab results/ });
    const closed = page.getByRole("region", { name: /^Not part of your consent/ });
    await closed.getByText("Medications").waitFor();
    expect(await closed.getByText("Lab results").count()).toBe(0);
    await checkAccessible(page);
    await labs.getByRole("link", { name: /^Open/ }).click();
    await page.frameLocator("iframe").getByText("VELVET-OTTER-731").waitFor();
    await checkAccessible(page);
  });

  test("6. The patient sees the read appear live, with its purpose", async () => {
    const { page } = ana;
    await go(page, "/patient/activity");
    await page.getByText("Dr Lena Lindqvist opened “Hba1c report”, for treatment.", { exact: true }).first().waitFor();
    await checkAccessible(page);
    // Live: the next read shows without a reload.
    await go(lena.page, `/provider/patients/${ANA}`);
    await lena.page
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
    const { page } = lena;
    await go(page, `/provider/patients/${ANA}/add`);
    await page.getByRole("radio", { name: /^A note/ }).check();
    await page.getByLabel("Title").fill("Visit on Monday");
    await page.getByLabel("Note", { exact: true }).fill(secretWords.note);
    await checkAccessible(page);
    await page.getByRole("button", { name: "Add the note" }).click();
    await approve(page);
    await page.getByText("Added to the records of").waitFor();

    await go(ana.page, "/patient");
    await ana.page.getByText("Visit on Monday").first().waitFor();
    await checkAccessible(ana.page);
    await go(ana.page, "/patient/records");
    await ana.page
      .getByRole("link", { name: /Visit on Monday/ })
      .first()
      .click();
    await ana.page.frameLocator("iframe").getByText("BRASS-LYNX-918").waitFor();
    await ana.page.getByRole("button", { name: /^Accept/ }).click();
    await ana.page.getByText("is now part of your records.").waitFor();
    await checkAccessible(ana.page);
  });

  test("8. They book an appointment; a second booking of the same time is refused by the ledger", async () => {
    await go(lena.page, "/provider/appointments/hours");
    await lena.page.getByRole("radio", { name: "The next week" }).check();
    await checkAccessible(lena.page);
    const publish = lena.page.getByRole("button", { name: /^Publish (this day|these \d+ days)$/ });
    const days = Number(/\d+/.exec(await publish.innerText())?.[0] ?? "1");
    await publish.click();
    for (let day = 1; day <= days; day += 1) await approve(lena.page);
    await lena.page.getByText(/Patients can ask for these times now/).waitFor();

    ben = await arrive(browser, { url: stack.url, name: "Ben Okafor", ...heard });
    await enrol(ben.page);
    const asked: (string | null)[] = [];
    for (const { page } of [ana, ben]) {
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

    await go(lena.page, "/provider/appointments");
    const confirm = lena.page.getByRole("button", { name: "Confirm", exact: true });
    await expect.poll(() => confirm.count()).toBe(2);
    await checkAccessible(lena.page);
    await confirm.first().click();
    await approve(lena.page);
    await expect.poll(() => confirm.count()).toBe(1);
    await confirm.first().click();
    await approve(lena.page);
    await lena.page
      .getByText(/That time has just been taken/)
      .first()
      .waitFor();
    const confirmed = async () =>
      (
        await Promise.all([ana, ben].map(({ page }) => page.getByText("Confirmed", { exact: true }).count()))
      ).toSorted();
    await expect.poll(confirmed, { timeout: 20_000 }).toEqual([0, 1]);
  });

  test("9. The patient revokes: the open page loses access, and a new read is refused in words and recorded", async () => {
    await go(lena.page, `/provider/patients/${ANA}`);
    await lena.page.getByRole("link", { name: /^Open.*Hba1c report/ }).click();
    await lena.page.frameLocator("iframe").getByText("VELVET-OTTER-731").waitFor();

    await go(ana.page, "/patient/consents");
    await checkAccessible(ana.page);
    await ana.page.getByRole("button", { name: "Revoke", exact: true }).first().click();
    const sure = ana.page.getByRole("dialog", { name: /^Revoke the consent/ });
    await sure.waitFor();
    await checkAccessible(ana.page);
    await sure.getByRole("button", { name: "Revoke", exact: true }).click();
    await approve(ana.page);

    await lena.page.getByText("This record was closed").waitFor();
    expect(await lena.page.locator("iframe").count()).toBe(0);
    await checkAccessible(lena.page);
    const reasons = await askGateway(stack, { index: 4, subject: ANA, subjectIndex: 2 });
    expect(new Set(reasons)).toEqual(new Set(["consent-revoked"]));
    await go(ana.page, "/patient/activity");
    await ana.page
      .getByText(/^Dr Lena Lindqvist tried to open .* and was refused: you had revoked the consent\.$/)
      .first()
      .waitFor();
  });

  test("10. A consent of a minute ends by the clock alone", async () => {
    const { page } = ana;
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
    await page.getByRole("button", { name: "Sign", exact: true }).click();
    await approve(page);
    await page.getByText("Your consent is in force.").waitFor();

    await go(lena.page, `/provider/patients/${ANA}`);
    await lena.page
      .getByRole("region", { name: /^Lab results/ })
      .getByRole("link", { name: /^Open/ })
      .first()
      .click();
    await lena.page
      .frameLocator("iframe")
      .getByText(/VELVET-OTTER-731|BRASS-LYNX-918/)
      .waitFor();
    await lena.page.getByText("This record was closed").waitFor({ timeout: 130_000 });
    expect(Date.now()).toBeGreaterThanOrEqual(end.getTime());
    const reasons = await askGateway(stack, { index: 4, subject: ANA, subjectIndex: 2 });
    expect(new Set(reasons)).toEqual(new Set(["consent-expired"]));
  });

  test("11. An auditor verifies everything, in the page and by the command", async () => {
    await go(rosa.page, "/registrar/auditors");
    await rosa.page.getByLabel("Their address").fill(INES);
    await checkAccessible(rosa.page);
    await rosa.page.getByRole("button", { name: "Appoint", exact: true }).click();
    await approve(rosa.page);
    await rosa.page.getByText("In office").first().waitFor();

    ines = await arrive(browser, { url: stack.url, name: "Ines Weber", ...heard });
    await ines.page.getByText(/All histories are genuine and complete as of block/).waitFor();
    await checkAccessible(ines.page);
    await ines.page.getByLabel("Block hash that you trust").fill(await trustedBlock(stack.rpcUrl));
    await ines.page.getByRole("button", { name: "Verify again" }).click();
    await ines.page.getByText(/All histories are genuine and complete as of block/).waitFor();
    const { code, said } = await audit(["--block", await trustedBlock(stack.rpcUrl)]);
    expect(said).toMatch(/^GENUINE AND COMPLETE/);
    expect(code).toBe(0);
  });

  test("12. The service is killed in the middle of an act and started again: nothing is lost, nothing doubled", async () => {
    const before = await listEverything(stack, 8);
    await go(ana.page, "/patient/appointments");
    await ana.page.getByRole("button", { name: "Call it off" }).first().click();
    await ana.page.getByRole("dialog").getByRole("button", { name: "Call it off" }).click();
    const handedIn = ana.page.waitForResponse((response) => response.url().endsWith("/api/relay"));
    await approve(ana.page);
    expect((await handedIn).status()).toBe(202);
    await stack.killService();
    await stack.startService();
    await ana.page.getByText("Called off", { exact: true }).first().waitFor({ timeout: 90_000 });
    const after = await listEverything(stack, 8);
    expect(after.rows.slice(0, before.rows.length)).toEqual(before.rows);
    expect(new Set(after.rows).size).toBe(after.rows.length);
    expect(after.rows.length).toBeGreaterThan(before.rows.length);
    expect(after.receipts).toEqual(before.receipts);
  });

  test("11b. One row is altered and one removed while the service is stopped: page and command name exactly these", async () => {
    await stack.stopService();
    const database = await PGlite.create(join(stack.dataDir, "database"));
    const altered = await database.query<{ tx: string; block: number }>(
      "update acts set args = jsonb_set(args, '{grantee}', to_jsonb($1::text)) where act = 'Revoked' returning tx, block",
      [INES],
    );
    const removed = await database.query<{ tx: string; block: number }>(
      "delete from acts where act = 'Requested' returning tx, block",
    );
    await database.close();
    expect([altered.rows.length, removed.rows.length]).toEqual([1, 1]);
    await stack.startService();

    await ines.page.goto(`${stack.url}/auditor`);
    await ines.page.getByText("something does not match the ledger").waitFor();
    const findings = ines.page.getByRole("list", { name: "Findings" });
    await findings.getByText("The service shows an altered row").waitFor();
    await findings.getByText("The service leaves a row out").waitFor();
    await findings.getByText(/args\.grantee: the ledger says/).waitFor();
    await checkAccessible(ines.page);
    const { code, said } = await audit([]);
    expect(code).toBe(1);
    expect(said).toMatch(
      new RegExp(`Altered: Revoked of ${ANA} .*block ${altered.rows[0]?.block}, .*args\\.grantee is`),
    );
    expect(said).toMatch(new RegExp(`does not show this act: Requested of .*block ${removed.rows[0]?.block},`));
  });

  test("13. Searched byte by byte, nothing that must stay secret is anywhere but with the patient", async () => {
    const secrets = await openSecrets(stack, { index: 2, kitFile, passphrase: PASSPHRASE });
    expect(secrets.length).toBeGreaterThanOrEqual(13);
    await stack.stopService();
    const photo = files.photo.buffer.subarray(2_000, 2_048);
    const needles = [
      ...Object.entries(secretWords).map(([name, text]) => needleOfText(name, text)),
      needleOfBytes("photo", photo),
      needleOfText("passphrase", PASSPHRASE),
      ...secrets.map(({ name, bytes }) => needleOfBytes(name, bytes)),
    ];
    const tables = await readTables(join(stack.dataDir, "database"));
    const places = {
      disk: await readFolder(stack.dataDir),
      tables,
      traffic: Buffer.from(traffic.join("\n"), "latin1"),
    };
    for (const [place, hay] of Object.entries(places)) expect([place, ...find(hay, needles)]).toEqual([place]);
    // The search finds what is there: the doctor's public card, and the patient's address.
    expect(find(places.disk, [needleOfText("card", "Dr Lena Lindqvist")])).toEqual(["card"]);
    expect(find(tables, [needleOfText("address", ANA)])).toEqual(["address"]);
    expect(find(places.traffic, [needleOfText("address", ANA)])).toEqual(["address"]);

    const chain = await readChain(stack.rpcUrl);
    const words = [...categories, ...purposes.map(({ code, label, phrase }) => ({ id: code, label, phrase }))];
    const names = ["Ana Silva", "Dr Lena Lindqvist", "MC-20418", "Hba1c report", "hba1c-report.pdf", "My sugar values"];
    const onChain = [
      ...words.flatMap(({ id, label, phrase }) => [id, label, phrase].map((word) => needleOnChain(word, word))),
      ...[...names, ...Object.values(secretWords)].map((name) => needleOnChain(name, name)),
      needleOnChain("sentence", "This consent covers your lab results and imaging, for treatment."),
    ];
    expect(find(chain.bytes, onChain)).toEqual([]);
    expect(chain.transactions).toBeGreaterThan(15);
    expect(chain.stored).toBeGreaterThan(30);
    expect(find(chain.bytes, [needleOfBytes("address", Buffer.from(ANA.slice(2), "hex"))])).toEqual(["address"]);
  });
});
