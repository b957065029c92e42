// The two promises that hold for every act at once: whatever a patient signed and did not send dies with cancelSigned, and
// nothing that anybody controls keeps a revoke from going through, in whatever order things are sent.

import { expect } from "chai";
import type { InterfaceAbi, Signer } from "ethers";
import { artifacts } from "hardhat";
import {
  consentOf,
  draftGrant,
  effectiveStatus,
  granted,
  grantMessage,
  grantTerms,
  isActive,
  MANAGE,
  READ,
  signGrant,
  signRenew,
  signReplace,
  signRevoke,
  STATUS,
  unpack,
  type Draft,
} from "./support/consents.ts";
import {
  appointed,
  appointMessage,
  armed,
  armMessage,
  grantByProxy,
  proxyFields,
  renewByProxy,
  signGrantByProxy,
} from "./support/mandates.ts";
import { openClinic } from "./support/providers.ts";
import { signAct } from "./support/sign.ts";
import { connection, DAY, ethers, HOUR, read, send, setStage, START, word } from "./support/stage.ts";

const deadline = START + HOUR;

describe("A patient who signed acts of every kind and cancels them", () => {
  const stage = setStage();

  it("has none of them carried out, whoever holds them", async () => {
    await openClinic(stage);
    const mandate = await appointed(stage);
    const standing = await granted(stage, { name: "standing", expiresAt: START + DAY });
    const [subject, generation] = [stage.ana.address, 0];
    const fresh = (name: string, more: Parameters<typeof draftGrant>[1] = {}): Promise<Draft> =>
      draftGrant(stage, { name, ...more });
    const day = Math.floor(START / DAY) + 1;
    const until = START + 2 * DAY;
    const held: Record<string, [function_: string, ...args: unknown[]]> = {};
    const one = await fresh("one");
    held["grant"] = ["grant", grantTerms(one), await signGrant(stage, stage.ana, one)];
    const renewal = await signRenew(stage, stage.ana, standing, { until, version: 1n });
    held["renew"] = ["renew", subject, standing.grantee, standing.scope, until, standing.deadline, renewal];
    const two = await fresh("two");
    const replacement = await signReplace(stage, stage.ana, two, { replaces: standing.scope, version: 1n });
    held["replace"] = ["replace", standing.scope, grantTerms(two), replacement];
    const three = await fresh("three", { grantee: stage.clinic.address });
    held["arm"] = ["arm", grantTerms(three), await signAct(stage, stage.ana, "Arm", armMessage(three, 1)), 1];
    const four = await fresh("four", { grantee: stage.ben.address, ops: READ + MANAGE });
    held["appoint"] = ["appoint", grantTerms(four), await signAct(stage, stage.ana, "Appoint", appointMessage(four))];
    const five = await fresh("five");
    const many = await signAct(stage, stage.ana, "GrantMany", { grants: [grantMessage(five)] });
    held["grantMany"] = ["grantMany", [grantTerms(five)], many];
    const six = await fresh("six");
    const named = [mandate.grantee, mandate.scope];
    held["grantByProxy"] = [
      "grantByProxy",
      named,
      grantTerms(six),
      await signGrantByProxy(stage, stage.sam, mandate, six),
    ];
    const { from: _, capsule: __, ...renewed } = grantMessage(standing);
    const byProxy = { ...(await proxyFields(stage, mandate)), ...renewed, until, version: 1 };
    const proxySignature = await signAct(stage, stage.sam, "RenewByProxy", byProxy);
    held["renewByProxy"] = [
      "renewByProxy",
      named,
      subject,
      standing.grantee,
      standing.scope,
      until,
      standing.deadline,
      proxySignature,
    ];
    const move = { subject, newAccount: stage.ben.address, generation, deadline };
    held["declareMove"] = [
      "declareMove",
      subject,
      stage.ben.address,
      deadline,
      await signAct(stage, stage.ana, "Moved", move),
      await signAct(stage, stage.ben, "Moved", move),
    ];
    const document = { subject, document: word("d"), manifest: word("m"), version: 1, generation, deadline };
    held["anchor"] = [
      "anchorSigned",
      subject,
      word("d"),
      word("m"),
      1,
      deadline,
      await signAct(stage, stage.ana, "Anchor", document),
    ];
    held["anchorMany"] = [
      "anchorManySigned",
      deadline,
      subject,
      [[word("d"), word("m"), 1]],
      await signAct(stage, stage.ana, "AnchorMany", { anchors: [document] }),
    ];
    const key = { account: subject, encryptionKey: word("key"), vaultAccount: stage.ben.address, generation, deadline };
    held["publishKey"] = [
      "publishKeySigned",
      subject,
      word("key"),
      stage.ben.address,
      deadline,
      await signAct(stage, stage.ana, "PublishKey", key),
      "0x",
    ];
    const booking = {
      patient: subject,
      provider: stage.lena.address,
      id: word("id"),
      day,
      slot: 1,
      length: 1,
      details: word("x"),
    };
    held["requestAppointment"] = [
      "requestAppointmentSigned",
      subject,
      Object.values(booking),
      deadline,
      await signAct(stage, stage.ana, "RequestAppointment", { account: subject, ...booking, generation, deadline }),
    ];

    const sendAll = async (check: (name: string, sent: Promise<unknown>) => Promise<unknown>): Promise<void> => {
      for (const [name, [function_, ...args]] of Object.entries(held)) {
        await check(name, send(stage.ledger, stage.relayer, function_, ...args));
      }
    };
    // The control: each of them is good before.
    for (const [function_, ...args] of Object.values(held)) {
      const snapshot = await connection.networkHelpers.takeSnapshot();
      await send(stage.ledger, stage.relayer, function_, ...args);
      await snapshot.restore();
    }
    await send(stage.ledger, stage.ana, "cancelSigned");
    await sendAll((name, sent) => expect(sent, name).to.be.revertedWithCustomError(stage.ledger, "BadSignature"));
    expect(await effectiveStatus(stage, standing)).to.equal(STATUS.active);
  });
});

