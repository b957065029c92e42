// A reader of the chain: sees who dealt with whom and when, and neither what was consented to nor what for, in no
// encoding: not in calldata, logs or storage, sent directly or relayed.

import { expect } from "chai";
import { id, keccak256, toUtf8Bytes, TypedDataEncoder } from "ethers";
import { scopeType, type Opening } from "#protocol/consent/scope.ts";
import {
  draftGrant,
  grant,
  grantMessage,
  grantTerms,
  MANAGE,
  openingOf,
  READ,
  signGrant,
  signRenew,
  signReplace,
  type Draft,
} from "./support/consents.ts";
import { logsOf } from "./support/history.ts";
import {
  appointed,
  appointMessage,
  armed,
  armMessage,
  grantByProxy,
  renewByProxy,
  signGrantByProxy,
} from "./support/mandates.ts";
import { openClinic } from "./support/providers.ts";
import { signAct, typesOf } from "./support/sign.ts";
import { DAY, ethers, read, send, setStage } from "./support/stage.ts";

describe("A reader of the chain", () => {
  const stage = setStage();

  /** All bytes that the chain holds of the ledger: calldata, logs, and every storage slot that was ever written. */
  async function readChain(): Promise<string> {
    const address = (await stage.ledger.getAddress()).toLowerCase();
    const found: string[] = [];
    const last = await ethers.provider.getBlockNumber();
    for (let number = 1; number <= last; number++) {
      const block = await ethers.provider.getBlock(number, true);
      for (const sent of block?.prefetchedTransactions ?? []) {
        if (sent.to?.toLowerCase() !== address) continue;
        found.push(sent.data);
        const trace = (await ethers.provider.send("debug_traceTransaction", [sent.hash, {}])) as {
          structLogs: { op: string; stack: string[] }[];
        };
        for (const { op, stack } of trace.structLogs) {
          if (op !== "SSTORE") continue;
          const words = [stack.at(-1), stack.at(-2)].map((entry) => (entry ?? "").replace(/^0x/, ""));
          found.push(...words.map((entry) => entry.padStart(64, "0"))); // the slot, and what was written into it
        }
      }
    }
    for (const log of await logsOf(stage.ledger)) found.push(...log.topics, log.data);
    return found.map((hex) => hex.replace(/^0x/, "").toLowerCase()).join("|");
  }

  /** Everything that would give the words away, or let a guess at them be confirmed. */
  function tracesOf(opening: Opening): Record<string, string> {
    const texts = [
      opening.sentence,
      opening.language,
      ...opening.categories,
      ...opening.purposes,
      ...opening.terms,
      JSON.stringify(opening.categories),
      JSON.stringify(opening.purposes),
    ];
    const traces: Record<string, string> = {};
    for (const text of texts) {
      // A word of two letters is found in any random bytes; as padded word and as hash it is found nowhere by chance.
      if (text.length > 3) traces[`${text} in UTF-8`] = Buffer.from(text).toString("hex");
      if (text.length > 3) traces[`${text} in UTF-16`] = Buffer.from(text, "utf16le").toString("hex");
      if (text.length > 3)
        traces[`${text} in base64`] = Buffer.from(Buffer.from(text).toString("base64")).toString("hex");
      traces[`${text} as a left-aligned word`] = Buffer.from(text).toString("hex").padEnd(64, "0").slice(0, 64);
      traces[`keccak256 of ${text}`] = id(text).slice(2);
      traces[`sha256 of ${text}`] = ethers.sha256(toUtf8Bytes(text)).slice(2);
    }
    const types = { Scope: [...scopeType.Scope] };
    const hashOfArray = (texts: readonly string[]): string =>
      keccak256(`0x${texts.map((t) => id(t).slice(2)).join("")}`);
    traces["hash of the categories"] = hashOfArray(opening.categories).slice(2);
    traces["hash of the purposes"] = hashOfArray(opening.purposes).slice(2);
    traces["the scope without salt"] = TypedDataEncoder.hashStruct("Scope", types, {
      ...opening,
      salt: `0x${"00".repeat(32)}`,
    }).slice(2);
    traces["the salt"] = opening.salt.slice(2);
    return traces;
  }

  function expectNoTrace(chain: string, opening: Opening): void {
    for (const [name, trace] of Object.entries(tracesOf(opening))) {
      expect(chain.includes(trace.toLowerCase()), name).to.equal(false);
    }
  }

  it("finds no word, and no hash of a word, of any opening act; and the search finds what is there", async () => {
    const first = await draftGrant(stage, { name: "first" });
    await grant(stage, first, { sender: stage.ana });
    const second = await draftGrant(stage, { name: "second" });
    await grant(stage, second, { sender: stage.relayer });
    const until = first.expiresAt + DAY;
    const renewal = await signRenew(stage, stage.ana, first, { until, version: 1n });
    const { subject, grantee, scope, deadline } = first;
    await send(stage.ledger, stage.relayer, "renew", subject, grantee, scope, until, deadline, renewal);
    const third = await draftGrant(stage, { name: "third" });
    const replacement = await signReplace(stage, stage.ana, third, { replaces: second.scope, version: 1n });
    await send(stage.ledger, stage.relayer, "replace", second.scope, grantTerms(third), replacement);
    await send(stage.ledger, stage.ana, "revoke", grantee, scope);

    const chain = await readChain();
    for (const { opening } of [first, second, third]) expectNoTrace(chain, opening);

    // The control: what the chain does hold is found by the same search, in calldata, logs and storage alike.
    for (const [name, hex] of Object.entries(publicParts(first))) {
      expect(chain.includes(hex.replace(/^0x/, "").toLowerCase()), name).to.equal(true);
    }
    const roll = await read<string>(stage.ledger, "roll");
    expect(chain.includes(roll.slice(2)), "the roll, which is in storage alone").to.equal(true);
  });

  it("finds none in the acts of emergencies, proxies and batches either, sent directly or relayed", async () => {
    await openClinic(stage);
    const emergency = await armed(stage);
    const { subject, grantee, scope } = emergency;
    await send(stage.ledger, stage.lena, "breakGlass", subject, grantee, scope, ethers.id("a padded envelope"));
    const mandate = await appointed(stage);
    const byProxy = await draftGrant(stage, { name: "by proxy" });
    await grantByProxy(stage, mandate, byProxy);
    await renewByProxy(stage, mandate, byProxy, byProxy.expiresAt - DAY);
    const many = await Promise.all(["batch one", "batch two"].map((name) => draftGrant(stage, { name })));
    const signature = await signAct(stage, stage.ana, "GrantMany", { grants: many.map(grantMessage) });
    await send(stage.ledger, stage.ana, "grantMany", many.map(grantTerms), signature);
    const relayed = await draftGrant(stage, { name: "relayed" });
    const call = stage.ledger.interface.encodeFunctionData("grant", [
      grantTerms(relayed),
      await signGrant(stage, stage.ana, relayed),
    ]);
    await send(stage.ledger, stage.relayer, "relayEach", [call], 300_000);
    await send(stage.ledger, stage.sam, "revokeByProxy", subject, byProxy.grantee, byProxy.scope, mandate.scope);
    await send(
      stage.ledger,
      stage.ana,
      "revokeMany",
      many.map((one) => [one.scope, one.grantee]),
    );

    const chain = await readChain();
    for (const { opening } of [emergency, mandate, byProxy, ...many, relayed]) expectNoTrace(chain, opening);
    for (const draft of [emergency, mandate, byProxy, ...many, relayed]) {
      expect(chain.includes(draft.scope.slice(2).toLowerCase()), "the control: scopes are found").to.equal(true);
    }
  });

  it("finds none whoever sends: each of those acts by its signer and by a relayer, and what ends them signed", async () => {
    await openClinic(stage);
    const { ledger, ana, sam, relayer } = stage;
    const openings: Draft[] = [];
    const draftOf = async (name: string, changes: Parameters<typeof draftGrant>[1] = {}): Promise<Draft> => {
      const draft = await draftGrant(stage, { name, ...changes });
      openings.push(draft);
      return draft;
    };
    for (const [way, subjects, proxys] of [
      ["directly", ana, sam],
      ["relayed", relayer, relayer],
    ] as const) {
      const glass = await draftOf(`armed ${way}`, { grantee: stage.clinic.address });
      const words = await signAct(stage, ana, "Arm", armMessage(glass, 2));
      await send(ledger, subjects, "arm", grantTerms(glass), words, 2);
      const mandate = await draftOf(`mandate ${way}`, { grantee: sam.address, ops: READ + MANAGE });
      const appointment = await signAct(stage, ana, "Appoint", appointMessage(mandate));
      await send(ledger, subjects, "appoint", grantTerms(mandate), appointment);
      const byProxy = await draftOf(`by proxy ${way}`);
      const named = [mandate.grantee, mandate.scope];
      const theirs = await signGrantByProxy(stage, sam, mandate, byProxy);
      await send(ledger, proxys, "grantByProxy", named, grantTerms(byProxy), theirs);
      const two = [await draftOf(`first of two ${way}`), await draftOf(`second of two ${way}`)];
      const both = await signAct(stage, ana, "GrantMany", { grants: two.map(grantMessage) });
      await send(ledger, subjects, "grantMany", two.map(grantTerms), both);
      const revokes = two.map(({ subject, grantee, scope }) => ({ subject, grantee, scope, ceiling: 9 }));
      const ends = await signAct(stage, ana, "RevokeMany", { revokes });
      const ended = two.map(({ scope, grantee }) => [scope, grantee, 9]);
      await send(ledger, subjects, "revokeManySigned", ana.address, ended, ends);
      const { subject, grantee, scope } = byProxy;
      const proxyEnds = await signAct(stage, sam, "RevokeByProxy", {
        ...{ proxy: sam.address, mandate: mandate.scope, mandateVersion: 1 },
        ...{ subject, grantee, scope, ceiling: 9 },
      });
      await send(ledger, proxys, "revokeByProxySigned", named, subject, grantee, scope, 9, proxyEnds);
    }
    const chain = await readChain();
    expect(openings).to.have.length(10);
    for (const { opening, scope } of openings) {
      expectNoTrace(chain, opening);
      expect(chain.includes(scope.slice(2).toLowerCase()), "the control: scopes are found").to.equal(true);
    }
  });

  it("would be found out, were the words on the chain: the same search over a careless act", async () => {
    const opening = openingOf("careless");
    const labs = ethers.encodeBytes32String("imaging");
    await send(stage.ledger, stage.lena, "request", stage.ana.address, labs);
    await send(stage.ledger, stage.lena, "request", stage.ana.address, id(opening.sentence));
    await send(stage.ledger, stage.lena, "request", stage.ana.address, id("TREAT"));
    const chain = await readChain();
    const traces = tracesOf(opening);
    for (const name of [
      "imaging in UTF-8",
      "imaging as a left-aligned word",
      `keccak256 of ${opening.sentence}`,
      "keccak256 of TREAT",
    ]) {
      expect(chain.includes(traces[name] ?? "missing"), name).to.equal(true);
    }
  });

  it("is told by no type: what is signed nests the words, what is sent has only their hash", () => {
    const sent = stage.ledger.interface.getFunction("grant")?.format("full") ?? "";
    expect(sent)
      .to.match(/bytes32 scope/)
      .and.not.match(/string/);
    for (const fragment of stage.ledger.interface.fragments) {
      if (fragment.type === "function" && !fragment.format().startsWith("eip712Domain")) {
        expect(fragment.format("full").split(" returns ")[0]).to.not.match(/string/);
      }
      if (fragment.type === "event" && !fragment.format().startsWith("EIP712DomainChanged")) {
        expect(fragment.format("full")).to.not.match(/string|bytes\b|\[\]/);
      }
    }
    expect(typesOf("Grant")).to.have.property("Scope");
  });
});

function publicParts(draft: Draft): Record<string, string> {
  return {
    subject: draft.subject,
    grantee: draft.grantee,
    scope: draft.scope,
    capsule: draft.capsule,
  };
}
