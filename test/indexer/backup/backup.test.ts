// An operator whose machine is gone brings the service back from a backup and the chain, and everybody finds what they had.

import { appendFile, copyFile, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toBase64Url } from "#protocol/bytes.ts";
import { backUp } from "#indexer/backup/index.ts";
import { restore } from "#indexer/backup/restore.ts";
import { readConfig } from "#indexer/config.ts";
import type { RunningService } from "#indexer/index.ts";
import { people, startChain } from "../support/chain.ts";
import type { TestChain } from "../support/chain.ts";
import { onPostgres, openTestDatabase } from "../support/database.ts";
import { addSealed, giveConsent, read, signInToRead } from "../support/reading.ts";
import type { Consent, Sealed } from "../support/reading.ts";
import { environment, eventually, makeFolder, startTestService } from "../support/service.ts";
import { enrol } from "../support/story.ts";

const PASSPHRASE = "correct horse battery staple";

describe("A backup", () => {
  let chain: TestChain;
  let old: Awaited<ReturnType<typeof makeFolder>>;
  let consent: Consent;
  let blood: Sealed;
  let file: string;
  let answers: unknown;

  const config = (folder: string) => readConfig(environment(chain, folder));

  /** What the people of this story are told about what is theirs. */
  async function askAll(running: RunningService): Promise<unknown> {
    const asAna = await signInToRead(running, people.ana);
    const asLena = await signInToRead(running, people.lena);
    const ask = async (reader: typeof asAna, path: string) => {
      const { body } = await reader.call("GET", path);
      return body;
    };
    return {
      receipts: await ask(asAna, "/api/receipts?as=subject"),
      consents: await ask(asAna, "/api/consents?as=subject"),
      given: await ask(asLena, "/api/consents?as=grantee"),
      documents: await ask(asAna, `/api/documents?subject=${people.ana.address}`),
      trail: ((await ask(asAna, "/api/trail")) as { items: object[] }).items.map((item) => ({ ...item, final: null })),
    };
  }

  beforeAll(async () => {
    chain = await startChain();
    old = await makeFolder();
    // The gateway's key is the folder's own here, as in production.
    const running = await startTestService(chain, old.folder);
    const [ana, lena] = await Promise.all([enrol(chain, people.ana), enrol(chain, people.lena)]);
    const as = await signInToRead(running, people.ana);
    const vault = new TextEncoder().encode("not a vault");
    await running.service.database.query(
      "insert into vaults (account, revision, digest, vault, changed_at) values ($1, 1, $2, $3, 5)",
      [people.ana.address, "0x12", vault],
    );
    await running.service.database.query(
      "insert into member_keys (organisation, member, public_key, box, at) values ($1, $2, $3, $4, 6)",
      [people.clinic.address, people.lena.address, "0x34", Uint8Array.of(0, 255, 7)],
    );
    blood = await addSealed({ running, chain }, { subject: ana, as });
    consent = await giveConsent({ running, chain }, { subject: ana, grantee: lena, as });
    const asLena = await signInToRead(running, people.lena);
    const answer = await read({ running, chain }, { reader: asLena, consent, documents: [blood.document] });
    expect(answer.results[0]?.status).toBe("released");
    await running.service.sync.waitFor(Number(await chain.client.getBlockNumber()), 20_000);
    answers = await askAll(running);
    await running.stop();
    await copyFile(chain.deploymentFile, join(old.folder, "deployment.json"));
    file = join(old.folder, "one.placet");
    const counts = await backUp(config(old.folder), { file, passphrase: PASSPHRASE, blocks: true });
    expect(counts).toMatchObject({ tables: { vaults: 1, member_keys: 1, receipts: 1, seals: 1 } });
    expect(counts.blocks).toBeGreaterThan(0);
  });
  afterAll(async () => {
    await chain.stop();
    await old.remove();
  });

  it("put into an empty place brings everything back, and reading goes on under the same chain of receipts", async () => {
    const place = await makeFolder();
    const { head } = await restore(config(place.folder), { file, passphrase: PASSPHRASE });
    expect(head.chainId).toBe(chain.deployment.chainId);
    expect((await stat(join(place.folder, "gateway.json"))).mode & 0o777).toBe(0o600);
    const running = await startTestService(chain, place.folder);
    try {
      expect(running.service.gateway.address).toBe(head.gateway);
      await eventually(async () => {
        const rows = await running.service.database.query("select 1 from openings where state = 'held'");
        return rows.length === 1;
      });
      expect(await askAll(running)).toEqual(answers);
      const [vault] = await running.service.database.query<{ vault: Uint8Array }>("select vault from vaults");
      expect(new TextDecoder().decode(vault?.vault)).toBe("not a vault");
      const [shared] = await running.service.database.query("select *, encode(box, 'hex') as box from member_keys");
      const [organisation, member] = [people.clinic.address, people.lena.address];
      expect(shared).toEqual({ organisation, member, public_key: "0x34", box: "00ff07", at: 6 });
      const asLena = await signInToRead(running, people.lena);
      const answer = await read({ running, chain }, { reader: asLena, consent, documents: [blood.document] });
      expect(answer.results[0]?.status).toBe("released");
      expect(answer.receipt?.body.number).toBe(2);
    } finally {
      await running.stop();
      await place.remove();
    }
  }, 120_000);

  it("is a file that only its owner may read, and tells nothing without its passphrase", async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const bytes = await readFile(file);
    for (const secret of ["placet-gateway", "deployment", toBase64Url(blood.dek)])
      expect(bytes.includes(secret)).toBe(false);
    const place = await makeFolder();
    for (const passphrase of [null, "another one"])
      await expect(restore(config(place.folder), { file, passphrase })).rejects.toMatchObject({ code: "wrong-key" });
    await place.remove();
  }, 60_000);

  it("that was cut short or changed restores nothing", async () => {
    const place = await makeFolder();
    const plain = join(old.folder, "plain.placet");
    await backUp(config(old.folder), { file: plain, passphrase: null, blocks: false });
    const size = { sealed: (await stat(file)).size, plain: (await stat(plain)).size };
    const damage: [string, number, (copy: string) => Promise<void>][] = [
      [file, 0, (copy) => truncate(copy, size.sealed - 10)],
      [file, 1, (copy) => appendFile(copy, "more")],
      [plain, 2, (copy) => truncate(copy, size.plain - 20)],
      [plain, 3, (copy) => truncate(copy, Math.floor(size.plain / 2))],
    ];
    for (const [from, place_, harm] of damage) {
      const copy = join(old.folder, `copy-${place_}.placet`);
      await copyFile(from, copy);
      await harm(copy);
      await expect(restore(config(place.folder), { file: copy, passphrase: PASSPHRASE })).rejects.toMatchObject({
        code: expect.stringMatching(/^(tampered|wrong-key)$/),
      });
    }
    await expect(stat(join(place.folder, "gateway.json"))).rejects.toThrow();
    await place.remove();
  }, 60_000);

  it("never goes over what is there: neither a file, nor a key, nor rows", async () => {
    const again = { file, passphrase: PASSPHRASE };
    await expect(backUp(config(old.folder), { ...again, blocks: false })).rejects.toMatchObject({ code: "conflict" });
    await expect(restore(config(old.folder), again)).rejects.toMatchObject({ code: "conflict" });
    const place = await makeFolder();
    await writeFile(join(place.folder, "gateway.json"), "another key");
    await expect(restore(config(place.folder), again)).rejects.toMatchObject({ code: "conflict" });
    expect(await readFile(join(place.folder, "gateway.json"), "utf8")).toBe("another key");
    await place.remove();
  }, 60_000);

  it.runIf(onPostgres)(
    "made beside a running service holds up nobody, and is that service at one moment",
    async () => {
      const running = await startTestService(chain, old.folder);
      const place = await makeFolder();
      try {
        const { database } = running.service;
        const asLena = await signInToRead(running, people.lena);
        const beside = join(old.folder, "beside.placet");
        const backingUp = await database.transaction(async (tx) => {
          // The last table that a backup comes to: there it has to wait, while the world goes on.
          await tx.execute("lock table vaults in access exclusive mode");
          const begun = backUp(config(old.folder), { file: beside, passphrase: null, blocks: true });
          await eventually(async () => {
            const waiting = "select 1 from pg_locks where relation = 'vaults'::regclass and not granted";
            return (await database.query(waiting)).length === 1;
          });
          const answer = await read({ running, chain }, { reader: asLena, consent, documents: [blood.document] });
          expect(answer.receipt?.body.number).toBe(2);
          await tx.query("update vaults set revision = 2");
          return { counts: begun };
        });
        const counts = await backingUp.counts;
        expect(counts).toMatchObject({ tables: { vaults: 1, member_keys: 1, receipts: 1, seals: 1 } });
        expect(counts.blocks).toBeGreaterThan(0);

        await restore(config(place.folder), { file: beside, passphrase: null });
        const restored = await openTestDatabase(place.folder);
        const rows = await restored.query("select r.number, v.revision from receipts r, vaults v");
        await restored.close();
        expect(rows).toEqual([{ number: 1, revision: 1 }]);
        expect(
          await database.query("select max(r.number) as number, max(v.revision) as revision from receipts r, vaults v"),
        ).toEqual([{ number: 2, revision: 2 }]);
      } finally {
        await running.stop();
        await place.remove();
      }
    },
    60_000,
  );
});
