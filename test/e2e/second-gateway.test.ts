// A patient with two gateways, in a real browser on two real services over one ledger: she trusts a second one, it is handed
// what it needs and opens a record for her doctor, whose own app asks it where the first hands nothing over; while it is away
// her work goes on and it gets the rest later; a record that she erases is destroyed at both; and once she drops it, it opens
// nothing.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { toBase64Url, toHex } from "#protocol/bytes.ts";
import { READ } from "#protocol/codes/index.ts";
import {
  decodeManifest,
  encryptDocument,
  makeSeal,
  manifestCid,
  openOwner,
  typedAskHeld,
} from "#protocol/documents/index.ts";
import { decodeErasure, requireErasure } from "#protocol/erasure/index.ts";
import { deriveVaultAccount, fingerprint } from "#protocol/keys/index.ts";
import { receiptSchema, verifyReceipt } from "#protocol/receipts/index.ts";
import { buildApp } from "#scripts/build/app.ts";
import { prepareDatabase } from "#scripts/build/database.ts";
import { demoAccount } from "#scripts/demo-people.ts";
import { grantAll, readDocuments, type Given } from "#scripts/demo/consents.ts";
import { enrol, openPeopleFile } from "#scripts/demo/enrol.ts";
import { ownId, relayActs, signIn, type Enrolled, type Participant } from "#scripts/demo/participant.ts";
import { openStage, type Stage } from "#scripts/demo/stage.ts";
import { pickAnyPort, startOnFreePort } from "#scripts/stack/ports.ts";
import { startService, type RunningService } from "#scripts/stack/service.ts";
import { launchBrowser } from "./browser.ts";
import { approve, arrive, checkAccessible, takePictures } from "./person.ts";
import { startStack, type Stack } from "./stack.ts";
import { go } from "./story/enrolment.ts";

const ANA = 2;
const LENA = 4;
const NOOR = 6;
/** An account of the development chain that is nobody's in the demonstration. */
const SECOND_GATEWAY = 15;

let stack: Stack;
let browser: Browser;
let second: RunningService;
let page: Page;
let ana: Enrolled;
let lena: Participant & { secretKey: Uint8Array };
let given: Given;
let givenAtFirst: Given;
/** The stage as the second gateway shows it. */
let two: Stage;
const folders: string[] = [];

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "placet-second-"));
  folders.push(folder);
  return folder;
}

/** How often Ana re-keyed: when she tells those who hold her consents of another gateway, she does. */
const readEpoch = async () => z.number().parse(await two.readLedger({ functionName: "epochOf", args: [ana.address] }));
let epochBefore = 0;

let startSecond: (port: number) => Promise<RunningService>;

