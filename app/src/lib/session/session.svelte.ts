// Signing in (EIP-4361). The one signature names a fresh session key that cannot leave this browser; that key then signs
// each read, so that no wallet window opens for one. Rule: the session is the service's word; this only mirrors it.
import type { Address } from "viem";
import { z } from "zod";
import {
  addressShape,
  forgetAllHere,
  forgetHere,
  gatewayInfo,
  keepHere,
  onSignedOut,
  onSigning,
  onTokenOver,
  readHere,
  request,
  resetLive,
} from "#app/service/index.ts";
import { signText, wallet } from "#app/wallet/index.ts";
import { toBase64Url } from "#protocol/bytes.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import { createSessionKey, signCall, type SessionKey } from "#protocol/keys/index.ts";
import { createRenewal } from "./renew.ts";
import { writeSignInMessage } from "./sign-in-message.ts";

const answerShape = z.object({
  id: z.uuid().optional(),
  account: addressShape,
  roles: z.array(z.string().max(40)).max(20).default([]),
  organisation: addressShape.nullish(),
  organisations: z.array(z.object({ organisation: addressShape, role: z.number().int() })).default([]),
  expiresAt: z.number().int().positive(),
  sessionKey: z.string().max(200).nullish(),
  renewAfter: z.number().int().positive().default(600),
});

type Answer = z.infer<typeof answerShape>;

/** An organisation that somebody is a member of, and their role there. */
export type Membership = Answer["organisations"][number];

/** Set while this browser may hold a session: without it the service need not be asked, and refuses nobody. */
const MAY_HOLD = "placet.session";
/** When a page of this browser last renewed the session, in milliseconds. */
const RENEWED = "placet.session.renewed";

/** Tells the other pages of this browser of a sign-in: in whose name one reads is the same in all of them. */
const pages = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("placet.session");

const keyShape = z.object({ privateKey: z.instanceof(CryptoKey), publicKey: z.instanceof(Uint8Array<ArrayBuffer>) });

let state = $state<"unknown" | "signed-out" | "signed-in">("unknown");
let answer = $state.raw<Answer | undefined>();
let key: SessionKey | undefined;
let copied = $state(false);

/** Who is signed in, reactive. */
export const session = {
  get state(): "unknown" | "signed-out" | "signed-in" {
    return state;
  },
  /** The signed-in account. Throws Failure("not-authorised") when nobody is: screens behind the frame need not ask. */
  get account(): Address {
    if (!answer) throw new Failure("not-authorised", "Nobody is signed in. Nothing was changed. Connect your wallet.");
    return answer.account;
  },
  /** The same, or undefined. */
  get accountOrNone(): Address | undefined {
    return answer?.account;
  },
  get roles(): readonly string[] {
    return answer?.roles ?? [];
  },
  /** The organisation that this person reads for. */
  get organisation(): Address | null {
    return answer?.organisation ?? null;
  },
  /** The verified organisations that this person is a member of, with their role in each. */
  get organisations(): readonly Membership[] {
    return answer?.organisations ?? [];
  },
  /** True after the service ended this session because a copy of its token was used. */
  get copied(): boolean {
    return copied;
  },
  /** Unix seconds. */
  get expiresAt(): number {
    return answer?.expiresAt ?? 0;
  },
};

const renewal = createRenewal({
  async renew() {
    const found = await request("/api/session/refresh", { method: "POST", schema: answerShape });
    // Another person's session, begun in another page: this page's is no more.
    if (answer !== undefined && found.account !== answer.account) leave();
    return found.renewAfter;
  },
  onOver(reason) {
    copied = reason === "token-reused";
    const account = answer?.account;
    leave();
    if (account !== undefined) void forgetKeys(account).catch(() => undefined); // what is left is of no use any more
  },
  readLast: () => Number(localStorage.getItem(RENEWED) ?? 0),
  writeLast: (at) => localStorage.setItem(RENEWED, String(at)),
  alone: (work) => navigator.locks.request(RENEWED, work),
  now: () => Date.now(),
});
onTokenOver(async (since) => localStorage.getItem(MAY_HOLD) !== null && (await renewal.now(since)));

function take(found: Answer, held: SessionKey | undefined): void {
  answer = found;
  key = held;
  state = "signed-in";
  copied = false;
  localStorage.setItem(MAY_HOLD, "yes");
  renewal.start(found.renewAfter);
}

function leave(): void {
  renewal.stop();
  localStorage.removeItem(MAY_HOLD);
  answer = undefined;
  key = undefined;
  state = "signed-out";
}

/** Forgets the key of a session that is over, and those that other gateways were shown (kept under account, blank, gateway). */
async function forgetKeys(account: Address): Promise<void> {
  await forgetHere("session-keys", account);
  await forgetAllHere("session-keys", `${account} `);
}

