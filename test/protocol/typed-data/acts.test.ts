// The table of acts against the contracts themselves, and the typed data against the frozen vectors.

import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { Abi, AbiFunction, Hex } from "viem";
import { encodeFunctionData, hashTypedData, recoverTypedDataAddress, zeroAddress } from "viem";
import { ledgerAbi, providerRegistryAbi } from "#protocol/contracts/index.ts";
import type { Opening } from "#protocol/consent/index.ts";
import {
  actCall,
  actNames,
  actorOf,
  actTable,
  actToJson,
  actTypes,
  isRelayable,
  parseAct,
  readSigningState,
  readTurn,
  typedAct,
  type Act,
  type PrimaryType,
  type SigningState,
} from "#protocol/typed-data/index.ts";
import vectors from "../../vectors/typed-data.json" with { type: "json" };

const abis: Record<"ledger" | "providerRegistry", Abi> = { ledger: ledgerAbi, providerRegistry: providerRegistryAbi };
const functionsOf = (abi: Abi) =>
  abi.filter(
    (item): item is AbiFunction => item.type === "function" && !["view", "pure"].includes(item.stateMutability),
  );
const place = { chainId: vectors.place.chainId, ledger: vectors.place.ledger as Hex };

type Step = (typeof vectors.acts)[number];
const typedOf = (step: Step) => {
  const { generation, proxyGeneration, ...rest } = step.state as unknown as Omit<
    SigningState,
    "generation" | "proxyGeneration"
  > & { generation?: number; proxyGeneration?: number };
  return typedAct(place, parseAct(step.act), {
    ...rest,
    ...(generation === undefined ? {} : { generation: BigInt(generation) }),
    ...(proxyGeneration === undefined ? {} : { proxyGeneration: BigInt(proxyGeneration) }),
  });
};

describe("The table of acts", () => {
  it("names every function of both contracts that changes anything, once, and no other", () => {
    for (const contract of ["ledger", "providerRegistry"] as const) {
      const named = Object.values(actTable)
        .filter((entry) => entry.contract === contract)
        .flatMap(({ plain, signed }) => [plain, signed])
        .filter((name) => name !== null);
      const real = functionsOf(abis[contract]).map(({ name }) => name);
      // relayEach carries acts of others and is none itself.
      const none = ["renounceOwnership", "relayEach"];
      expect(named.toSorted()).toEqual(real.filter((name) => !none.includes(name)).toSorted());
    }
  });

  it("names every event of both contracts", () => {
    const events = [...ledgerAbi, ...providerRegistryAbi]
      .filter((item) => item.type === "event")
      .map(({ name }) => String(name));
    const ours = events.filter((name) => !name.startsWith("OwnershipTransfer") && name !== "EIP712DomainChanged");
    // What the vault account revokes leaves an event of its own.
    const named = [...Object.values(actTable).map(({ event }) => event), "RevokedByVault"];
    expect([...new Set(named)].toSorted()).toEqual([...new Set(ours)].toSorted());
  });

  it("lets nothing on the ledger be opened without signed words, and everything be ended without any", () => {
    for (const entry of Object.values(actTable).filter(({ contract }) => contract === "ledger")) {
      if (entry.sort === "opens") expect(entry).toMatchObject({ plain: null, vaultMaySign: false });
      // A move is signed by two, so that it has no plain form; it ends nothing that a person needs ended at once.
      if (entry.sort === "ends" && entry.event !== "Moved") expect(entry.plain).not.toBeNull();
      expect(entry.signed === null).toBe(entry.primaryType === null);
    }
    expect(
      Object.values(actTable)
        .filter(({ vaultMaySign }) => vaultMaySign)
        .map(({ label }) => label)
        .toSorted(),
    ).toEqual([
      "Cancel everything signed and not yet sent",
      "Change the keys",
      "Revoke a consent",
      "Revoke several consents",
      "Say that you use another account now",
    ]);
  });

  it("has the types of the contract, letter by letter", async () => {
    const source = await readFile(new URL("../../../contracts/libraries/Typehash.sol", import.meta.url), "utf8");
    const found = new Map([...source.matchAll(/"([A-Z]\w+)\(([^)]*)\)"/g)].map(([, name, fields]) => [name, fields]));
    const declared = [...found];
    const ours = Object.entries(actTypes).map(([name, fields]) => [
      name,
      fields.map(({ type, name: field }) => `${type} ${field}`).join(","),
    ]);
    expect(ours.toSorted()).toEqual(declared.toSorted());
  });
});

describe("The frozen typed data", () => {
  it("covers every type that is signed", () => {
    const types = Object.keys(actTypes).filter((name): name is PrimaryType => name !== "Scope");
    expect([...new Set(vectors.acts.map(({ primaryType }) => primaryType))].toSorted()).toEqual(types.toSorted());
  });

  it.each(vectors.acts.map((step) => [step.act.name, step] as const))(
    "of %s is what we ask a wallet to sign",
    async (_, step) => {
      const typed = typedOf(step);
      expect(typed.primaryType).toBe(step.primaryType);
      expect(hashTypedData(typed as Parameters<typeof hashTypedData>[0])).toBe(step.digest);
      const signer = await recoverTypedDataAddress({
        ...(typed as Parameters<typeof recoverTypedDataAddress>[0]),
        signature: step.signature as Hex,
      });
      expect(signer).toBe("signer" in step ? step.signer : actorOf(parseAct(step.act)));
    },
  );

  it("is never made for an act whose words do not hash to its scope, or whose state is not known", () => {
    const step = vectors.acts.find(({ act }) => act.name === "grant");
    const act = parseAct(step?.act);
    const opening = (step?.state as { opening: Opening }).opening;
    const state = { version: 0, generation: 0n };
    expect(() => typedAct(place, act, state)).toThrow(expect.objectContaining({ code: "bad-input" }));
    expect(() => typedAct(place, act, { opening, version: 0 })).toThrow(expect.objectContaining({ code: "bad-input" }));
    const other = { ...opening, salt: `0x${"01".repeat(32)}` as Hex };
    expect(() => typedAct(place, act, { ...state, opening: other })).toThrow(
      expect.objectContaining({ reason: "scope-differs" }),
    );
  });
});

