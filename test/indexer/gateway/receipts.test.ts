// Receipts from the first read to the ledger: one chain without a gap, batches, proofs, and who may see which.

import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { parseEventLogs } from "viem";
import type { Hex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { hashNetwork, receiptHash, receiptSchema, verifyChain, verifyReceipt } from "#protocol/receipts/index.ts";
import type { ReceiptBody } from "#protocol/receipts/index.ts";
import { createGatewayKey } from "#indexer/gateway/gateway-key.ts";
import { createGateway } from "#indexer/gateway/index.ts";
import type { RunningService } from "#indexer/index.ts";
import { people, startChain } from "../support/chain.ts";
import type { TestChain } from "../support/chain.ts";
import { addSealed, funded, giveConsent, read, signInToRead } from "../support/reading.ts";
import type { Consent, Reader, Sealed } from "../support/reading.ts";
import { eventually, makeFolder, startTestService } from "../support/service.ts";
import { enrol } from "../support/story.ts";
import type { Keyed } from "../support/story.ts";

type Item = { receipt: unknown; hash: Hex; batch: { anchoredTx: Hex | null } | null };

describe("The receipts of a gateway", () => {
  let chain: TestChain;
  let running: RunningService;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let asAna: Reader;
  let asBen: Reader;
  let asLena: Reader;
  let asInes: Reader;
  let ofAna: Consent;
  let ofBen: Consent;
  let blood: Sealed;
  let kidney: Sealed;
  const at = () => ({ running, chain });

  async function bodies(reader: Reader, as: string): Promise<ReceiptBody[]> {
    const { body } = await reader.call("GET", `/api/receipts?as=${as}&limit=200`);
    return body.items.map((item) => receiptSchema.parse(item["receipt"]).body).reverse();
  }

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder, { ...funded, PLACET_RECEIPT_INTERVAL: "1" });
    const [ana, ben, lena] = (await Promise.all(
      [people.ana, people.ben, people.lena].map((person) => enrol(chain, person)),
    )) as [Keyed, Keyed, Keyed];
    [asAna, asBen, asLena, asInes] = (await Promise.all(
      [ana, ben, lena, people.ines].map((person) => signInToRead(running, person)),
    )) as [Reader, Reader, Reader, Reader];
    const registrar = people.registrar.address;
    await chain.act(people.registrar, {
      name: "appointAuditor",
      args: { registrar, auditor: people.ines.address, validUntil: 4_000_000_000 },
    });
    blood = await addSealed(at(), { subject: ana, as: asAna });
    kidney = await addSealed(at(), { subject: ben, as: asBen });
    ofAna = await giveConsent(at(), { subject: ana, grantee: lena, as: asAna });
    ofBen = await giveConsent(at(), { subject: ben, grantee: lena, as: asBen });
  });
  afterAll(async () => {
    await running.stop();
    await chain.stop();
    await folder.remove();
  });

  it("follow each other without a gap, in the gateway's chain and in each patient's, however many are asked at once", async () => {
    const asks = Array.from({ length: 12 }, (_, i) =>
      read(at(), {
        reader: asLena,
        consent: i % 3 === 0 ? ofBen : ofAna,
        documents: [i % 3 === 0 ? kidney.document : blood.document],
      }),
    );
    for (const answer of await Promise.all(asks)) expect(answer.results[0]?.status).toBe("released");
    const all = await eventually(async () => {
      const found = await bodies(asInes, "gateway").catch(() => []);
      return found.length === 12 && found;
    });
    expect(verifyChain(all, { of: "gateway" }).number).toBe(12);
    expect(verifyChain(await bodies(asAna, "subject"), { of: "subject" }).number).toBe(8);
    expect(verifyChain(await bodies(asBen, "subject"), { of: "subject" }).number).toBe(4);
    // Taking one out, or changing a word in one, is seen.
    expect(() => verifyChain(all.toSpliced(5, 1), { of: "gateway" })).toThrow();
    const altered = all.map((body) => (body.number === 6 ? { ...body, time: body.time + 1 } : body));
    expect(() => verifyChain(altered, { of: "gateway" })).toThrow();
  });

  it("are anchored in batches, and each proves its place to somebody else's code, against the ledger's own log", async () => {
    const items = await eventually(async () => {
      const { body } = await asAna.call("GET", "/api/receipts?as=subject&limit=200");
      const found = body.items as unknown as Item[];
      return found.length === 8 && found.every((item) => item.batch?.anchoredTx) && found;
    }, 30_000);
    for (const item of items) {
      const receipt = receiptSchema.parse(item.receipt);
      expect(await verifyReceipt(receipt)).toBe("wallet");
      expect(item.hash).toBe(receiptHash(receipt.body));
      const { body } = await asAna.call("GET", `/api/receipts/${receipt.body.number}/proof`);
      const { leaf, root, proof, anchoredTx } = body as unknown as {
        leaf: Hex;
        root: Hex;
        proof: Hex[];
        anchoredTx: Hex;
      };
      expect(SimpleMerkleTree.verify(root, leaf, proof)).toBe(true);
      const { logs } = await chain.client.getTransactionReceipt({ hash: anchoredTx });
      const [event] = parseEventLogs({ abi: ledgerAbi, logs, eventName: "ReceiptsAnchored" });
      expect(event?.args).toMatchObject({ gateway: running.service.gateway.address, root });
      const { first = 0n, count = 0n } = event?.args ?? {};
      expect(receipt.body.number).toBeGreaterThanOrEqual(Number(first));
      expect(receipt.body.number).toBeLessThan(Number(first + count));
    }
    const [, next] = await chain.client.readContract({
      address: chain.deployment.ledger,
      abi: ledgerAbi,
      functionName: "receiptsOf",
      args: [running.service.gateway.address],
    });
    expect(next).toBe(13n);
  });

  it("are for their parties and for auditors, and for nobody else", async () => {
    expect(await bodies(asLena, "reader")).toHaveLength(12);
    expect(await bodies(asBen, "reader")).toEqual([]);
    expect((await asLena.call("GET", "/api/receipts?as=gateway")).status).toBe(403);
    const [ofAnas] = await bodies(asAna, "subject");
    expect((await asBen.call("GET", `/api/receipts/${ofAnas?.number}/proof`)).status).toBe(404);
    expect((await asInes.call("GET", `/api/receipts/${ofAnas?.number}/proof`)).status).toBe(200);
    expect((await asInes.call("GET", "/api/receipts/999/proof")).status).toBe(404);
    const page = await asInes.call("GET", "/api/receipts?as=gateway&limit=5");
    const rest = await asInes.call("GET", `/api/receipts?as=gateway&limit=200&cursor=${String(page.body["next"])}`);
    expect(page.body.items.length + rest.body.items.length).toBe(12);
  });

  it("show where a read came from to nobody who holds the receipt, and to the gateway when it is asked about an address", async () => {
    const [first] = await bodies(asAna, "subject");
    if (first === undefined) throw new Error("Ana has no receipt.");
    const mine = ["127.0.0.1", "::ffff:127.0.0.1", "::1"];
    const { networkSalt } = createGatewayKey(funded.PLACET_GATEWAY_KEY);
    expect(mine.map((address) => hashNetwork(networkSalt(first.salt), address))).toContain(first.network?.address);
    expect(mine.map((address) => hashNetwork(first.salt, address))).not.toContain(first.network?.address);
  });

  it("are never numbered twice: a gateway whose database lost some of them opens nothing until they are restored", async () => {
    const { database } = running.service;
    await database.query("delete from receipt_batches where first + count > 10");
    await database.query("delete from receipts where number >= 10");
    const restored = await createGateway(running.service);
    const asked = restored.release({ session: {} as never, signed: {} as never, network: { address: "", agent: "" } });
    await expect(asked).rejects.toMatchObject({ code: "unavailable", reason: "receipts-missing" });
  });
});
