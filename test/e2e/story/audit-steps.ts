// Steps 11 to 13: what an auditor can prove, what a kill and a tampered database do, and what can be found byte by byte.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { expect, test } from "vitest";
import { toHex } from "#protocol/bytes.ts";
import { categories, purposes } from "#protocol/codes/index.ts";
import { projectRoot } from "#scripts/build/project-root.ts";
import { demoAccount } from "#scripts/demo-people.ts";
import { approve, arrive, checkAccessible } from "../person.ts";
import { ANA, INES, type Cast } from "./cast.ts";
import { files, secretWords } from "./documents.ts";
import { go, PASSPHRASE } from "./enrolment.ts";
import { listEverything, openSecrets } from "./past-the-app.ts";
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

/** Runs the auditor's command against node and service, as the demo's auditor. */
function audit(cast: Cast, more: string[]): Promise<{ code: number; said: string }> {
  const args = [
    "scripts/audit.ts",
    "--rpc",
    cast.stack.rpcUrl,
    "--deployment",
    join(cast.stack.dataDir, "deployment.json"),
    "--service",
    cast.stack.url,
    ...more,
  ];
  const env = { ...process.env, PLACET_AUDITOR_KEY: toHex(demoAccount(8).getHdKey().privateKey ?? new Uint8Array()) };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: projectRoot, env, maxBuffer: 1e8 }, (_, out, err) =>
      resolve({ code: child.exitCode ?? 2, said: out + err }),
    );
  });
}

/** The steps of proof; they rest on the steps of care. */
export function auditSteps(cast: Cast): void {
  test("11. An auditor verifies everything, in the page and by the command", async () => {
    await go(cast.rosa.page, "/registrar/auditors");
    await cast.rosa.page.getByLabel("Their address").fill(INES);
    await checkAccessible(cast.rosa.page);
    await cast.rosa.page.getByRole("button", { name: "Appoint", exact: true }).click();
    await approve(cast.rosa.page);
    await cast.rosa.page.getByText("In office").first().waitFor();

    cast.ines = await arrive(cast.browser, { url: cast.stack.url, name: "Ines Weber", ...cast.heard });
    await cast.ines.page.getByText(/All histories are genuine and complete as of block/).waitFor();
    await checkAccessible(cast.ines.page);
    await cast.ines.page.getByLabel("Block hash that you trust").fill(await trustedBlock(cast.stack.rpcUrl));
    await cast.ines.page.getByRole("button", { name: "Verify again" }).click();
    await cast.ines.page.getByText(/All histories are genuine and complete as of block/).waitFor();
    const { code, said } = await audit(cast, ["--block", await trustedBlock(cast.stack.rpcUrl)]);
    expect(said).toMatch(/^GENUINE AND COMPLETE/);
    expect(code).toBe(0);
  });

  test("12. The service is killed in the middle of an act and started again: nothing is lost, nothing doubled", async () => {
    const before = await listEverything(cast.stack, 8);
    await go(cast.ana.page, "/patient/appointments");
    await cast.ana.page.getByRole("button", { name: "Call it off" }).first().click();
    await cast.ana.page.getByRole("dialog").getByRole("button", { name: "Call it off" }).click();
    const handedIn = cast.ana.page.waitForResponse((response) => response.url().endsWith("/api/relay"));
    await approve(cast.ana.page);
    expect((await handedIn).status()).toBe(202);
    await cast.stack.killService();
    await cast.stack.startService();
    await cast.ana.page.getByText("Called off", { exact: true }).first().waitFor({ timeout: 90_000 });
    const after = await listEverything(cast.stack, 8);
    expect(after.rows.slice(0, before.rows.length)).toEqual(before.rows);
    expect(new Set(after.rows).size).toBe(after.rows.length);
    expect(after.rows.length).toBeGreaterThan(before.rows.length);
    expect(after.receipts).toEqual(before.receipts);
  });

  test("11b. One row is altered and one removed while the service is stopped: page and command name exactly these", async () => {
    await cast.stack.stopService();
    const database = await PGlite.create(join(cast.stack.dataDir, "database"));
    const altered = await database.query<{ tx: string; block: number }>(
      "update acts set args = jsonb_set(args, '{grantee}', to_jsonb($1::text)) where act = 'Revoked' returning tx, block",
      [INES],
    );
    const removed = await database.query<{ tx: string; block: number }>(
      "delete from acts where act = 'Requested' returning tx, block",
    );
    await database.close();
    expect([altered.rows.length, removed.rows.length]).toEqual([1, 1]);
    await cast.stack.startService();

    await cast.ines.page.goto(`${cast.stack.url}/auditor`);
    await cast.ines.page.getByText("something does not match the ledger").waitFor();
    const findings = cast.ines.page.getByRole("list", { name: "Findings" });
    await findings.getByText("The service shows an altered row").waitFor();
    await findings.getByText("The service leaves a row out").waitFor();
    await findings.getByText(/args\.grantee: the ledger says/).waitFor();
    await checkAccessible(cast.ines.page);
    const { code, said } = await audit(cast, []);
    expect(code).toBe(1);
    expect(said).toMatch(
      new RegExp(`Altered: Revoked of ${ANA} .*block ${altered.rows[0]?.block}, .*args\\.grantee is`),
    );
    expect(said).toMatch(new RegExp(`does not show this act: Requested of .*block ${removed.rows[0]?.block},`));
  });

  test("13. Searched byte by byte, nothing that must stay secret is anywhere but with the patient", async () => {
    const secrets = await openSecrets(cast.stack, { index: 2, kitFile: cast.kitFile, passphrase: PASSPHRASE });
    expect(secrets.length).toBeGreaterThanOrEqual(13);
    await cast.stack.stopService();
    const photo = files.photo.buffer.subarray(2_000, 2_048);
    const needles = [
      ...Object.entries(secretWords).map(([name, text]) => needleOfText(name, text)),
      needleOfBytes("photo", photo),
      needleOfText("passphrase", PASSPHRASE),
      ...secrets.map(({ name, bytes }) => needleOfBytes(name, bytes)),
    ];
    const tables = await readTables(join(cast.stack.dataDir, "database"));
    const places = {
      disk: await readFolder(cast.stack.dataDir),
      tables,
      traffic: Buffer.from(cast.traffic.join("\n"), "latin1"),
    };
    for (const [place, hay] of Object.entries(places)) expect([place, ...find(hay, needles)]).toEqual([place]);
    // The search finds what is there: the doctor's public card, and the patient's address.
    expect(find(places.disk, [needleOfText("card", "Dr Lena Lindqvist")])).toEqual(["card"]);
    expect(find(tables, [needleOfText("address", ANA)])).toEqual(["address"]);
    expect(find(places.traffic, [needleOfText("address", ANA)])).toEqual(["address"]);

    const chain = await readChain(cast.stack.rpcUrl);
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
}