describe("A contract call", () => {
  const signature: Hex = "0x1234";

  it.each(vectors.acts.map(({ act }) => [act.name, parseAct(act)] as const))(
    "of %s fits the contract, signed and plain",
    (name, act) => {
      const entry = actTable[name as Act["name"]];
      const signed = actCall(act, { signature, newSignature: signature });
      expect(signed.functionName).toBe(entry.signed);
      expect(() =>
        encodeFunctionData({ abi: abis[signed.contract], ...signed } as Parameters<typeof encodeFunctionData>[0]),
      ).not.toThrow();
      if (entry.plain === null) {
        expect(() => actCall(act)).toThrow(expect.objectContaining({ code: "bad-input" }));
      } else {
        const plain = actCall(act);
        expect(plain.functionName).toBe(entry.plain);
        expect(() =>
          encodeFunctionData({ abi: abis[plain.contract], ...plain } as Parameters<typeof encodeFunctionData>[0]),
        ).not.toThrow();
      }
      expect(isRelayable(act)).toBe(true);
    },
  );

  it("needs the deadline that is signed", () => {
    const act = parseAct({
      name: "request",
      args: { grantee: place.ledger, subject: zeroAddress, note: `0x${"00".repeat(32)}` },
    });
    expect(() => actCall(act, { signature })).toThrow(expect.objectContaining({ code: "bad-input" }));
    expect(actCall(act).functionName).toBe("request");
  });

  it("of an act of the registry is never signed", () => {
    const act: Act = { name: "applyFor", args: { account: place.ledger, kind: 1, licence: "0x", card: "0x" } };
    expect(isRelayable(act)).toBe(false);
    expect(() => actCall(act, { signature })).toThrow(expect.objectContaining({ code: "bad-input" }));
    expect(() => typedAct(place, act)).toThrow(expect.objectContaining({ code: "bad-input" }));
  });
});

describe("An act from outside", () => {
  it("is read back as it was written", () => {
    for (const { act } of vectors.acts) {
      const parsed = parseAct(act);
      expect(parseAct(JSON.parse(JSON.stringify(actToJson(parsed))))).toEqual(parsed);
    }
    expect(actNames.toSorted()).toEqual(Object.keys(actTable).toSorted());
  });

  it.each([
    ["an unknown name", { name: "steal", args: {} }],
    ["a name of JavaScript's own", { name: "constructor", args: {} }],
    ["a missing field", { name: "cancelSigned", args: {} }],
    ["a field too many", { name: "cancelSigned", args: { subject: place.ledger, extra: 1 } }],
    ["a bad address", { name: "cancelSigned", args: { subject: "0x12" } }],
    ["no object", "grant"],
  ])("is refused with %s", (_, json) => {
    expect(() => parseAct(json)).toThrow(expect.objectContaining({ code: "bad-input" }));
  });

  it("is refused with an op that nobody knows or that cannot be granted", () => {
    const step = vectors.acts.find(({ act }) => act.name === "grant");
    for (const ops of [0, 32, 0x4000_0000, 2 ** 32, 1.5]) {
      expect(() => parseAct({ name: "grant", args: { ...step?.act.args, ops } })).toThrow(
        expect.objectContaining({ code: "bad-input" }),
      );
    }
  });
});

describe("What the ledger is asked before signing", () => {
  it("is the version and generation that the act names, and for renewing what the consent allows", async () => {
    const step = vectors.acts.find(({ act }) => act.name === "renew");
    const asked: string[] = [];
    const state = await readSigningState(parseAct(step?.act), ({ functionName }) => {
      asked.push(functionName);
      return Promise.resolve(functionName === "generationOf" ? 4n : (7n << 8n) | (0x8000_0001n << 40n));
    });
    expect(state).toEqual({ version: 7, ops: 0x8000_0001, generation: 4n });
    expect(asked).toEqual(["consentOf", "generationOf"]);
  });

  it("is what a deadline has to go beyond, of acts of which the last one counts, and of no others", async () => {
    const [ana, lena] = ["0x1111111111111111111111111111111111111111", "0x2222222222222222222222222222222222222222"];
    const asked: unknown[] = [];
    const turnOf = (name: string, args: object) =>
      readTurn(parseAct({ name, args }), ({ functionName, args: given }) => {
        asked.push([functionName, ...given]);
        return Promise.resolve(given[1] === 8 ? 90 : 70);
      });
    const key = { account: ana, encryptionKey: `0x${"11".repeat(32)}`, vaultAccount: lena };
    expect(await turnOf("publishKey", key)).toBe(70);
    expect(await turnOf("mute", { subject: ana, grantee: lena, muted: true })).toBe(70);
    expect(await turnOf("publishAvailability", { provider: lena, day: 8, open: "1" })).toBe(90);
    const days = [7, 8, 9].map((day) => ({ day, open: "1" }));
    expect(await turnOf("publishDays", { provider: lena, days })).toBe(90);
    expect(await turnOf("cancelSigned", { subject: ana })).toBe(null);
    expect(asked).toEqual([
      ["keyTurnOf", ana],
      ["muteTurnOf", ana, lena],
      ["dayTurnOf", lena, 8],
      ...[7, 8, 9].map((day) => ["dayTurnOf", lena, day]),
    ]);
  });
});