beforeAll(async () => {
  // Both have the documents' bytes, as two operators' IPFS nodes would that know each other.
  const blocks = await makeFolder();
  // What was taken out can be erased as soon as a service has read it.
  const final = { PLACET_FINALITY_SECONDS: "0" };
  [stack, browser] = await Promise.all([startStack({ env: { PLACET_BLOCKS: blocks, ...final } }), launchBrowser()]);
  const { rpcUrl } = stack;
  const [dataDir, app] = await Promise.all([makeFolder(), buildApp({ demo: true })]);
  await prepareDatabase(dataDir);
  const env = {
    PLACET_GATEWAY_KEY: toHex(demoAccount(SECOND_GATEWAY).getHdKey().privateKey ?? new Uint8Array(32)),
    PLACET_DEPLOYMENT: join(stack.dataDir, "deployment.json"),
    PLACET_BLOCKS: blocks,
    ...final,
  };
  startSecond = (port) => startService({ dataDir, rpcUrl, app, port, demo: true, env });
  second = await startOnFreePort({ choosePort: pickAnyPort, start: startSecond });

  // Her doctor's consents, given past the app: the words of the first are told to the second gateway alone, so that the first
  // service can list what it covers (by the other) and has to refuse what is asked under it.
  const file = await openPeopleFile(join(stack.dataDir, "demo-people.json"));
  const one = await openStage({ url: stack.url, rpcUrl });
  two = await openStage({ url: second.url, rpcUrl });
  ana = await enrol(one, { person: await signIn(one, { index: ANA }), file });
  const { key } = await enrol(one, { person: await signIn(one, { index: LENA }), file });
  lena = { ...(await signIn(two, { index: LENA })), secretKey: key.secretKey };
  const wish = { key: "second gateway", grantee: lena.address, ops: READ, categories: ["labs"], purposes: ["TREAT"] };
  [given] = (await grantAll({ ...one, gateway: two.gateway }, ana, [
    { ...wish, expiresAt: one.now + 900 * 86_400 },
  ])) as [Given];
  [givenAtFirst] = (await grantAll(one, ana, [{ ...wish, key: "first gateway", expiresAt: one.now + 1_800 }])) as [
    Given,
  ];
  await Promise.all([addNewerVersion(one), sealFiledRecord(one)]);
}, 600_000);
afterAll(async () => {
  if (browser) await takePictures(browser, "second-gateway");
  await browser?.close();
  await second?.stop();
  await stack?.stop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A second version of a picture of hers: of the first one the service goes on holding a seal. */
async function addNewerVersion(stage: Stage): Promise<void> {
  const { items } = await ana.call.get("/api/seals?limit=200", sealsShape);
  const document = ownId(ana, "document ana-chest-film");
  expect(items.map((one) => one.document)).toContain(document);
  const bytes = new Uint8Array(await new Blob(["Taken again."]).arrayBuffer());
  const { digest: manifest } = await encryptDocument({
    ...{ place: stage.place, subject: ana.address, author: ana.address, subjectKey: ana.key.publicKey },
    source: new Blob([bytes]),
    metadata: {
      ...{ category: "imaging", title: "Chest X-ray, taken again", fileName: "again.txt", mediaType: "text/plain" },
      ...{ size: bytes.length, recordedOn: "2026-01-15", addedAt: stage.now, tags: [] },
    },
    ...{ document, version: 2, onBlock: ana.call.putBlock },
  });
  const args = { subject: ana.address, document, manifest, version: 2, deadline: stage.now + 3_600 };
  await relayActs(stage, ana, [{ act: { name: "anchor", args } }]);
}

/** What the laboratory filed gets a seal of its author's, as one gives it who holds the compartment's key. */
async function sealFiledRecord(stage: Stage): Promise<void> {
  const noor = await signIn(stage, { index: NOOR });
  const filed = (await listDocuments()).find(({ author }) => author === noor.address);
  const document = (filed?.document ?? "0x") as Hex;
  const { owner } = decodeManifest(await ana.call.getBlock(manifestCid((filed?.manifest ?? "0x") as Hex)));
  const name = { place: stage.place, subject: ana.address, document };
  const dek = openOwner({ ...name, version: 1 }, { secretKey: ana.key.secretKey, owner });
  const sealing = { version: 1, category: "labs", epoch: 0, keyedBy: "category" as const, dek };
  const key = ana.compartments.keyOf("labs", 0);
  const gateway = stage.gateway.address;
  const seal = toBase64Url(makeSeal({ ...name, gateway }, { ...sealing, key, gatewayKey: stage.gateway.key }));
  const seals = [{ subject: ana.address, document, version: 1, seal }];
  const signed = { body: { seals }, key: noor.sessionKey, account: noor.address, gateway };
  await noor.call.sendSigned("PUT", "/api/seals", signed, z.unknown());
}

const button = (name: string) => page.getByRole("button", { name, exact: true });
const host = (): string => new URL(second.url).host;
const item = () => page.getByRole("listitem").filter({ hasText: host() });

const documentsShape = z.object({
  items: z.array(z.object({ document: z.string(), status: z.number(), author: z.string(), manifest: z.string() })),
});
const listDocuments = async () => (await ana.call.get("/api/documents?limit=200", documentsShape)).items;

const sealsShape = z.object({
  items: z.array(z.object({ document: z.string(), version: z.number(), keyedBy: z.string() })),
});
type HeldSeal = z.output<typeof sealsShape>["items"][number];
const nameSeal = ({ document, version, keyedBy }: HeldSeal): string => `${document} ${version} ${keyedBy}`;

/** Her live documents that the first gateway can open: also what others filed and she has not accepted. */
async function listShared(): Promise<string[]> {
  const { items } = await ana.call.get("/api/seals?limit=200", sealsShape);
  const sealed = new Set(items.map(({ document }) => document));
  return (await listDocuments())
    .filter(({ document, status }) => status === 1 && sealed.has(document))
    .map((one) => one.document);
}

/** The seals that the second gateway says it holds of hers. */
async function askSeals(): Promise<HeldSeal[]> {
  const told = { subject: ana.address, time: Math.floor(Date.now() / 1000) };
  const vault = privateKeyToAccount(deriveVaultAccount(ana.root));
  const signature = await vault.signTypedData(typedAskHeld(two.place, { ...told, gateway: two.gateway.address }));
  const response = await fetch(`${second.url}/api/entrusted/held`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...told, signature }),
  });
  return sealsShape.parse(await response.json()).items;
}

