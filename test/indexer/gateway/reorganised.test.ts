// The chain changes its mind about a consent under which something was read: what was read cannot be taken back, and is
// marked for everybody who may see its receipt.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningService } from "#indexer/index.ts";
import { people, startChain, type TestChain } from "../support/chain.ts";
import { addSealed, funded, giveConsent, read, signInToRead } from "../support/reading.ts";
import type { Reader } from "../support/reading.ts";
import { eventually, makeFolder, startTestService } from "../support/service.ts";
import { enrol, word, type Keyed } from "../support/story.ts";

describe("A release whose consent a reorganisation takes away", () => {
  let chain: TestChain;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let running: RunningService;
  let [ana, lena]: Keyed[] = [];
  let asAna: Reader;
  let asLena: Reader;

  beforeAll(async () => {
    chain = await startChain();
    // Blocks only when something is sent: the branches are then the test's own.
    await chain.client.setIntervalMining({ interval: 0 });
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder, { ...funded, PLACET_FINALITY_SECONDS: "3600" });
    ana = await enrol(chain, people.ana);
    lena = await enrol(chain, people.lena);
    asAna = await signInToRead(running, people.ana);
    asLena = await signInToRead(running, people.lena);
  });
  afterAll(async () => {
    await running?.stop();
    await chain?.stop();
    await folder?.remove();
  });

  it("is marked for the patient and the reader, and nothing more is opened; one whose consent stays is not", async () => {
    if (ana === undefined || lena === undefined) throw new Error("Nobody is enrolled.");
    const at = { running, chain };
    const { document } = await addSealed(at, { subject: ana, as: asAna });
    const stays = await giveConsent(at, { subject: ana, grantee: lena, as: asAna });
    const before = await chain.client.snapshot();
    const goes = await giveConsent(at, { subject: ana, grantee: lena, as: asAna });
    const marksOf = async (reader: Reader, as: string) => {
      const { body } = await reader.call("GET", `/api/receipts?as=${as}&limit=10`);
      return body.items.map((item) => item["orphaned"]).reverse();
    };
    for (const consent of [stays, goes]) {
      const answer = await read(at, { reader: asLena, consent, documents: [document] });
      expect(answer.results[0]?.status).toBe("released");
    }
    await eventually(async () => (await marksOf(asAna, "subject")).length === 2);
    expect(await marksOf(asAna, "subject")).toEqual([false, false]);

    await chain.client.revert({ id: before });
    for (let more = 0; more < 4; more += 1)
      await chain.act(people.ben, {
        name: "anchor",
        args: { subject: people.ben.address, document: word(), manifest: word(), version: 1 },
      });
    await eventually(async () => (await marksOf(asAna, "subject")).includes(true), 30_000);
    expect(await marksOf(asAna, "subject")).toEqual([false, true]);
    expect(await marksOf(asLena, "reader")).toEqual([false, true]);
    const reasonOf = async (consent: typeof goes) =>
      (await read(at, { reader: asLena, consent, documents: [document] })).results[0]?.reason ?? "released";
    expect([await reasonOf(stays), await reasonOf(goes)]).toEqual(["released", "no-consent"]);
    expect(await marksOf(asAna, "subject")).toEqual([false, true, false, false]);
  });
});
