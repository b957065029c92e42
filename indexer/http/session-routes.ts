// Signing in with Ethereum (EIP-4361, ERC-1271 wallets too). The signed message names the session key that will sign
// reads, this gateway, and the organisation that one reads for; a session lives twelve hours at most.

import { randomBytes, randomUUID } from "node:crypto";
import { getAddress } from "viem";
import type { Hex } from "viem";
import { parseSiweMessage } from "viem/siwe";
import { z } from "zod";
import { toBase64Url } from "#protocol/bytes.ts";
import { Failure } from "#protocol/failure.ts";
import { MAX_SESSION_SECONDS, readSessionResources } from "#protocol/keys/index.ts";
import { ELSEWHERE_STATEMENT, readDelegation } from "#protocol/receipts/index.ts";
import type { Service } from "../service.ts";
import { isAuditor, isRegistrar, listOrganisationsOf, readProvider } from "../store/registry.ts";
import {
  addNonce,
  addSession,
  countFailure,
  endSessions,
  forgetFailures,
  lockSignIn,
  readLock,
  takeNonce,
} from "../store/sessions.ts";
import type { Session } from "../store/sessions.ts";
import { failLater } from "./problem.ts";
import { describeDevice } from "./device-words.ts";
import { reply, route } from "./route.ts";
import type { Call, Route } from "./route.ts";
import { addressOut, timeOut } from "./schemas.ts";
import { clearCookies, isTls, readToken, REFRESH_PATH, setCookies } from "./session.ts";
import { keepTokens, makeTokens, rotateTokens } from "./tokens.ts";
import type { Tokens } from "./tokens.ts";
import { isSignedByWallet } from "./wallet-signature.ts";

const NONCE_SECONDS = 600;
const CLOCK_SKEW = 60;
const FREE_FAILURES = 5;
const FIRST_LOCK_SECONDS = 30;
const LONGEST_LOCK_SECONDS = 3_600;
const FORGET_SECONDS = 86_400;

const sessionOut = z
  .object({
    id: z.string().meta({ description: "Names this session in the list of one's sessions." }),
    account: addressOut,
    roles: z.array(z.enum(["patient", "provider", "auditor", "registrar"])),
    organisations: z.array(z.object({ organisation: addressOut, role: z.number().int() })),
    organisation: addressOut.nullable(),
    expiresAt: timeOut,
    renewAfter: z
      .number()
      .int()
      .meta({ description: "Seconds from now after which to renew it, well before its token ends." }),
    sessionKey: z.string().nullable(),
  })
  .meta({ id: "Session" });

async function describe(service: Service, session: Session): Promise<z.input<typeof sessionOut>> {
  const { account } = session;
  const now = service.now();
  const provider = await readProvider(service.database, account);
  const organisations = await listOrganisationsOf(service.database, { member: account, now });
  const roles: ("patient" | "provider" | "auditor" | "registrar")[] = ["patient"];
  if ((provider !== null && provider.status > 0) || organisations.length > 0) roles.push("provider");
  if (await isAuditor(service.database, { account, now })) roles.push("auditor");
  if (await isRegistrar(service.database, account)) roles.push("registrar");
  return {
    id: session.id,
    account,
    roles,
    organisations: organisations.map(({ organisation, role }) => ({ organisation, role })),
    organisation: session.organisation,
    expiresAt: session.expiresAt,
    renewAfter: Math.max(1, Math.floor(Math.min(service.config.accessSeconds, session.expiresAt - now) * 0.7)),
    sessionKey: session.sessionKey,
  };
}

