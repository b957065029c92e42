// A demo person who is signed in, and what they do as anybody would: sign acts and have them relayed, seal documents,
// read under a consent.

import type { HDAccount } from "viem/accounts";
import { privateKeyToAccount } from "viem/accounts";
import type { Address, Hex } from "viem";
import { createSiweMessage } from "viem/siwe";
import { z } from "zod";
import { createSessionKey, deriveBytes, deriveVaultAccount, sessionResources } from "#protocol/keys/index.ts";
import type { Compartments, EncryptionKey, SessionKey } from "#protocol/keys/index.ts";
import { toHex, type Bytes } from "#protocol/bytes.ts";
import type { Opening } from "#protocol/consent/index.ts";
import { Failure } from "#protocol/failure.ts";
import { actToJson, readSigningState, typedAct, type Act, type TypedData } from "#protocol/typed-data/index.ts";
import { demoAccount } from "../demo-people.ts";
import { createCaller, type Caller } from "./caller.ts";
import type { Stage } from "./stage.ts";

/** Somebody signed in. */
export type Participant = {
  readonly index: number;
  readonly account: HDAccount;
  readonly address: Address;
  readonly call: Caller;
  readonly sessionKey: SessionKey;
};

/** Somebody signed in whose vault is open. */
export type Enrolled = Participant & {
  readonly root: Bytes;
  readonly key: EncryptionKey;
  readonly compartments: Compartments;
};

const HOURS_4 = 4 * 3_600;

/** Signs a demo person in by SIWE with a fresh session key; for an organisation where one is named. */
export async function signIn(
  stage: Stage,
  { index, organisation }: { index: number; organisation?: Address },
): Promise<Participant> {
  const account = demoAccount(index);
  const call = createCaller(stage.url);
  const sessionKey = await createSessionKey();
  const { nonce } = await call.get("/api/session/nonce", z.object({ nonce: z.string() }));
  const issuedAt = new Date();
  const message = createSiweMessage({
    address: account.address,
    chainId: stage.place.chainId,
    domain: new URL(stage.url).host,
    uri: new URL(stage.url).origin,
    version: "1",
    nonce,
    statement: "Sign in to Placet.",
    issuedAt,
    expirationTime: new Date(issuedAt.getTime() + HOURS_4 * 1_000),
    resources: sessionResources({
      publicKey: sessionKey.publicKey,
      gateway: stage.gateway.address,
      ...(organisation === undefined ? {} : { organisation }),
    }),
  });
  await call.send("POST", "/api/session", { message, signature: await account.signMessage({ message }) }, z.unknown());
  return { index, account, address: account.address, call, sessionKey };
}

/** Something of a person's own that is the same on every run and nobody else can guess: 32 bytes from their root. */
export function ownId({ root }: Enrolled, name: string): Hex {
  return toHex(deriveBytes(root, { label: `demonstration/${name}` }));
}

/** What one act needs to be signed besides itself. */
export type ToSign = { act: Act; opening?: Opening; by?: "vault" };

const relaySchema = z.object({ id: z.string(), state: z.string(), detail: z.string().nullable() });

/** Signs acts, hands them to the relay, and waits until the service's index knows all of them. */
export async function relayActs(stage: Stage, person: Participant | Enrolled, acts: readonly ToSign[]): Promise<void> {
  const ids = await Promise.all(acts.map((one) => handIn(stage, person, one)));
  for (let open = ids; open.length > 0;) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    const states = await Promise.all(open.slice(0, 4).map((id) => person.call.get(`/api/relay/${id}`, relaySchema)));
    const failed = states.find(({ state }) => state === "failed");
    if (failed !== undefined)
      throw new Failure("refused", `An act of the demonstration did not reach the ledger. ${failed.detail ?? ""}`);
    const done = new Set(states.filter(({ state }) => state === "indexed").map(({ id }) => id));
    open = open.filter((id) => !done.has(id));
  }
}

async function handIn(stage: Stage, person: Participant | Enrolled, { act, opening, by }: ToSign): Promise<string> {
  const state = await readSigningState(act, stage.readLedger);
  const typed = typedAct(stage.place, act, { ...state, ...(opening === undefined ? {} : { opening }) });
  const signature = await sign(person, typed, by);
  const { id } = await person.call.send("POST", "/api/relay", { act: actToJson(act), signature }, relaySchema);
  return id;
}

async function sign(person: Participant | Enrolled, typed: TypedData, by: "vault" | undefined): Promise<Hex> {
  const signer =
    by === "vault" && "root" in person ? privateKeyToAccount(deriveVaultAccount(person.root)) : person.account;
  // One signature for all acts: viem's types want each act's own.
  return signer.signTypedData(typed as Parameters<typeof signer.signTypedData>[0]);
}
