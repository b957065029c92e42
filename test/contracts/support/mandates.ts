// Armed consents and mandates as the tests open them, and what their proxies sign.

import type { ContractTransactionReceipt, Signer } from "ethers";
import { consentOf, draftGrant, grantMessage, grantTerms, MANAGE, READ, versionOf, type Draft } from "./consents.ts";
import { signAct } from "./sign.ts";
import { read, send, type Stage } from "./stage.ts";

type Changes = Parameters<typeof draftGrant>[1];

/** What a wallet shows of arming. */
export const armMessage = (draft: Draft, times: number): Record<string, unknown> => ({
  ...grantMessage(draft),
  times,
  hoursEach: 4,
});

/** Arms a draft: signed by Ana, sent by the relayer. */
export async function arm(
  stage: Stage,
  draft: Draft,
  { times = 2, signer = stage.ana as Signer }: { times?: number; signer?: Signer } = {},
): Promise<ContractTransactionReceipt> {
  const signature = await signAct(stage, signer, "Arm", armMessage(draft, times));
  return send(stage.ledger, stage.relayer, "arm", grantTerms(draft), signature, times);
}

/** Arms a consent and returns its draft. */
export async function armed(stage: Stage, changes: Changes = {}, times = 2): Promise<Draft> {
  const draft = await draftGrant(stage, { grantee: stage.clinic.address, name: "armed", ...changes });
  await arm(stage, draft, { times });
  return draft;
}

/** What a wallet shows of appointing a proxy. */
export const appointMessage = (draft: Draft): Record<string, unknown> => {
  const { grantee, ...rest } = grantMessage(draft);
  return { ...rest, proxy: grantee, mayManage: true };
};

/** Appoints the grantee of a draft as proxy: signed by Ana, sent by the relayer. */
export async function appoint(
  stage: Stage,
  draft: Draft,
  signer: Signer = stage.ana,
): Promise<ContractTransactionReceipt> {
  const signature = await signAct(stage, signer, "Appoint", appointMessage(draft));
  return send(stage.ledger, stage.relayer, "appoint", grantTerms(draft), signature);
}

/** Ana's mandate to Sam, to read and to manage, unless told otherwise. */
export async function appointed(stage: Stage, changes: Changes = {}): Promise<Draft> {
  const draft = await draftGrant(stage, {
    name: "mandate",
    grantee: stage.sam.address,
    ops: READ + MANAGE,
    ...changes,
  });
  await appoint(stage, draft);
  return draft;
}

/** The fields that a proxy's opening acts begin with. */
export async function proxyFields(stage: Stage, mandate: Draft): Promise<Record<string, unknown>> {
  return {
    proxy: mandate.grantee,
    mandate: mandate.scope,
    mandateVersion: versionOf(await consentOf(stage, mandate)),
    proxyGeneration: await read(stage.ledger, "generationOf", mandate.grantee),
  };
}

/** Signs a grant by proxy. */
export async function signGrantByProxy(stage: Stage, signer: Signer, mandate: Draft, draft: Draft): Promise<string> {
  return signAct(stage, signer, "GrantByProxy", { ...(await proxyFields(stage, mandate)), ...grantMessage(draft) });
}

/** Signs and sends a grant by proxy: by Sam, through the relayer. */
export async function grantByProxy(
  stage: Stage,
  mandate: Draft,
  draft: Draft,
  signer: Signer = stage.sam,
): Promise<ContractTransactionReceipt> {
  const signature = await signGrantByProxy(stage, signer, mandate, draft);
  return send(
    stage.ledger,
    stage.relayer,
    "grantByProxy",
    [mandate.grantee, mandate.scope],
    grantTerms(draft),
    signature,
  );
}

/** Signs and sends a renewal by proxy. */
export async function renewByProxy(
  stage: Stage,
  mandate: Draft,
  draft: Draft,
  until: number,
  signer: Signer = stage.sam,
): Promise<ContractTransactionReceipt> {
  const { from: _, capsule: __, ...renewal } = grantMessage(draft);
  const version = versionOf(await consentOf(stage, draft));
  const signature = await signAct(stage, signer, "RenewByProxy", {
    ...(await proxyFields(stage, mandate)),
    ...renewal,
    until,
    version,
  });
  const { subject, grantee, scope, deadline } = draft;
  const named = [mandate.grantee, mandate.scope];
  return send(stage.ledger, stage.relayer, "renewByProxy", named, subject, grantee, scope, until, deadline, signature);
}
