// The service is killed with SIGKILL at each named step between a request and its answer, and between a receipt and its
// anchor: an answer never leaves without its receipt, no number is given twice, and nothing is anchored twice.

import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { receiptSchema, signRequest, verifyChain, type SignedRequest } from "#protocol/receipts/index.ts";
import { people, startChain, type TestChain } from "../support/chain.ts";
import { anchorMarks, discloseMarks, killFile, releaseMarks } from "../support/kill-marks.ts";
import { startProcess, type OneProcess } from "../support/one-process.ts";
import { addSealed, funded, giveConsent, makeRequest, sendRequest, signInToRead } from "../support/reading.ts";
import type { Consent, ReadAnswer, Reader, Sealed } from "../support/reading.ts";
import { createCaller, eventually, makeFolder } from "../support/service.ts";
import { enrol } from "../support/story.ts";

const preload = [pathToFileURL(join(import.meta.dirname, "../support/kill-at.ts")).href];

describe("A service that is killed at a named step", () => {
  let chain: TestChain;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let service: OneProcess;
  let consent: Consent;
  let blood: Sealed;
  let lena: Reader;
  let ines: Reader;
  let armed = "";
  /** How many receipts there must be by now. */
  let written = 0;

  async function start(): Promise<void> {
    service = await startProcess(chain, folder.folder, {
      preload,
      more: {
        ...funded,
        PLACET_RECEIPT_INTERVAL: "1",
        [killFile]: armed,
        NODE_COMPILE_CACHE: join(folder.folder, "compiled"),
      },
    });
    // Sessions outlive the process; its address does not.
    for (const reader of [lena, ines]) if (reader) reader.call = createCaller(service.url, reader.cookie);
  }

  /** Has the service die at this step of what `act` begins, and starts it again. */
  async function dieAt<T>(step: string, act: () => Promise<T>): Promise<T | null> {
    await writeFile(armed, step);
    const answer = await act().catch(() => null);
    await Promise.race([
      service.ended,
      new Promise((_, reject) => setTimeout(() => reject(new Error(`It lived through "${step}".`)), 150_000)),
    ]);
    await rm(armed);
    await start();
    return answer;
  }

  async function sign(): Promise<SignedRequest> {
    const at = { running: service.running, chain };
    const request = await makeRequest(at, { reader: lena, consent, documents: [blood.document] });
    return signRequest(lena.sessionKey, request);
  }

  /** Sends it again; on a computer so slow that a minute went by meanwhile, under the same name with the time of now. */
  async function sendAgain(signed: SignedRequest): Promise<ReadAnswer> {
    const again = await sendRequest(lena, signed);
    if (again.body["reason"] !== "request-time") return again;
    const time = Math.floor(Date.now() / 1000);
    return sendRequest(lena, await signRequest(lena.sessionKey, { ...signed.request, time }));
  }

  async function receipts() {
    const { body } = await ines.call("GET", "/api/receipts?as=gateway&limit=200");
    const bodies = body.items.map((item) => receiptSchema.parse(item["receipt"]).body).reverse();
    expect(verifyChain(bodies, { of: "gateway" }).number).toBe(bodies.length);
    return bodies;
  }

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    armed = join(folder.folder, "die-at");
    await start();
    const [ana, keyed] = await Promise.all([enrol(chain, people.ana), enrol(chain, people.lena)]);
    await chain.act(people.registrar, {
      name: "appointAuditor",
      args: { registrar: people.registrar.address, auditor: people.ines.address, validUntil: 4_000_000_000 },
    });
    const at = { running: service.running, chain };
    const as = await signInToRead(service.running, people.ana);
    lena = await signInToRead(service.running, people.lena);
    ines = await signInToRead(service.running, people.ines);
    blood = await addSealed(at, { subject: ana, as });
    consent = await giveConsent(at, { subject: ana, grantee: keyed, as });
    await eventually(async () => (await ines.call("GET", "/api/receipts?as=gateway")).status === 200);
  }, 180_000);
  afterAll(async () => {
    await service?.kill();
    await chain?.stop();
    await folder?.remove();
  });

  it.each(releaseMarks.map(({ step }) => step))("of a release: %s", { timeout: 240_000 }, async (step) => {
    const signed = await sign();
    const answer: ReadAnswer | null = await dieAt(step, () => sendRequest(lena, signed));
    // Dead before the answer left: nobody read anything.
    expect(answer).toBeNull();
    const committed = step === "committed" || step === "answer ready";
    if (committed) written += 1;
    expect(await receipts()).toHaveLength(written);
    // The very same request, sent again: answered once in all.
    const again = await sendAgain(signed);
    if (committed) {
      expect(again).toMatchObject({ status: 409, body: { reason: "request-repeated" } });
    } else {
      expect(again.receipt?.body.number).toBe((written += 1));
      expect(again.results[0]?.status).toBe("released");
    }
    expect(await receipts()).toHaveLength(written);
  });

  it.each(discloseMarks.map(({ step }) => step))("of a disclosure: %s", { timeout: 240_000 }, async (step) => {
    const { subject, grantee, scope } = consent;
    const question = { subject, case: "7", reason: step, consents: [{ grantee, scope }] };
    expect(await dieAt(step, () => ines.call("POST", "/api/disclosures", question))).toBeNull();
    if (step === "disclosure committed") written += 1;
    expect(await receipts()).toHaveLength(written);
  });

  it.each(anchorMarks.map(({ step }) => step))("of anchoring: %s", { timeout: 240_000 }, async (step) => {
    const answer = await dieAt(step, async () => sendRequest(lena, await sign()));
    // The read itself was answered, or died with the service: in both cases what was answered is on disk.
    const bodies = await receipts();
    if (answer?.receipt) expect(bodies).toContainEqual(receiptSchema.parse(answer.receipt).body);
    written = bodies.length;
    const at = { address: chain.deployment.ledger, abi: ledgerAbi } as const;
    const gateway = people.gateway.address;
    await eventually(async () => {
      const [, next] = await chain.client.readContract({ ...at, functionName: "receiptsOf", args: [gateway] });
      return Number(next) === written + 1;
    }, 60_000);
    const anchors = await chain.client.getContractEvents({ ...at, eventName: "ReceiptsAnchored", fromBlock: 0n });
    const numbers = anchors.flatMap(({ args: { first = 0n, count = 0n } }) =>
      Array.from({ length: Number(count) }, (_, n) => Number(first) + n),
    );
    expect(numbers).toEqual(bodies.map(({ number }) => number));
  });
});