/** What a message must say to be a sign-in to this service now; throws `bad-input` naming what does not fit. */
function readMessage(service: Service, message: string): { session: Omit<Session, "id" | "signature">; nonce: string } {
  const parsed = parseSiweMessage(message);
  const now = service.now();
  const origins = service.origins();
  const { address, domain, uri, nonce, chainId, version, issuedAt, expirationTime, notBefore } = parsed;
  const wrong = (what: string) =>
    new Failure("bad-input", `This sign-in message ${what}. Nothing was changed. Start signing in again.`);
  if (address === undefined || nonce === undefined || version !== "1") throw wrong("is not one of EIP-4361, version 1");
  // Its words say that it may do nothing but read.
  if (parsed.statement === ELSEWHERE_STATEMENT)
    throw wrong("was made to read records from another page, not to sign in");
  if (chainId !== service.chain.deployment.chainId) throw wrong("names another chain");
  if (!origins.some((origin) => new URL(origin).host === domain)) throw wrong("was made for another site");
  if (uri === undefined || !URL.canParse(uri) || !origins.includes(new URL(uri).origin))
    throw wrong("names another address");
  const issued = issuedAt === undefined ? Number.NaN : Math.floor(issuedAt.getTime() / 1000);
  const expires =
    expirationTime === undefined ? issued + MAX_SESSION_SECONDS : Math.floor(expirationTime.getTime() / 1000);
  if (!(issued <= now + CLOCK_SKEW && issued > now - NONCE_SECONDS))
    throw wrong("was not made just now; check this device's clock");
  if (!(expires > now && expires - issued <= MAX_SESSION_SECONDS))
    throw wrong("asks for a session of no length or of more than twelve hours");
  if (notBefore !== undefined && notBefore.getTime() / 1000 > now + CLOCK_SKEW) throw wrong("is not valid yet");
  // Without our resources it still signs in (to look, not to read): the message then delegates nothing.
  const resources = (parsed.resources?.length ?? 0) === 0 ? null : readSessionResources(parsed.resources ?? []);
  if (resources !== null && getAddress(resources.gateway) !== service.gateway.address)
    throw wrong("names another gateway");
  // The receipts of what is read will quote this message: in a form that they do not take, the reads could be denied.
  if (resources !== null) readDelegation(message);
  return {
    nonce,
    session: {
      account: getAddress(address),
      sessionKey: resources === null ? null : toBase64Url(resources.publicKey),
      organisation: resources?.organisation === undefined ? null : getAddress(resources.organisation),
      message,
      createdAt: now,
      expiresAt: expires,
    },
  };
}

/** Throws `locked` while this account may not sign in from this network address. */
async function requireUnlocked(service: Service, key: string): Promise<void> {
  const until = await readLock(service.database, key);
  if (until > service.now()) {
    throw failLater(
      "locked",
      "Signing in failed too often. Nothing was lost. Wait until the time is over, then try again.",
      until - service.now(),
    );
  }
}

/** Counts a failure; after a few of them each one doubles the time to wait. */
async function punish(service: Service, key: string): Promise<void> {
  const now = service.now();
  const failures = await countFailure(service.database, { key, now, forgetAfter: FORGET_SECONDS });
  service.metrics.count("sign_in_failures");
  if (failures < FREE_FAILURES) return;
  const seconds = Math.min(LONGEST_LOCK_SECONDS, FIRST_LOCK_SECONDS * 2 ** Math.min(failures - FREE_FAILURES, 10));
  await lockSignIn(service.database, { key, until: now + seconds });
}

/** Gives the caller's browser the tokens of a session. */
function hand(
  { service, request, response }: Pick<Call<"public", unknown, unknown, unknown>, "service" | "request" | "response">,
  { session, tokens }: { session: Session; tokens: Tokens },
): void {
  const left = session.expiresAt - service.now();
  setCookies(response, {
    access: { token: tokens.access, seconds: Math.min(left, service.config.accessSeconds) },
    refresh: { token: tokens.refresh, seconds: left },
    tls: isTls(request, service),
  });
}

