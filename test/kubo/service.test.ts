// The service over a real Kubo node, as an operator runs it with IPFS_API_URL: blocks go there, come back, and a consent
// that is on the ledger is read from there.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningService } from "#indexer/index.ts";
import { people, startChain, type TestChain } from "../indexer/support/chain.ts";
import { addSealed, funded, giveConsent, read, signInToRead } from "../indexer/support/reading.ts";
import { createCaller, makeFolder, startTestService } from "../indexer/support/service.ts";
import { enrol } from "../indexer/support/story.ts";
import { cidOf, fresh } from "../indexer/ipfs/behaviour.ts";
import { startKubo, type TestKubo } from "./start-kubo.ts";

describe("A service whose blocks are Kubo's", () => {
  let chain: TestChain;
  let kubo: TestKubo;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let running: RunningService;

  beforeAll(async () => {
    kubo = await startKubo();
    const url = await kubo.start();
    chain = await startChain();
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder, { ...funded, IPFS_API_URL: url });
  }, 180_000);
  afterAll(async () => {
    await running?.stop();
    await chain?.stop();
    await folder?.remove();
    await kubo?.stop();
  });

  it("reads a consent's capsule from it and releases a document, and takes and gives blocks", async () => {
    const [ana, lena] = [await enrol(chain, people.ana), await enrol(chain, people.lena)];
    const asAna = await signInToRead(running, people.ana);
    const asLena = await signInToRead(running, people.lena);
    const at = { running, chain };
    const labs = await addSealed(at, { subject: ana, as: asAna });
    const consent = await giveConsent(at, { subject: ana, grantee: lena, as: asAna });
    const answer = await read(at, { reader: asLena, consent, documents: [labs.document] });
    expect(answer.results.map(({ status }) => status)).toEqual(["released"]);

    const bytes = fresh(2 * 1024 * 1024);
    expect((await asAna.call("PUT", `/api/blocks/${cidOf(bytes)}`, bytes)).status).toBe(201);
    const given = await fetch(`${running.url}/api/blocks/${cidOf(bytes)}`, { headers: { Cookie: asLena.cookie } });
    expect(Buffer.compare(new Uint8Array(await given.arrayBuffer()), bytes)).toBe(0);
    const cids = [cidOf(bytes), cidOf(fresh())];
    expect((await asAna.call("POST", "/api/blocks/missing", { cids, check: true })).body["missing"]).toEqual([cids[1]]);
  });

  it("says that it is not ready, and that nothing was stored, while Kubo is down", async () => {
    await kubo.kill();
    const asAna = await signInToRead(running, people.ana);
    const bytes = fresh();
    expect((await asAna.call("PUT", `/api/blocks/${cidOf(bytes)}`, bytes)).status).toBe(503);
    expect((await asAna.call("HEAD", `/api/blocks/${cidOf(bytes)}`)).status).toBe(503);
    expect((await createCaller(running.url)("GET", "/ready")).status).toBe(503);
  });
});