describe("A patient's revoke", () => {
  const stage = setStage();

  it("with a ceiling wins in all 120 orders of a grant, a renewal, a replacement, a second grant and itself", async () => {
    const first = await draftGrant(stage, { name: "first" });
    const again = { ...first, version: 2n, capsule: word("again") };
    const next = await draftGrant(stage, { name: "next" });
    const { subject, grantee, scope } = first;
    const until = first.expiresAt + DAY;
    const renewal = await signRenew(stage, stage.ana, first, { until, version: 1n });
    const replacement = await signReplace(stage, stage.ana, next, { replaces: scope, version: 2n });
    const held: Record<string, unknown[]> = {
      grant: ["grant", grantTerms(first), await signGrant(stage, stage.ana, first)],
      renew: ["renew", subject, grantee, scope, until, first.deadline, renewal],
      replace: ["replace", scope, grantTerms(next), replacement],
      again: ["grant", grantTerms(again), await signGrant(stage, stage.ana, again)],
      revoke: [
        "revokeSigned",
        subject,
        grantee,
        scope,
        1_000_000,
        await signRevoke(stage, stage.ana, first, 1_000_000),
      ],
    };
    const orders = permutations(Object.keys(held));
    expect(orders.length).to.equal(120);
    const start = await connection.networkHelpers.takeSnapshot();
    for (const order of orders) {
      let revoked = false;
      for (const name of order) {
        const [function_, ...args] = held[name] as [string, ...unknown[]];
        const done = await send(stage.ledger, stage.relayer, function_, ...args).then(
          () => true,
          () => false,
        );
        if (name === "revoke") expect(done, order.join(", ")).to.equal(true);
        else if (revoked) expect(done, `${name} after the revoke in ${order.join(", ")}`).to.equal(false);
        revoked ||= name === "revoke";
      }
      expect(await isActive(stage, first), order.join(", ")).to.equal(false);
      await start.restore();
    }
  });

  it("goes through whatever the grantee, the proxy, the vault account, the registrar and the registry do first", async () => {
    await openClinic(stage);
    await send(stage.ledger, stage.ana, "publishKey", word("key"), stage.anaVault.address, "0x");
    await stage.relayer.sendTransaction({ to: stage.anaVault.address, value: 10n ** 18n });
    const mandate = await appointed(stage);
    const registry = await stage.registry.getAddress();
    const vault = stage.anaVault.connect(stage.relayer.provider);
    const hindrances: Record<string, (draft: Draft) => Promise<unknown>> = {
      "nobody hinders": () => Promise.resolve(),
      "the grantee breaks the glass": ({ subject, grantee, scope }) =>
        send(stage.ledger, stage.lena, "breakGlass", subject, grantee, scope, word("why")),
      "the grantee renounces": ({ subject, scope }) => send(stage.ledger, stage.clinic, "renounce", subject, scope),
      "the proxy revokes and grants over it": async (draft) => {
        const { subject, grantee, scope } = draft;
        await send(stage.ledger, stage.sam, "revokeByProxy", subject, grantee, scope, mandate.scope);
        const { version } = unpack(await consentOf(stage, draft));
        const anew = { ...draft, version: BigInt(version ?? 0) };
        await grantByProxy(stage, mandate, anew);
        await renewByProxy(stage, mandate, anew, draft.expiresAt - 1);
      },
      "the vault account re-keys": ({ subject }) =>
        send(stage.ledger, vault as Signer, "rekey", subject, word("bundle")),
      "the registrar suspends the grantee": () => send(stage.registry, stage.rosa, "suspend", stage.clinic.address),
      "the registry refuses every question": () => ethers.provider.send("hardhat_setCode", [registry, "0xfe"]),
      "the registry burns all gas": () => ethers.provider.send("hardhat_setCode", [registry, "0x5b600056"]),
    };
    for (const [name, hinder] of Object.entries(hindrances)) {
      for (const way of ["plain", "signed", "many", "many signed"]) {
        const snapshot = await connection.networkHelpers.takeSnapshot();
        const draft = await armed(stage, { name: `${name} ${way}` });
        const { subject, grantee, scope } = draft;
        const ceiling = 1_000_000;
        const single = await signRevoke(stage, stage.ana, draft, ceiling);
        const several = await signAct(stage, stage.ana, "RevokeMany", {
          revokes: [{ subject, grantee, scope, ceiling }],
        });
        await hinder(draft);
        if (way === "plain") await send(stage.ledger, stage.ana, "revoke", grantee, scope);
        if (way === "signed")
          await send(stage.ledger, stage.relayer, "revokeSigned", subject, grantee, scope, ceiling, single);
        if (way === "many") await send(stage.ledger, stage.ana, "revokeMany", [[scope, grantee]]);
        if (way === "many signed") {
          await send(stage.ledger, stage.relayer, "revokeManySigned", subject, [[scope, grantee, ceiling]], several);
        }
        const status = await effectiveStatus(stage, draft);
        expect([STATUS.revoked, STATUS.renounced], `${name}, ${way}`).to.include(status);
        await snapshot.restore();
      }
    }
  });
});