/** The documents that they are of. */
const askHeld = async (): Promise<string[]> => [...new Set((await askSeals()).map(({ document }) => document))];

/** What her doctor gets to read from the second gateway. */
async function readAtSecond(consent = given) {
  const documents = (await listDocuments()).map(({ document }) => document as `0x${string}`);
  return readDocuments(two, lena, { consent, documents, purpose: "TREAT" });
}

/** She presses, and signs, the end of the consent that the first gateway was told of; gives the dialog. */
async function signEnd(): Promise<Locator> {
  const { grantee, scope } = givenAtFirst;
  await go(page, `/patient/consents/${grantee.toLowerCase()}-${scope}`);
  await button("Revoke").click();
  const sure = page.getByRole("dialog", { name: /^Revoke the consent/ });
  await sure.getByRole("button", { name: "Revoke", exact: true }).click();
  await approve(page);
  return sure;
}

test("Ana trusts a second gateway after she compared its numbers, and it is handed what it needs", async () => {
  ({ page } = await arrive(browser, { url: stack.url, name: "Ana Silva" }));
  await page.goto(`${stack.url}/keys`);
  await button("Fill in what the demo gave this person").click();
  await button("Unlock").click();
  await page.getByRole("link", { name: "See and add gateways" }).click();
  await page.getByRole("heading", { name: "Gateways you trust", level: 1 }).waitFor();
  // What is no gateway, and the one that she uses already, is refused in words.
  const url = page.getByLabel("Web address of the gateway");
  await url.fill("http://gateway.example");
  await button("Look it up").click();
  await page.getByText("This is no web address of a gateway.").first().waitFor();
  // A port that no page may ask.
  await url.fill("http://127.0.0.1:9");
  await button("Look it up").click();
  await page.getByText("did not answer, or is no gateway that lets your page ask it").waitFor();
  await url.fill(stack.url);
  await button("Look it up").click();
  await page.getByText("This is the service that you use already.").waitFor();
  await checkAccessible(page);

  await url.fill(second.url);
  await button("Look it up").click();
  await page.getByRole("heading", { name: "Is this the gateway you mean?" }).waitFor();
  const numbers = fingerprint({ account: two.gateway.address, publicKey: two.gateway.key });
  await page.getByText(numbers).waitFor();
  await checkAccessible(page);
  expect(await readAtSecond()).toMatchObject({ titles: [] });
  epochBefore = await readEpoch();
  await button("Trust this gateway").click();
  await item().getByText("Can hand over all of your").waitFor();
  await checkAccessible(page);
});

test("the second gateway holds seals of all her records, and opens those for her doctor that the consent covers", async () => {
  // Older versions, and what she has not accepted, too: as much as the first can open for whoever has her consent.
  const { items } = await ana.call.get("/api/seals?limit=200", sealsShape);
  const shared = await listShared();
  const atFirst = items.filter(({ document }) => shared.includes(document)).map(nameSeal);
  expect(atFirst).toContain(`${ownId(ana, "document ana-chest-film")} 1 category`);
  await expect
    .poll(async () => (await askSeals()).map(nameSeal), { timeout: 30_000 })
    .toEqual(expect.arrayContaining(atFirst));
  expect(shared.length).toBeGreaterThan(10);
  expect((await askHeld()).toSorted()).toEqual(shared.toSorted());
  await item().getByText(`Can hand over all of your ${shared.length} records`).waitFor();
  const { titles } = await readAtSecond();
  expect(titles).toContain("Full blood count");
  expect(titles).not.toContain("Chest X-ray, front view");
});

