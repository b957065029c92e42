// What a patient's vault tells a gateway, against a gateway that hears as the real one does: by the vault account's
// signature alone, and nothing whose time is not later than that of the message before.
import { describe, expect, it } from "vitest";
import { utf8 } from "#protocol/bytes.ts";
import type { AskGateway } from "#app/service/index.ts";
import { createTalk } from "#app/gateways/talk.ts";
import { countDocuments, missingSeals, nameSeal, type Wanted } from "#app/gateways/wanted.ts";
import { typedAskHeld, typedHandIn, type HandedSeal } from "#protocol/documents/index.ts";
import { encodeErasure, typedAskErasure } from "#protocol/erasure/index.ts";
import { Failure } from "#protocol/failure.ts";
import { isAddressEqual, recoverTypedDataAddress, type Address, type Hex } from "viem";
import vectors from "../../vectors/erasure.json" with { type: "json" };
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

const place = { chainId: 31337, ledger: `0x${"a".repeat(40)}` as Address };
const vault = privateKeyToAccount(generatePrivateKey());
const subject = `0x${"5".repeat(40)}` as Address;
const document = (digit: string): Hex => `0x${digit.repeat(64)}`;
const sealOf = (digit: string): HandedSeal => ({ document: document(digit), version: 1, seal: `seal ${digit}` });

type Said = {
  subject: Address;
  time: number;
  signature: Hex;
  seals?: HandedSeal[];
  cursor?: string;
  document?: Hex;
};

/**
 * A gateway's ears: `last` is the time of the last message that it heard, as another device may have left it; `parts`: how
 * often it has to be asked for an erasure until it is done.
 */
function createGateway({ last = 0, pages = 1, busy = 0, parts = 1 } = {}) {
  const gateway = privateKeyToAccount(generatePrivateKey()).address;
  const held: HandedSeal[] = [];
  const heard: number[] = [];
  const answer = async (path: string, said: Said): Promise<unknown> => {
    const told = { subject: said.subject, gateway, time: said.time };
    const { signature } = said;
    if (path === "/api/entrusted/held") {
      const typed = typedAskHeld(place, told);
      if (!isAddressEqual(await recoverTypedDataAddress({ ...typed, signature }), vault.address))
        throw refused("signature");
      const at = Number(said.cursor ?? 0);
      const size = Math.ceil(held.length / pages);
      const items = held.slice(at * size, (at + 1) * size).map((one) => ({ ...one, keyedBy: "category" }));
      return { items, next: at + 1 < pages ? String(at + 1) : null };
    }
    if (path === "/api/entrusted/erase" && said.document) {
      const typed = typedAskErasure(place, { ...told, document: said.document });
      if (!isAddressEqual(await recoverTypedDataAddress({ ...typed, signature }), vault.address))
        throw refused("signature");
      if ((parts -= 1) > 0) throw new Failure("unavailable", "Ask again.", { reason: "erasure-unfinished" });
      return JSON.parse(vectors.certificate);
    }
    const typed = typedHandIn(place, { ...told, what: said.seals ?? "drop" });
    if (!isAddressEqual(await recoverTypedDataAddress({ ...typed, signature }), vault.address))
      throw refused("signature");
    if (said.time <= last) throw refused("repeated");
    last = said.time;
    heard.push(said.time);
    if (said.seals) held.push(...said.seals);
    return said.seals ? { kept: said.seals.length, skipped: 0 } : { dropped: held.splice(0).length };
  };
  const refused = (why: string) => new Failure("not-authorised", "No.", { reason: `hand-in-${why}` });
  const ask: AskGateway = async (path, { schema, body }) => {
    // Once, as a gateway that has had enough for the moment.
    if (path === "/api/entrusted/seals" && busy-- > 0) throw new Failure("too-many-requests", "Slower.");
    return schema.parse(await answer(path, JSON.parse(JSON.stringify(body)) as Said));
  };
  const sign = vault.signTypedData as Parameters<typeof createTalk>[1]["sign"];
  return { heard, held, talk: (by = sign) => createTalk(ask, { place, subject, gateway, sign: by }) };
}

describe("A patient's vault that speaks to a gateway", () => {
  it("hands in several messages in one second, each later than the one before, also after it was asked to be slower", async () => {
    const gateway = createGateway({ busy: 1 });
    const talk = gateway.talk();
    for (const digit of ["1", "2", "3"]) expect(await talk.handIn([sealOf(digit)])).toEqual({ kept: 1, skipped: 0 });
    expect(gateway.heard).toEqual([...new Set(gateway.heard)].toSorted((a, b) => a - b));
    expect(await talk.drop()).toEqual({ dropped: 3 });
    expect(gateway.held).toEqual([]);
  });

  it("is heard although another device spoke to it with a later time a moment ago", async () => {
    const gateway = createGateway({ last: Math.floor(Date.now() / 1000) + 20 });
    expect(await gateway.talk().drop()).toEqual({ dropped: 0 });
    expect(gateway.heard).toHaveLength(1);
  });

  it("learns page by page what is there, so that only the rest is handed in", async () => {
    const gateway = createGateway({ pages: 3 });
    const talk = gateway.talk();
    await talk.handIn(["1", "2", "3", "4", "5"].map(sealOf));
    const held = await talk.readHeld();
    const wanted = ["1", "2", "6"].map((digit): Wanted => ({
      ...{ document: document(digit), version: 1, category: "labs", keyedBy: "category" },
      manifestBytes: new Uint8Array(),
    }));
    const single: Wanted = { ...wanted[0], ...wanted[1], keyedBy: "document" } as Wanted;
    const newer: Wanted = { ...wanted[0], version: 2 } as Wanted;
    expect(missingSeals([...wanted, single, newer], held)).toEqual([wanted[2], single, newer]);
    // A document counts once, and only when all of its seals are there.
    expect(countDocuments(wanted, held)).toEqual({ ready: 2, all: 3 });
    expect(countDocuments([...wanted, single], held)).toEqual({ ready: 1, all: 3 });
    expect(countDocuments([], held)).toEqual({ ready: 0, all: 0 });
    held.add(nameSeal(single));
    expect(countDocuments([...wanted, single], held)).toEqual({ ready: 2, all: 3 });
  });

  it("has an erasure gone on with until there is a certificate", async () => {
    const certificate = await createGateway({ parts: 3 }).talk().erase(document("1"));
    expect(encodeErasure(certificate)).toEqual(utf8(vectors.certificate));
    await expect(createGateway({ parts: 100 }).talk().erase(document("1"))).rejects.toMatchObject({
      reason: "erasure-unfinished",
    });
  });

  it("gives up where the gateway does not know its account", async () => {
    const stranger = privateKeyToAccount(generatePrivateKey());
    const talk = createGateway().talk(stranger.signTypedData as never);
    await expect(talk.drop()).rejects.toMatchObject({ code: "not-authorised", reason: "hand-in-signature" });
    await expect(talk.readHeld()).rejects.toMatchObject({ reason: "hand-in-signature" });
  });
});
