// The service ends without warning, again and again, while documents are being opened: no answer may ever have left
// without its receipt being on disk, and nothing may be numbered, anchored or sent twice.

import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { receiptHash, receiptSchema, verifyChain, type ReceiptBody } from "#protocol/receipts/index.ts";
import { actToJson, typedAct } from "#protocol/typed-data/index.ts";
import { readReceipt } from "#indexer/store/receipts.ts";
import type { RunningService } from "#indexer/index.ts";
import { people, startChain } from "../support/chain.ts";
import type { TestChain } from "../support/chain.ts";
import { addSealed, funded, giveConsent, read, signInToRead } from "../support/reading.ts";
import type { Consent, Reader, Sealed } from "../support/reading.ts";
import { openTestDatabase } from "../support/database.ts";
import { environment, eventually, makeFolder, startTestService } from "../support/service.ts";
import { enrol } from "../support/story.ts";

const main = fileURLToPath(new URL("../../../indexer/main.ts", import.meta.url));

describe("A service that is killed", () => {
  let chain: TestChain;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let running: RunningService;
  let consent: Consent;
  let blood: Sealed;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder, funded);
    const [ana, lena] = await Promise.all([enrol(chain, people.ana), enrol(chain, people.lena)]);
    const as = await signInToRead(running, people.ana);
    blood = await addSealed({ running, chain }, { subject: ana, as });
    consent = await giveConsent({ running, chain }, { subject: ana, grantee: lena, as });
    await running.stop();
  });
  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    await chain.stop();
    await folder.remove();
  });

  function startChild(): Promise<{ child: ChildProcess; url: string }> {
    const env = { ...process.env, ...environment(chain, folder.folder, { ...funded, PLACET_RECEIPT_INTERVAL: "1" }) };
    const child = fork(main, [], { env, stdio: ["ignore", "pipe", "ignore", "ipc"], execArgv: [] });
    children.push(child);
    return new Promise((resolve, reject) => {
      child.stdout?.once("data", (line: Buffer) =>
        resolve({ child, url: (JSON.parse(line.toString()) as { listening: string }).listening }),
      );
      child.once("exit", (code) => reject(new Error(`The service ended with ${code}.`)));
    });
  }

  it("has a receipt on disk for every answer that left it, without a gap, and anchors each once", async () => {
    const answered: ReceiptBody[] = [];
    for (const delay of [40, 260]) {
      const { child, url } = await startChild();
      const place = { running: { ...running, url }, chain };
      const asLena: Reader = await signInToRead({ ...running, url }, people.lena);
      let alive = true;
      const readers = Array.from({ length: 4 }, async () => {
        while (alive) {
          const answer = await read(place, { reader: asLena, consent, documents: [blood.document] }).catch(() => null);
          if (answer?.receipt) answered.push(receiptSchema.parse(answer.receipt).body);
        }
      });
      const before = answered.length;
      await eventually(async () => answered.length > before, 60_000);
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.removeAllListeners("exit");
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      alive = false;
      await Promise.all([ended, ...readers]);
    }
    expect(answered.length).toBeGreaterThanOrEqual(2);

    const database = await openTestDatabase(folder.folder);
    const { gateway } = answered[0] ?? { gateway: people.gateway.address };
    for (const body of answered) {
      expect((await readReceipt(database, { gateway, number: body.number }))?.hash).toBe(receiptHash(body));
    }
    await database.close();

    const again = await startTestService(chain, folder.folder, { ...funded, PLACET_RECEIPT_INTERVAL: "1" });
    try {
      const rows = await again.service.database.query<{ number: number; receipt: Uint8Array }>(
        "select number, receipt from receipts order by number",
      );
      const bodies = rows.map(({ receipt }) => receiptSchema.parse(JSON.parse(new TextDecoder().decode(receipt))).body);
      expect(verifyChain(bodies, { of: "gateway" }).number).toBe(rows.length);
      const anchored = await eventually(async () => {
        const at = { address: chain.deployment.ledger, abi: ledgerAbi } as const;
        const [, next] = await chain.client.readContract({ ...at, functionName: "receiptsOf", args: [gateway] });
        return Number(next) === rows.length + 1 && next;
      }, 30_000);
      expect(Number(anchored)).toBe(rows.length + 1);
      const asLena = await signInToRead(again, people.lena);
      const answer = await read({ running: again, chain }, { reader: asLena, consent, documents: [blood.document] });
      expect(answer.receipt?.body.number).toBe(rows.length + 1);
    } finally {
      await again.stop();
    }
  }, 300_000);

  it("sends an act that it had accepted and not yet sent, once", async () => {
    const { child, url } = await startChild();
    const asAna = await signInToRead({ ...running, url }, people.ana);
    const act = {
      name: "revoke",
      args: { subject: people.ana.address, grantee: people.lena.address, scope: consent.scope, ceiling: 1 },
    } as const;
    const signature = await people.ana.signTypedData(typedAct(chain.place, act) as never);
    const answer = await asAna.call("POST", "/api/relay", { act: actToJson(act), signature });
    expect(answer.status).toBe(202);
    child.removeAllListeners("exit");
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    const again = await startTestService(chain, folder.folder, funded);
    try {
      const as = await signInToRead(again, people.ana);
      await eventually(
        async () => (await as.call("GET", `/api/relay/${String(answer.body["id"])}`)).body["state"] === "indexed",
        30_000,
      );
      const trail = await as.call("GET", "/api/trail?act=Revoked");
      expect(trail.body.items).toHaveLength(1);
    } finally {
      await again.stop();
    }
  }, 120_000);
});