/** Routes for signing in and out. */
export const sessionRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/session/nonce",
    summary: "A fresh nonce for a sign-in message; it can be used once, within ten minutes.",
    tag: "session",
    access: "public",
    limit: "signIn",
    response: z.object({ nonce: z.string() }),
    async handle({ service }) {
      const nonce = randomBytes(16).toString("hex");
      const now = service.now();
      await addNonce(service.database, { nonce, now, expiresAt: now + NONCE_SECONDS });
      return { nonce };
    },
  }),
  route({
    method: "post",
    path: "/api/session",
    summary: "Signs in: an EIP-4361 message and its signature, of a key or of a contract wallet (ERC-1271).",
    tag: "session",
    access: "public",
    limit: "signIn",
    body: z.object({
      message: z.string().max(4_000),
      signature: z
        .string()
        .regex(/^0x([0-9a-fA-F]{2})*$/)
        .max(20_000)
        .transform((text) => text as Hex),
    }),
    response: sessionOut,
    responseHeaders: { "Set-Cookie": "An access token, and a refresh token for one route." },
    problems: ["not-authorised", "locked", "unavailable"],
    async handle(call) {
      const { service, body, network } = call;
      const { session, nonce } = readMessage(service, body.message);
      // Keyed by both, so that nobody can lock another person out from somewhere else.
      const lock = `${session.account} ${network.address}`;
      await requireUnlocked(service, lock);
      const fresh = await takeNonce(service.database, { nonce, now: service.now() });
      const signed = fresh && (await isSignedByWallet(service.chain, { account: session.account, ...body }));
      if (!signed) {
        await punish(service, lock);
        throw new Failure(
          "not-authorised",
          "This signature does not belong to this message, or it was used before. Nothing was changed. Sign in again.",
        );
      }
      await forgetFailures(service.database, lock);
      const tokens = makeTokens();
      const kept: Session = { ...session, id: randomUUID(), signature: body.signature };
      const { accessSeconds } = service.config;
      const device = describeDevice(network.agent);
      await service.database.transaction((tx) =>
        addSession(tx, { ...kept, device }, keepTokens(tokens, { session: kept, now: kept.createdAt, accessSeconds })),
      );
      hand(call, { session: kept, tokens });
      return describe(service, kept);
    },
  }),
  route({
    method: "post",
    path: REFRESH_PATH,
    summary:
      "Renews a session: the refresh token in, the next two out. A token that comes a second time ends the session, wherever it is used.",
    tag: "session",
    access: "public",
    security: ["refresh"],
    limit: "write",
    response: sessionOut,
    responseHeaders: { "Set-Cookie": "The next access and refresh tokens." },
    problems: ["not-authorised"],
    async handle(call) {
      const { service, request, response } = call;
      const token = readToken(request, service, "refresh");
      const { accessSeconds } = service.config;
      const result =
        token === null
          ? ({ outcome: "over" } as const)
          : await rotateTokens(service.database, { token, now: service.now(), accessSeconds });
      if (result.outcome === "renewed") {
        hand(call, result);
        return describe(service, result.session);
      }
      clearCookies(response, { tls: isTls(request, service) });
      if (result.outcome === "over") {
        throw new Failure("not-authorised", "Your session is over. Nothing was lost. Sign in again.", {
          reason: "session-over",
        });
      }
      service.metrics.count("session_token_reuses");
      throw new Failure(
        "not-authorised",
        "Somebody used a copy of this session's key, so the session was ended for everybody who has it. Nothing else was changed. Sign in again, and end sessions that you do not know.",
        { reason: "token-reused" },
      );
    },
  }),
  route({
    method: "get",
    path: "/api/session",
    summary: "Who is signed in.",
    tag: "session",
    access: "session",
    limit: "records",
    response: sessionOut,
    handle: ({ service, session }) => describe(service, session),
  }),
  route({
    method: "delete",
    path: "/api/session",
    summary: "Signs out: the session ends at once, wherever it is used.",
    tag: "session",
    access: "public",
    security: ["session"],
    limit: "records",
    response: null,
    async handle({ service, session, request, response }) {
      if (session !== null) {
        const { account, id } = session;
        await endSessions(service.database, { account, id, except: null, why: "signed-out", now: service.now() });
      }
      clearCookies(response, { tls: isTls(request, service) });
      return reply(204, null);
    },
  }),
];