describe("Somebody who asks why not", () => {
  const stage = setStage();
  const whyNot = (draft: Draft, reader: string, op = READ): Promise<bigint> =>
    read(stage.ledger, "whyNot", draft.subject, draft.grantee, reader, draft.scope, op);

  it("is told the one reason, and none exactly where it is active", async () => {
    await openClinic(stage);
    const draft = await granted(stage, {
      grantee: stage.clinic.address,
      notBefore: START + HOUR,
      expiresAt: START + DAY,
    });
    const [clinic, clerk] = [stage.clinic.address, stage.noor.address];
    expect(await whyNot({ ...draft, scope: word("none") }, clinic)).to.equal(1n);
    expect(await whyNot(draft, clinic)).to.equal(7n);
    await connection.networkHelpers.time.increaseTo(START + HOUR);
    expect(await whyNot(draft, clinic)).to.equal(0n);
    expect(await whyNot(draft, clerk)).to.equal(0n);
    expect(await whyNot(draft, clinic, 0)).to.equal(16n);
    expect(await whyNot(draft, clinic, MANAGE)).to.equal(16n);
    expect(await whyNot(draft, stage.stranger.address)).to.equal(17n);
    const emergency = await armed(stage, { name: "emergency", deadline: START + DAY }, 1);
    expect(await whyNot(emergency, clinic)).to.equal(5n);
    await send(
      stage.ledger,
      stage.lena,
      "breakGlass",
      emergency.subject,
      emergency.grantee,
      emergency.scope,
      word("why"),
    );
    expect(await whyNot(emergency, stage.lena.address)).to.equal(0n);
    expect(await whyNot(emergency, clerk)).to.equal(18n);
    await connection.networkHelpers.time.increase(4 * HOUR);
    expect(await whyNot(emergency, clinic)).to.equal(9n);
    await connection.networkHelpers.time.increaseTo(START + DAY);
    expect(await whyNot(draft, clinic)).to.equal(6n);
    const standing = await granted(stage, { name: "standing", deadline: START + 2 * DAY });
    await send(stage.ledger, stage.ana, "revoke", standing.grantee, standing.scope);
    expect(await whyNot(standing, standing.grantee)).to.equal(2n);
    const renounced = await granted(stage, { name: "renounced", deadline: START + 2 * DAY });
    await send(stage.ledger, stage.lena, "renounce", renounced.subject, renounced.scope);
    expect(await whyNot(renounced, renounced.grantee)).to.equal(3n);
  });

  it("finds the interfaces by ERC-165, and not that of the draft ERC-8356, which it does not have whole", async () => {
    const supports = (id: string): Promise<boolean> => read(stage.ledger, "supportsInterface", id);
    expect(await supports("0x01ffc9a7")).to.equal(true);
    expect(await supports("0x84b0196e")).to.equal(true); // ERC-5267
    expect(await supports("0xffffffff")).to.equal(false);
    const names = [...(await artifacts.getAllFullyQualifiedNames())].filter((name) =>
      name.includes("contracts/interfaces/"),
    );
    const modules = names.filter((name) => !/:(ILedger|IProviderRegistry)$/.test(name));
    expect(modules.length).to.be.greaterThan(15);
    for (const name of modules) {
      const { abi } = await artifacts.readArtifact(name);
      let interfaceId = 0n;
      new ethers.Interface(abi as InterfaceAbi).forEachFunction(({ selector }) => (interfaceId ^= BigInt(selector)));
      expect(await supports(ethers.toBeHex(interfaceId, 4)), name).to.equal(true);
    }
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}
