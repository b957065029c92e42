// What each act costs, on the same chain with the same keys and times, so that the numbers are the same in every run.

import type { ContractTransactionReceipt } from "ethers";
import {
  CONTRIBUTE,
  draftGrant,
  grant,
  granted,
  grantMessage,
  grantTerms,
  MANAGE,
  READ,
  signRenew,
  signReplace,
  signRevoke,
} from "./consents.ts";
import { appoint, arm, grantByProxy } from "./mandates.ts";
import { openClinic } from "./providers.ts";
import { signAct } from "./sign.ts";
import { DAY, send, START, word, type Stage } from "./stage.ts";

/** Measures every act on a fresh stage; "First" is an account's very first act, all others are later ones. */
export async function measureGas(stage: Stage): Promise<Record<string, number>> {
  const { ledger, registry, ana, lena, noor, relayer, gateway, rosa } = stage;
  const gas: Record<string, number> = {};
  const note = async (name: string, sent: Promise<ContractTransactionReceipt>): Promise<void> => {
    gas[name] = Number((await sent).gasUsed);
  };
  const day = Math.floor(START / DAY) + 1;

  await note("requestFirst", send(ledger, lena, "request", ana.address, word("note")));
  await note("request", send(ledger, lena, "request", ana.address, word("note two")));

  const first = await draftGrant(stage, { name: "first" });
  await note("grantFirst", grant(stage, first));
  const second = await draftGrant(stage, { name: "second", ops: READ + CONTRIBUTE });
  await note("grant", grant(stage, second));
  const { subject, grantee, scope, deadline } = second;
  const until = second.expiresAt + DAY;
  const renewal = await signRenew(stage, ana, second, { until, version: 1n });
  await note("renew", send(ledger, relayer, "renew", subject, grantee, scope, until, deadline, renewal));
  const third = await draftGrant(stage, { name: "third" });
  const replacement = await signReplace(stage, ana, third, { replaces: first.scope, version: 1n });
  await note("replace", send(ledger, relayer, "replace", first.scope, grantTerms(third), replacement));
  await note("file", send(ledger, lena, "fileRecord", subject, grantee, scope, word("filed"), word("manifest"), 1));
  await note("revoke", send(ledger, ana, "revoke", third.grantee, third.scope));
  const revocation = await signRevoke(stage, ana, second, 9);
  await note("revokeSigned", send(ledger, relayer, "revokeSigned", subject, grantee, scope, 9, revocation));
  const fourth = await granted(stage, { name: "fourth" });
  await note("renounce", send(ledger, lena, "renounce", fourth.subject, fourth.scope));
  await note("decline", send(ledger, ana, "decline", lena.address, word("request"), word("reason")));
  await note("mute", send(ledger, ana, "mute", lena.address, true));
  await note("cancelSigned", send(ledger, ana, "cancelSigned"));
  await note("publishKey", send(ledger, ana, "publishKey", word("key"), stage.anaVault.address, "0x"));
  await note("publishKeyAgain", send(ledger, ana, "publishKey", word("next"), stage.anaVault.address, "0x"));
  await note("rekey", send(ledger, ana, "rekey", ana.address, word("bundle")));

  await note("anchor", send(ledger, ana, "anchor", word("document"), word("manifest"), 1));
  await note("supersede", send(ledger, ana, "anchor", word("document"), word("manifest two"), 2));
  await note("withdraw", send(ledger, ana, "withdraw", ana.address, word("document")));
  await note("reject", send(ledger, ana, "reject", word("filed")));

  await note("availability", send(ledger, lena, "publishAvailability", day, (1n << 96n) - 1n));
  const booking = [ana.address, lena.address, word("appointment"), day, 40, 2, word("details")];
  const named = [ana.address, lena.address, word("appointment")];
  await note("book", send(ledger, ana, "requestAppointment", booking));
  await note("confirm", send(ledger, lena, "confirmAppointment", ...named));
  await note("reschedule", send(ledger, ana, "rescheduleAppointment", [...booking.slice(0, 4), 50, 2, word("moved")]));
  await note("cancelAppointment", send(ledger, ana, "cancelAppointment", ...named));

  await note("anchorReceiptsFirst", send(ledger, gateway, "anchorReceipts", word("root"), 1, 10));
  await note("anchorReceipts", send(ledger, gateway, "anchorReceipts", word("root two"), 11, 10));

  const names = Array.from({ length: 10 }, (_, index) => `many ${index}`);
  const many = await Promise.all(names.map((name) => draftGrant(stage, { name })));
  const manySignature = await signAct(stage, ana, "GrantMany", { grants: many.map(grantMessage) });
  await note("grantBatch10", send(ledger, relayer, "grantMany", many.map(grantTerms), manySignature));
  await note(
    "revokeBatch10",
    send(
      ledger,
      ana,
      "revokeMany",
      many.map((one) => [one.scope, one.grantee]),
    ),
  );
  const again = await Promise.all(names.map((name) => draftGrant(stage, { name: `${name} again` })));
  const againSignature = await signAct(stage, ana, "GrantMany", { grants: again.map(grantMessage) });
  await send(ledger, relayer, "grantMany", again.map(grantTerms), againSignature);
  const revokes = again.map((one) => ({ subject, grantee: one.grantee, scope: one.scope, ceiling: 9 }));
  const revokesSignature = await signAct(stage, ana, "RevokeMany", { revokes });
  const revocations = revokes.map((one) => [one.scope, one.grantee, one.ceiling]);
  await note("revokeBatch10Signed", send(ledger, relayer, "revokeManySigned", subject, revocations, revokesSignature));

  await note("apply", send(registry, noor, "applyFor", 3, word("licence"), word("card")));
  await note("verify", send(registry, rosa, "verify", noor.address, 3, word("licence"), START + 365 * DAY));
  await openClinic(stage);
  const emergency = await draftGrant(stage, { name: "emergency", grantee: stage.clinic.address });
  await note("arm", arm(stage, emergency));
  const glass = [subject, emergency.grantee, emergency.scope, word("why")];
  await note("breakGlass", send(ledger, lena, "breakGlass", ...glass));
  await note("revokeArmed", send(ledger, ana, "revoke", emergency.grantee, emergency.scope));
  const mandate = await draftGrant(stage, { name: "mandate", grantee: stage.sam.address, ops: READ + MANAGE });
  await note("appoint", appoint(stage, mandate));
  const fifth = await draftGrant(stage, { name: "fifth" });
  await note("grantByProxy", grantByProxy(stage, mandate, fifth));
  const byProxy = [subject, fifth.grantee, fifth.scope, mandate.scope];
  await note("revokeByProxy", send(ledger, stage.sam, "revokeByProxy", ...byProxy));
  await note("revokeMandate", send(ledger, ana, "revoke", mandate.grantee, mandate.scope));
  const { ben } = stage;
  const newcomers = await Promise.all(names.map((name) => draftGrant(stage, { name, subject: ben.address })));
  const newcomersSignature = await signAct(stage, ben, "GrantMany", { grants: newcomers.map(grantMessage) });
  await note("grantBatch10First", send(ledger, relayer, "grantMany", newcomers.map(grantTerms), newcomersSignature));
  const none = { subject: stage.tomas.address, grantee: lena.address, scope: word("none") };
  await note("revokeFirst", send(ledger, stage.tomas, "revoke", none.grantee, none.scope));
  return gas;
}
