// Everybody at the end of a counter. No act can lead there in the time that a chain lasts, but a signed revoke's ceiling;
// the rule is the same everywhere: what opens is refused, and what ends still goes through.

import { expect } from "chai";
import {
  consentOf,
  CONTRIBUTE,
  draftGrant,
  grant,
  granted,
  isActive,
  READ,
  signRevoke,
  unpack,
  type Draft,
} from "./support/consents.ts";
import { appointed } from "./support/mandates.ts";
import { signAct } from "./support/sign.ts";
import { connection, ethers, read, send, setStage, START, word } from "./support/stage.ts";

const TOP = 2 ** 32 - 1;
const { setStorageAt } = connection.networkHelpers;
const coder = ethers.AbiCoder.defaultAbiCoder();

/** Where a mapping keeps what stands under these keys, from the outer to the inner, if it is the variable at `slot`. */
const placeIn = (slot: bigint, keys: string[]): string =>
  keys.reduce((place, key) => ethers.keccak256(ethers.concat([ethers.zeroPadValue(key, 32), place])), word32(slot));
const word32 = (value: bigint): string => ethers.toBeHex(value, 32);

describe("Everybody at the end of a counter", () => {
  const stage = setStage();

  /** Writes another word where the ledger keeps `present` under these keys; whichever variable that is. */
  async function rewrite(keys: string[], present: bigint, next: bigint): Promise<void> {
    const ledger = await stage.ledger.getAddress();
    for (let slot = 0n; slot < 20n; slot += 1n) {
      const place = placeIn(slot, keys);
      if (BigInt(await ethers.provider.getStorage(ledger, place)) !== present) continue;
      await setStorageAt(ledger, place, word32(next));
      return;
    }
    throw new Error("The word was not found.");
  }

  /** A consent of the highest version there is, in force. */
  async function atTheTop(changes: Parameters<typeof draftGrant>[1] = {}): Promise<Draft> {
    const draft = await draftGrant(stage, changes);
    const { subject, grantee, scope } = draft;
    const signature = await signRevoke(stage, stage.ana, draft, TOP - 2);
    await send(stage.ledger, stage.relayer, "revokeSigned", subject, grantee, scope, TOP - 2, signature);
    const last = await granted(stage, changes);
    expect(unpack(await consentOf(stage, last))).to.include({ status: 1, version: TOP });
    return last;
  }

  it("ends a consent of the highest version in each way that there is, and grants none under its scope again", async () => {
    await send(stage.ledger, stage.ana, "publishKey", word("key"), stage.anaVault.address, "0x");
    const mandate = await appointed(stage);
    const ways: Record<string, (draft: Draft) => Promise<unknown>> = {
      revoke: ({ grantee, scope }) => send(stage.ledger, stage.ana, "revoke", grantee, scope),
      revokeMany: ({ grantee, scope }) => send(stage.ledger, stage.ana, "revokeMany", [[scope, grantee]]),
      revokeSigned: async (draft) => {
        const signature = await signRevoke(stage, stage.anaVault, draft, TOP);
        const { subject, grantee, scope } = draft;
        return send(stage.ledger, stage.relayer, "revokeSigned", subject, grantee, scope, TOP, signature);
      },
      revokeManySigned: async ({ subject, grantee, scope }) => {
        const signature = await signAct(stage, stage.ana, "RevokeMany", {
          revokes: [{ subject, grantee, scope, ceiling: TOP }],
        });
        const revocations = [[scope, grantee, TOP]];
        return send(stage.ledger, stage.relayer, "revokeManySigned", subject, revocations, signature);
      },
      revokeByProxy: ({ subject, grantee, scope }) =>
        send(stage.ledger, stage.sam, "revokeByProxy", subject, grantee, scope, mandate.scope),
      renounce: ({ subject, scope }) => send(stage.ledger, stage.lena, "renounce", subject, scope),
    };
    for (const [name, end] of Object.entries(ways)) {
      const draft = await atTheTop({ name });
      await end(draft);
      expect(await isActive(stage, draft), name).to.equal(false);
      expect(unpack(await consentOf(stage, draft)), name).to.include({
        status: name === "renounce" ? 3 : 2,
        version: TOP,
      });
      await expect(grant(stage, await draftGrant(stage, { name })), name).to.be.revertedWithPanic(0x11);
      await send(stage.ledger, stage.ana, "revoke", draft.grantee, draft.scope);
      // In a batch as alone it is on record, though it changes nothing any more.
      const head = await read(stage.ledger, "headOf", draft.subject);
      await send(stage.ledger, stage.ana, "revokeMany", [[draft.scope, draft.grantee]]);
      expect(await read(stage.ledger, "headOf", draft.subject), name).not.to.equal(head);
    }
  });

  it("withdraws and rejects a document of the highest version, and supersedes it no more", async () => {
    const consent = await granted(stage, { ops: READ + CONTRIBUTE });
    const { subject, grantee, scope } = consent;
    await send(stage.ledger, stage.ana, "anchor", word("own"), word("m"), 1);
    await send(stage.ledger, stage.lena, "fileRecord", subject, grantee, scope, word("filed"), word("m"), 1);
    for (const [name, end] of [
      ["own", () => send(stage.ledger, stage.ana, "withdraw", subject, word("own"))],
      ["filed", () => send(stage.ledger, stage.ana, "reject", word("filed"))],
    ] as const) {
      const present = await read(stage.ledger, "documentOf", subject, word(name));
      await rewrite([subject, word(name)], present, present | (BigInt(TOP) << 8n));
      for (const version of [0, 1, TOP]) {
        await expect(
          send(stage.ledger, stage.ana, "anchor", word(name), word("m"), version),
        ).to.be.revertedWithCustomError(stage.ledger, name === "own" ? "WrongVersion" : "NotAuthor");
      }
      await end();
      const ended = await read(stage.ledger, "documentOf", subject, word(name));
      expect(ended & 0xff_ffff_ffffn).to.equal((BigInt(TOP) << 8n) | (name === "own" ? 2n : 3n));
    }
  });

  it("cancels an appointment of the highest version, and frees its time, and moves it no more", async () => {
    const day = Math.floor(START / 86_400) + 1;
    const named = [stage.ana.address, stage.lena.address, word("appointment")];
    await send(stage.ledger, stage.lena, "publishAvailability", day, (1n << 96n) - 1n);
    await send(stage.ledger, stage.ana, "requestAppointment", [...named, day, 40, 2, word("details")]);
    await send(stage.ledger, stage.lena, "confirmAppointment", ...named);
    const present = await read(stage.ledger, "appointmentOf", ...named);
    const key = ethers.keccak256(coder.encode(["address", "address", "bytes32"], named));
    await rewrite([key], present, present | (BigInt(TOP) << 64n));
    await expect(
      send(stage.ledger, stage.ana, "rescheduleAppointment", [...named, day, 50, 2, word("details")]),
    ).to.be.revertedWithPanic(0x11);
    await send(stage.ledger, stage.ana, "cancelAppointment", ...named);
    const ended = await read(stage.ledger, "appointmentOf", ...named);
    expect([ended & 0xffn, (ended >> 64n) & 0xffff_ffffn]).to.deep.equal([3n, BigInt(TOP)]);
    expect((await read<bigint[]>(stage.ledger, "dayOf", stage.lena.address, day))[1]).to.equal(0n);
  });

  it("revokes at the last generation and epoch, from the wallet and from the vault account, though neither can rise", async () => {
    await send(stage.ledger, stage.ana, "publishKey", word("key"), stage.anaVault.address, "0x");
    const vault = BigInt(stage.anaVault.address);
    const last = vault | (((1n << 96n) - 1n) << 160n);
    await rewrite([stage.ana.address], vault, last);
    expect(await read(stage.ledger, "generationOf", stage.ana.address)).to.equal(2n ** 64n - 1n);
    const [first, second] = [await granted(stage, { name: "first" }), await granted(stage, { name: "second" })];
    await send(stage.ledger, stage.ana, "revoke", first.grantee, first.scope);
    const { subject, grantee, scope } = second;
    const signature = await signRevoke(stage, stage.anaVault, second, 9);
    await send(stage.ledger, stage.relayer, "revokeSigned", subject, grantee, scope, 9, signature);
    for (const draft of [first, second]) expect(await isActive(stage, draft)).to.equal(false);
    await expect(send(stage.ledger, stage.ana, "cancelSigned")).to.be.revertedWithPanic(0x11);
    await expect(send(stage.ledger, stage.ana, "rekey", subject, word("bundle"))).to.be.revertedWithPanic(0x11);
  });

  it("anchors no receipt after which there would be no next number, so that asking for it always has an answer", async () => {
    const anchor = (count: bigint): Promise<unknown> =>
      send(stage.ledger, stage.gateway, "anchorReceipts", word(`root of ${count}`), 1, count);
    await expect(anchor(2n ** 64n - 1n)).to.be.revertedWithPanic(0x11);
    await anchor(2n ** 64n - 2n);
    expect((await read<unknown[]>(stage.ledger, "receiptsOf", stage.gateway.address))[1]).to.equal(2n ** 64n - 1n);
    await expect(
      send(stage.ledger, stage.gateway, "anchorReceipts", word("last"), 2n ** 64n - 1n, 1),
    ).to.be.revertedWithPanic(0x11);
  });
});
