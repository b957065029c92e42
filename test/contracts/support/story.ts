// One of every signed act, in an order in which each is valid, with fixed people, words, times and salts: what the frozen
// vectors in test/vectors are made of. TypeScript says what is signed; the contract has to agree by accepting it.

import { hashTypedData } from "viem";
import type { Address, Hex } from "viem";
import { CONTRIBUTE, READ } from "#protocol/codes/index.ts";
import { createOpening, scopeOf, type Opening } from "#protocol/consent/index.ts";
import {
  actorOf,
  actToJson,
  parseAct,
  typedAct,
  type ActName,
  type Place,
  type PrimaryType,
} from "#protocol/typed-data/index.ts";
import { demoAccount } from "#scripts/demo-people.ts";
import { DAY, HOUR, START, word } from "./stage.ts";

/** What a signature needs besides the act, as JSON holds it. */
export type State = { opening?: Opening; ops?: number; version?: number; generation?: number };

/** One frozen act. */
export type SignedStep = {
  act: { name: ActName; args: Record<string, string | number | boolean> };
  state: State;
  primaryType: PrimaryType;
  digest: Hex;
  signature: Hex;
};

const [ana, lena] = [demoAccount(2), demoAccount(4)];
const vaultAccount = demoAccount(13).address;
const deadline = START + HOUR;
const generation = 0;
const digestOf = (text: string): Hex => word(text) as Hex;

const openings = ["first", "second", "third"].map((name) =>
  createOpening({
    categories: name === "second" ? ["labs"] : ["labs", "imaging"],
    purposes: ["TREAT"],
    salt: digestOf(`salt of the ${name} opening`),
  }),
);

/** Signs the whole story for a ledger. */
export async function signStory(place: Place): Promise<SignedStep[]> {
  const [first, second, third] = openings;
  if (first === undefined || second === undefined || third === undefined) throw new Error("Three openings are needed.");
  const [subject, grantee, provider, patient] = [ana.address, lena.address, lena.address, ana.address];
  const ops = READ + CONTRIBUTE;
  const terms = (opening: Opening, name: string): Record<string, unknown> => ({
    subject,
    grantee,
    scope: scopeOf(opening),
    ops,
    notBefore: START,
    expiresAt: START + 30 * DAY,
    capsule: digestOf(`capsule of the ${name} consent`),
    deadline,
  });
  const [document, filed, id] = [digestOf("own document"), digestOf("filed document"), digestOf("appointment")];
  const scope = scopeOf(first);
  const day = Math.floor(START / DAY) + 1;
  const booking = { patient, provider, id, day, slot: 94, length: 4, details: digestOf("details"), deadline };
  const named = { patient, provider, id };
  const steps: [ActName, Record<string, unknown>, State][] = [
    ["publishKey", { account: subject, encryptionKey: digestOf("key"), vaultAccount, deadline }, { generation }],
    ["request", { grantee, subject, note: digestOf("what and why"), deadline }, { generation }],
    [
      "decline",
      { subject, grantee, request: digestOf("a request"), note: digestOf("reason"), deadline },
      { generation },
    ],
    ["mute", { subject, grantee, muted: true, deadline }, { generation }],
    ["grant", terms(first, "first"), { opening: first, version: 0, generation }],
    [
      "renew",
      { subject, grantee, scope, expiresAt: START + 60 * DAY, deadline },
      { opening: first, ops, version: 1, generation },
    ],
    [
      "file",
      { author: grantee, subject, grantee, scope, document: filed, manifest: digestOf("m1"), version: 1, deadline },
      { generation },
    ],
    ["reject", { subject, document: filed }, { version: 1 }],
    ["replace", { replaced: scope, ...terms(second, "second") }, { opening: second, version: 2, generation }],
    ["grant", terms(third, "third"), { opening: third, version: 0, generation }],
    ["renounce", { subject, grantee, scope: scopeOf(third) }, { version: 1 }],
    ["revoke", { subject, grantee, scope: scopeOf(second), ceiling: 5 }, {}],
    ["anchor", { subject, document, manifest: digestOf("m2"), version: 1, deadline }, { generation }],
    ["withdraw", { account: subject, subject, document }, { version: 1 }],
    ["rekey", { subject, bundle: digestOf("bundle"), epoch: 0 }, {}],
    ["publishAvailability", { provider, day, open: (2n ** 96n - 1n).toString(), deadline }, { generation }],
    ["publishAvailability", { provider, day: day + 1, open: "3", deadline }, { generation }],
    ["requestAppointment", { account: patient, ...booking }, { generation }],
    ["confirmAppointment", { account: provider, ...named, deadline }, { version: 1, generation }],
    ["rescheduleAppointment", { account: patient, ...booking, slot: 40 }, { version: 2, generation }],
    ["cancelAppointment", { account: provider, ...named }, { version: 3 }],
    ["cancelSigned", { subject }, { generation }],
  ];
  return Promise.all(steps.map(([name, args, state]) => signStep(place, { name, args, state })));
}

async function signStep(
  place: Place,
  { name, args, state }: { name: ActName; args: Record<string, unknown>; state: State },
): Promise<SignedStep> {
  const act = parseAct({ name, args });
  const typed = digestible(place, { act, state });
  const signer = [ana, lena].find(({ address }) => address === actorOf(act));
  if (signer === undefined) throw new Error("Only Ana and Lena act in this story.");
  return {
    act: actToJson(act),
    state,
    primaryType: typed.primaryType,
    digest: hashTypedData(typed),
    signature: await signer.signTypedData(typed),
  };
}

/** What is signed for a frozen act. */
export function digestible(place: Place, { act, state }: { act: unknown; state: State }): ReturnType<typeof typedAct> {
  const { generation: signedIn, ...rest } = state;
  return typedAct(place, parseAct(act), {
    ...rest,
    ...(signedIn === undefined ? {} : { generation: BigInt(signedIn) }),
  });
}

/** The opening, scope and parties of every consent in the story. */
export const storyConsents: { opening: Opening; subject: Address; grantee: Address; scope: Hex }[] = openings.map(
  (opening) => ({ opening, subject: ana.address, grantee: lena.address, scope: scopeOf(opening) }),
);
