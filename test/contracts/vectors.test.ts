// The frozen vectors, which TypeScript's tests read too: the ledger accepts exactly the digests that they hold, stores
// exactly their records, and logs exactly their history. `UPDATE_VECTORS=1 hardhat test mocha
// test/contracts/vectors.test.ts` writes them anew; that breaks every signature and history made before, so it has to be
// wanted.

import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import type { Hex } from "viem";
import { consentKey, unpackConsent } from "#protocol/consent/index.ts";
import { foldHistory, headSlot, ROLL_SLOT, type RawLog } from "#protocol/history/index.ts";
import { actCall, parseAct, type Place } from "#protocol/typed-data/index.ts";
import { logsOf } from "./support/history.ts";
import { digestible, signStory, storyConsents, type SignedStep } from "./support/story.ts";
import { at, DAY, ethers, read, send, setStage, START, word } from "./support/stage.ts";

type HistoryVectors = {
  about: string;
  contract: string;
  logs: { topics: Hex[]; data: Hex; headBefore: Hex; headAfter: Hex }[];
  heads: Record<string, string>;
  roll: string;
};

const isUpdate = process.env["UPDATE_VECTORS"] === "1";

/** Reads a vector file; with UPDATE_VECTORS writes it first. */
async function vectors<Content>(name: string, make: () => Promise<Content>): Promise<Content> {
  const file = new URL(`../vectors/${name}.json`, import.meta.url);
  if (isUpdate) await writeFile(file, `${JSON.stringify(await make(), null, 2)}\n`);
  return JSON.parse(await readFile(file, "utf8")) as Content;
}

describe("The ledger and the frozen vectors", () => {
  const stage = setStage();

  async function placeOf(): Promise<Place> {
    return { chainId: 31337, ledger: (await stage.ledger.getAddress()) as Hex };
  }

  const readTyped = (): Promise<{ about: string; place: Place; acts: SignedStep[] }> =>
    vectors("typed-data", async () => {
      const place = await placeOf();
      return {
        about: "One of every signed act: what is signed, its EIP-712 digest, and the signature of its demo person.",
        place,
        acts: await signStory(place),
      };
    });

  /** Sends the whole story, each act in a block of its own time. */
  async function play(): Promise<SignedStep[]> {
    const { acts } = await readTyped();
    // Only who is verified can be armed.
    await send(stage.registry, stage.lena, "applyFor", 1, word("licence"), word("card"));
    await send(stage.registry, stage.rosa, "verify", stage.lena, 1, word("licence"), START + 365 * DAY);
    for (const [index, { act, signature, newSignature }] of acts.entries()) {
      const call = actCall(parseAct(act), { signature, ...(newSignature && { newSignature }) });
      await at(START + 60 * (index + 1));
      await send(stage.ledger, stage.relayer, call.functionName, ...call.args);
    }
    return acts;
  }

  it("agree on what is signed: every act of the vectors is accepted as it stands", async () => {
    const { place } = await readTyped();
    expect(place).to.deep.equal(await placeOf());
    const acts = await play();
    for (const step of acts) {
      const typed = digestible(place, step);
      const types = typed.types as Record<string, { name: string; type: string }[]>;
      expect(ethers.TypedDataEncoder.hash(typed.domain, types, typed.message)).to.equal(step.digest);
    }
    const names = new Set(acts.map(({ primaryType }) => primaryType));
    expect(names.size).to.equal(32);
  });

  it("agree on scopes, keys and records", async () => {
    await play();
    const content = await vectors("consent", async () => ({
      about: "Openings with their scope, and each consent's key and record after the story of typed-data.json.",
      consents: await Promise.all(
        storyConsents.map(async (consent) => {
          const stored = await read(stage.ledger, "consentOf", consent.subject, consent.grantee, consent.scope);
          return {
            ...consent,
            key: consentKey(consent),
            word: ethers.toBeHex(stored, 32),
            record: unpackConsent(stored),
          };
        }),
      ),
    }));
    for (const { subject, grantee, scope, key, word } of content.consents) {
      expect(ethers.toBeHex(await read(stage.ledger, "consentOf", subject, grantee, scope), 32)).to.equal(word);
      expect(key).to.equal(
        ethers.keccak256(
          ethers.AbiCoder.defaultAbiCoder().encode(["address", "address", "bytes32"], [subject, grantee, scope]),
        ),
      );
    }
    expect(content.consents.map(({ record }) => record.status)).to.deep.equal([4, 2, 3, 2, 1, 2, 2, 2]);
  });

  it("agree on the history: every log, every head, the roll, and where they are stored", async () => {
    await play();
    const logs = await logsOf(stage.ledger);
    const content = await vectors<HistoryVectors>("history", async () => {
      const fold = foldHistory(logs as unknown as RawLog[]);
      return {
        about:
          "The logs that the story of typed-data.json leaves, the head before and after each, all heads and the roll.",
        contract: await stage.ledger.getAddress(),
        logs: fold.steps.map(({ log, headBefore, headAfter }) => ({
          topics: [...log.topics],
          data: log.data,
          headBefore,
          headAfter,
        })),
        heads: Object.fromEntries(fold.heads),
        roll: fold.roll,
      };
    });
    expect(logs.map(({ topics, data }) => ({ topics: [...topics], data }))).to.deep.equal(
      content.logs.map(({ topics, data }) => ({ topics, data })),
    );
    const address = await stage.ledger.getAddress();
    for (const [account, head] of Object.entries(content.heads)) {
      expect(await read(stage.ledger, "headOf", account)).to.equal(head);
      expect(await ethers.provider.getStorage(address, headSlot(account as Hex))).to.equal(head);
    }
    expect(await read(stage.ledger, "roll")).to.equal(content.roll);
    expect(await ethers.provider.getStorage(address, ROLL_SLOT)).to.equal(content.roll);
  });
});