test("her doctor's service refuses, and his app opens the record by the second, after one window that it told of", async () => {
  // Those who hold a consent were told of the second by fresh capsules: the ledger names them.
  await expect.poll(readEpoch, { timeout: 30_000 }).toBeGreaterThan(epochBefore);
  const { page: doctor, context } = await arrive(browser, { url: stack.url, name: "Dr Lena Lindqvist" });
  await doctor.goto(`${stack.url}/keys`);
  await doctor.getByRole("button", { name: "Fill in what the demo gave this person" }).click();
  await doctor.getByRole("button", { name: "Unlock", exact: true }).click();
  await doctor.getByRole("heading", { name: "Keys and recovery", level: 1 }).waitFor();
  const fetched = new Set<string>();
  context.on("request", (request) => fetched.add(request.url()));
  const chart = `/provider/patients/${ana.address}`;
  await go(doctor, chart);
  const open = doctor.getByRole("link", { name: /^Open/ });
  await open.first().click();
  await doctor.getByRole("heading", { name: "This service does not hand it over" }).waitFor();
  await doctor.getByText("The words of this consent have not reached the gateway yet.").waitFor();
  await doctor.getByText(`Your wallet opens one window, in which you sign in to ${host()}.`).waitFor();
  await checkAccessible(doctor);
  await doctor.getByRole("button", { name: `Sign in to ${host()} and open it` }).click();
  expect(await approve(doctor)).toContain("I want to read records at the gateway that is named below");
  const handed = doctor.getByText(new RegExp(`^Handed over by ${host()}, which .* trusts, and not by this service`));
  await handed.waitFor();
  await checkAccessible(doctor);
  // Of this read his own service has no receipt: he can keep the other's.
  const saving = doctor.waitForEvent("download");
  await doctor.getByRole("button", { name: "Save its receipt" }).click();
  const receipt = receiptSchema.parse(JSON.parse(await readFile(await (await saving).path(), "utf8")));
  expect(await verifyReceipt(receipt)).toBe("wallet");
  expect(receipt.body).toMatchObject({ gateway: two.gateway.address, subject: ana.address });

  // The next one needs no window, also where the service answers nothing and has lost the record's bytes.
  await context.route("**/api/releases", (route) => route.abort());
  await context.route("**/api/blocks/*", (route) =>
    fetched.has(route.request().url()) ? route.continue() : route.abort(),
  );
  await go(doctor, chart);
  await open.last().click();
  await handed.waitFor();
  await context.close();

  await button(`See what was opened by ${host()}`).click();
  const read = item().getByText(/^Dr Lena Lindqvist opened “.*”, for treatment/);
  await read.first().waitFor();
  expect(await read.count()).toBeGreaterThan(1);
  expect(
    await item()
      .getByText(/Receipt \d+ of .*, checked on this device\.$/)
      .count(),
  ).toBeGreaterThan(1);
  await checkAccessible(page);
});

test("while it is away she adds a record all the same, and hands it over when it is back", async () => {
  const before = await askHeld();
  await second.stop();
  await go(page, "/patient/records/add");
  const note = { name: "knee-note.txt", mimeType: "text/plain", buffer: Buffer.from("Knee is better.\n") };
  await page.locator("input[type=file]").setInputFiles([note]);
  await page.getByLabel("Category").selectOption({ label: "Lab results" });
  await button("Encrypt and add").click();
  await approve(page);
  await page.getByText("The record was added.").waitFor();
  await page.getByRole("link", { name: "Home" }).first().click();
  await page.getByText(`1 record is not yet handed to ${host()}.`).waitFor();
  await checkAccessible(page);
  // What she ends meanwhile it is not told at once: that is said, and is all that comes of it.
  await page.context().route("**/api/relay", (route) => route.abort());
  const sure = await signEnd();
  const untold = page.getByText(`Not told of the end at once: ${host()}.`);
  await untold.waitFor();
  await sure.getByRole("alert").waitFor();
  await sure.getByRole("button", { name: "Keep it" }).click();
  // It stays until she has read it.
  const told = page.locator("[data-live-region] > *").filter({ has: untold });
  await told.getByRole("button", { name: "Close" }).click();
  await untold.waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Home" }).first().click();

  second = await startSecond(Number(new URL(second.url).port));
  await button(`Try again now: ${host()}`).click();
  await expect.poll(askHeld, { timeout: 30_000 }).toHaveLength(before.length + 1);
  await page.getByText(`not yet handed to ${host()}`).waitFor({ state: "detached" });
});