/** This browser's half of a session; undefined where another browser has it. */
async function findKey({ account, sessionKey: named }: Answer): Promise<SessionKey | undefined> {
  const stored = keyShape.safeParse(await readHere("session-keys", account));
  return stored.success && toBase64Url(stored.data.publicKey) === named ? stored.data : undefined;
}

/** Another page of this browser signed in anew: its cookie is this page's too, and this page's key is of no more use. */
async function followOther(): Promise<void> {
  const before = answer;
  if (before === undefined) return;
  const found = await request("/api/session", { schema: answerShape });
  if (found.account !== before.account) return leave();
  const held = await findKey(found);
  if (answer !== before) return; // signed in or out here meanwhile
  take(found, held);
  resetLive();
}

// What it cannot read now is asked again with the next renewal, or by a reload.
pages?.addEventListener("message", () => void followOther().catch(() => undefined));

/** Asks the service who is signed in, and finds this browser's half of the session. */
export async function restoreSession(): Promise<void> {
  if (localStorage.getItem(MAY_HOLD) === null) return leave();
  try {
    const found = await request("/api/session", { schema: answerShape });
    take(found, await findKey(found));
  } catch (error) {
    // A service that is away says nothing about the session: it may still be good when it is back.
    const over = isFailure(error, "not-authorised") || isFailure(error, "not-found");
    leave();
    if (over) return;
    localStorage.setItem(MAY_HOLD, "yes");
    throw error;
  }
}

/** Signs in with the connected wallet. Throws Failure("rejected-by-user" | "unavailable" | ...). */
export async function signIn(options: { organisation?: Address; statement: string }): Promise<void> {
  const account = wallet.account;
  if (account === undefined) {
    throw new Failure("unavailable", "No wallet is connected. Nothing was changed. Connect it first.", {
      reason: "no-wallet",
    });
  }
  const [gateway, fresh, { nonce }] = await Promise.all([
    gatewayInfo(),
    createSessionKey(),
    request("/api/session/nonce", { schema: z.object({ nonce: z.string().min(8).max(200) }) }),
  ]);
  const message = writeSignInMessage({
    account,
    chainId: gateway.chainId,
    site: location,
    nonce,
    statement: options.statement,
    publicKey: fresh.publicKey,
    gateway: gateway.address,
    organisation: options.organisation,
    now: Math.floor(Date.now() / 1000),
  });
  const signature = await signText(message);
  const found = await request("/api/session", { method: "POST", body: { message, signature }, schema: answerShape });
  await keepHere("session-keys", found.account, fresh);
  localStorage.setItem(RENEWED, String(Date.now()));
  take(found, fresh);
  resetLive();
  pages?.postMessage("signed-in");
}

/**
 * Signs in anew, for an organisation or (without one) for oneself, and ends the session before it. Throws Failure as
 * `signIn`; then the session is the one that it was.
 */
export async function readFor(organisation: Address | undefined, options: { statement: string }): Promise<void> {
  const before = answer?.id;
  await signIn({ ...options, ...(organisation === undefined ? {} : { organisation }) });
  if (before === undefined) return;
  // Nobody waits for it. One that could not be ended stands in the list of sessions until its time is over.
  void request(`/api/sessions/${before}`, { method: "DELETE", schema: z.unknown() }).catch(() => undefined);
}

/** Asks once more of which organisations the person is a member; what this browser holds of the session stays. */
export async function refreshMemberships(): Promise<void> {
  const found = await request("/api/session", { schema: answerShape });
  if (answer?.account !== found.account) return;
  if (JSON.stringify(answer.organisations) === JSON.stringify(found.organisations)) return;
  answer = { ...answer, organisations: found.organisations, roles: found.roles };
}

/** Ends the session here and at the service. */
export async function signOut(): Promise<void> {
  const account = answer?.account;
  leave();
  resetLive();
  try {
    if (account !== undefined) await forgetKeys(account);
  } finally {
    // Whatever a browser's storage does: the service is told.
    await request("/api/session", { method: "DELETE", schema: z.unknown() });
  }
}

/** The key that signs read requests. Throws Failure("not-authorised") when this browser does not hold it. */
export function sessionKey(): SessionKey {
  if (!key) {
    throw new Failure(
      "not-authorised",
      "This browser no longer holds the key of your session. Nothing was changed. Sign out and in again.",
      { reason: "no-session-key" },
    );
  }
  return key;
}

onSigning(async (call) => {
  const { address: gateway } = await gatewayInfo();
  return signCall(sessionKey(), { ...call, account: session.account, gateway }, { now: Math.floor(Date.now() / 1000) });
});

// A session that ran out, or was ended from elsewhere: the frame shows the way back in.
onSignedOut(() => {
  if (state === "signed-in") leave();
});
