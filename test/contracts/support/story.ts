// One of every signed act, in an order in which each is valid, with fixed people, words, times and salts: what the frozen
// vectors in test/vectors are made of. TypeScript says what is signed; the contract has to agree by accepting it.

import { hashTypedData } from "viem";
import type { Address, Hex } from "viem";
import { CONTRIBUTE, MANAGE, READ } from "#protocol/codes/index.ts";
import { createOpening, scopeOf, type Opening } from "#protocol/consent/index.ts";
import {
  actorOf,
  actToJson,
  parseAct,
  typedAct,
  type ActJson,
  type ActName,
  type Place,
  type PrimaryType,
} from "#protocol/typed-data/index.ts";
import { demoAccount } from "#scripts/demo-people.ts";
import { DAY, HOUR, START, word } from "./stage.ts";

/** What a signature needs besides the act, as JSON holds it. */
export type State = {
  opening?: Opening;
  openings?: Opening[];
  ops?: number;
  version?: number;
  versions?: number[];
  generation?: number;
  mandateVersion?: number;
  proxyGeneration?: number;
};

/** One frozen act. */
export type SignedStep = {
  act: { name: ActName; args: { readonly [name: string]: ActJson } };
  state: State;
  primaryType: PrimaryType;
  digest: Hex;
  /** Who signed, where it is not the one who acts: the subject's vault account. */
  signer?: Address;
  signature: Hex;
  /** The new account's, for a move. */
  newSignature?: Hex;
};

const [ana, ben, lena, moved, vault] = [2, 3, 4, 9, 13].map(demoAccount) as [
  ReturnType<typeof demoAccount>,
  ReturnType<typeof demoAccount>,
  ReturnType<typeof demoAccount>,
  ReturnType<typeof demoAccount>,
  ReturnType<typeof demoAccount>,
];
const vaultAccount = vault.address;
const deadline = START + HOUR;
const generation = 0;
const digestOf = (text: string): Hex => word(text) as Hex;

const names = ["first", "second", "third", "armed", "mandate", "proxy", "seventh", "eighth"] as const;
const openings = names.map((name) =>
  createOpening({
    categories: name === "second" || name === "proxy" ? ["labs"] : ["labs", "imaging"],
    purposes: [name === "armed" ? "ETREAT" : "TREAT"],
    salt: digestOf(`salt of the ${name} opening`),
  }),
);

/** Signs the whole story for a ledger. */
export async function signStory(place: Place): Promise<SignedStep[]> {
  const [first, second, third, armed, mandate, byProxy, seventh, eighth] = openings as [
    Opening,
    Opening,
    Opening,
    Opening,
    Opening,
    Opening,
    Opening,
    Opening,
  ];
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
  const proxy = ben.address;
  const under = { proxy, mandate: scopeOf(mandate), subject, grantee };
  const parts = (opening: Opening, name: string) => {
    const { subject: _, deadline: __, ...part } = terms(opening, name);
    return part;
  };
  const ended = (opening: Opening) => ({ grantee, scope: scopeOf(opening), ceiling: 5 });
  const steps: [ActName, Record<string, unknown>, State, "vault"?][] = [
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
    ["arm", { ...terms(armed, "armed"), ops: READ, times: 2 }, { opening: armed, version: 0, generation }],
    [
      "breakGlass",
      { by: grantee, subject, grantee, scope: scopeOf(armed), note: digestOf("emergency"), deadline },
      { version: 1, generation },
    ],
    [
      "appoint",
      { ...terms(mandate, "mandate"), grantee: proxy, ops: READ + MANAGE },
      { opening: mandate, version: 0, generation },
    ],
    [
      "grantByProxy",
      { ...under, ...terms(byProxy, "proxy's"), ops: READ, expiresAt: START + 10 * DAY },
      { opening: byProxy, version: 0, generation, mandateVersion: 1, proxyGeneration: generation },
    ],
    [
      "renewByProxy",
      { ...under, scope: scopeOf(byProxy), expiresAt: START + 20 * DAY, deadline },
      { opening: byProxy, ops: READ, version: 1, generation, mandateVersion: 1, proxyGeneration: generation },
    ],
    [
      "declineByProxy",
      { ...under, request: digestOf("another request"), note: digestOf("the proxy's reason"), deadline },
      { generation },
    ],
    ["revokeByProxy", { ...under, scope: scopeOf(byProxy), ceiling: 5 }, { mandateVersion: 1 }],
    [
      "grantMany",
      { subject, grants: [parts(seventh, "seventh"), parts(eighth, "eighth")], deadline },
      { openings: [seventh, eighth], versions: [0, 0], generation },
    ],
    ["revokeMany", { subject, revocations: [ended(seventh), ended(armed)] }, {}],
    ["revoke", { subject, ...ended(eighth) }, {}, "vault"],
    [
      "anchorMany",
      {
        subject,
        anchors: ["third", "fourth"].map((name) => ({
          document: digestOf(`${name} document`),
          manifest: digestOf(`manifest of the ${name}`),
          version: 1,
        })),
        deadline,
      },
      { generation },
    ],
    [
      "publishDays",
      { provider, days: [2, 3].map((later) => ({ day: day + later, open: "7" })), deadline },
      { generation },
    ],
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
    ["declareMove", { subject, newAccount: moved.address, deadline }, { generation: 1 }, "vault"],
  ];
  return Promise.all(steps.map(([name, args, state, by]) => signStep(place, { name, args, state, by })));
}

async function signStep(
  place: Place,
  { name, args, state, by }: { name: ActName; args: Record<string, unknown>; state: State; by: "vault" | undefined },
): Promise<SignedStep> {
  const act = parseAct({ name, args });
  const typed = digestible(place, { act, state });
  const signer = by === "vault" ? vault : [ana, ben, lena].find(({ address }) => address === actorOf(act));
  if (signer === undefined) throw new Error("Only Ana, Ben and Lena act in this story.");
  return {
    act: actToJson(act),
    state,
    primaryType: typed.primaryType,
    digest: hashTypedData(typed),
    ...(by === "vault" ? { signer: vaultAccount } : {}),
    signature: await signer.signTypedData(typed),
    ...(name === "declareMove" ? { newSignature: await moved.signTypedData(typed) } : {}),
  };
}

/** What is signed for a frozen act. */
export function digestible(place: Place, { act, state }: { act: unknown; state: State }): ReturnType<typeof typedAct> {
  const { generation: signedIn, proxyGeneration, ...rest } = state;
  return typedAct(place, parseAct(act), {
    ...rest,
    ...(signedIn === undefined ? {} : { generation: BigInt(signedIn) }),
    ...(proxyGeneration === undefined ? {} : { proxyGeneration: BigInt(proxyGeneration) }),
  });
}

/** The opening, scope and parties of every consent in the story. */
export const storyConsents: { opening: Opening; subject: Address; grantee: Address; scope: Hex }[] = openings.map(
  (opening, at) => ({
    opening,
    subject: ana.address,
    grantee: names[at] === "mandate" ? ben.address : lena.address,
    scope: scopeOf(opening),
  }),
);