test("she ends a consent while her service sends nothing on, and the second stops as soon as she has signed", async () => {
  expect((await readAtSecond(givenAtFirst)).reasons).not.toContain("revoke-received");
  const sure = await signEnd();
  await expect
    .poll(async () => new Set((await readAtSecond(givenAtFirst)).reasons), { timeout: 30_000, interval: 500 })
    .toEqual(new Set(["revoke-received"]));
  await sure.getByRole("alert").waitFor();
  await page.context().unroute("**/api/relay");
  await sure.getByRole("button", { name: "Revoke", exact: true }).click();
  await approve(page);
  await sure.waitFor({ state: "detached" });
  expect(new Set((await readAtSecond(givenAtFirst)).reasons)).toEqual(new Set(["consent-revoked"]));
  // What failed before stays at the edge of the page until she takes it away.
  const failed = page.getByRole("button", { name: /^Hide this: Revoke the consent/ });
  const takeAway = async () => {
    const count = await failed.count();
    // One that is done leaves by itself.
    if (count > 0)
      await failed
        .first()
        .click({ timeout: 1_000 })
        .catch(() => undefined);
    return count;
  };
  await expect.poll(takeAway, { timeout: 30_000 }).toBe(0);
});

test("she has a record erased, and the second certifies beside the first that it destroyed what it held", async () => {
  const before = await askHeld();
  await go(page, "/patient/records");
  await page
    .getByRole("link", { name: /knee.note/i })
    .first()
    .click();
  await button("Withdraw").waitFor();
  const document = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  expect(before).toContain(document);
  await button("Withdraw").click();
  await page
    .getByRole("dialog", { name: /^Withdraw/ })
    .getByRole("button", { name: "Withdraw", exact: true })
    .click();
  await approve(page);
  await button("Erase for good …").click();
  const sure = page.getByRole("dialog", { name: /^Erase/ });
  await sure.getByText(`The other gateways you trust are asked to do the same: ${host()}.`).waitFor();
  await checkAccessible(page);
  // Neither says yes until it has read the end for good: then it is asked again, as a patient would.
  const press = async (again: Locator, done: () => Promise<boolean>) => {
    const act = async () => {
      if (!(await done())) await again.click({ timeout: 1_000 }).catch(() => undefined);
      return done();
    };
    await expect.poll(act, { timeout: 90_000, interval: 500 }).toBe(true);
  };
  await press(sure.getByRole("button", { name: "Erase for good", exact: true }), () =>
    page.getByText(/^This record was erased on/).isVisible(),
  );
  await press(page.getByRole("button", { name: `Try again now: ${host()}` }).last(), () =>
    page.getByText(`${host()} destroyed it on`).isVisible(),
  );
  await checkAccessible(page);
  expect((await askHeld()).toSorted()).toEqual(before.filter((one) => one !== document).toSorted());

  await page.getByRole("link", { name: "See the certificate" }).click();
  await expect.poll(() => page.getByText("The signature was checked on this device.").count()).toBe(2);
  await checkAccessible(page);
  const saving = page.waitForEvent("download");
  await button(`Save the certificate of ${host()}`).click();
  const certificate = decodeErasure(new Uint8Array(await readFile(await (await saving).path())));
  const gateway = two.gateway.address;
  await requireErasure(certificate, { place: two.place, gateway, subject: ana.address, document: document as Hex });
  expect(certificate.body.seals).toBe(1);
});

test("she drops it, and it opens nothing any more", async () => {
  await go(page, "/patient/gateways");
  await item().getByText("Can hand over all of your").waitFor();
  await button(`Drop: ${host()}`).click();
  await page.getByText("What it handed over before stays with whoever got it.").waitFor();
  await checkAccessible(page);
  epochBefore = await readEpoch();
  await button("Drop this gateway").click();
  await page.getByRole("heading", { name: "Gateways you dropped" }).waitFor();
  await item().getByText("Can hand over all of your").waitFor({ state: "detached" });
  // What was opened there she can go on looking at.
  await button(`See what was opened by ${host()}`).click();
  await item()
    .getByText(/^Dr Lena Lindqvist opened “.*”, for treatment/)
    .first()
    .waitFor();
  await checkAccessible(page);
  expect(await askHeld()).toEqual([]);
  const { titles, reasons } = await readAtSecond();
  expect(titles).toEqual([]);
  expect(reasons).toContain("no-seal");
  // And nobody who has a consent of hers is told of it any more.
  await expect.poll(readEpoch, { timeout: 30_000 }).toBeGreaterThan(epochBefore);
  await button(`Take off this list: ${host()}`).click();
  await page.getByRole("heading", { name: "Gateways you dropped" }).waitFor({ state: "detached" });
});
