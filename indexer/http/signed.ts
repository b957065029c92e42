// Calls that the session's key signs, besides the cookie. Rule: a cookie alone, however it was come by, replaces and
// destroys nothing that a person entrusted to the service.

import type { Request } from "express";
import { z } from "zod";
import { fromBase64Url } from "#protocol/bytes.ts";
import { Failure } from "#protocol/failure.ts";
import { CALL_SKEW_SECONDS, verifyCall } from "#protocol/keys/index.ts";
import type { Service } from "../service.ts";
import { useCallNonce } from "../store/call-nonces.ts";
import type { Session } from "../store/sessions.ts";

/** The header fields of a signed call, as the documentation names them. */
export const signedHeaders = z.object({
  "placet-time": z
    .string()
    .regex(/^[1-9][0-9]{0,11}$/, "must be Unix seconds")
    .meta({ description: `When it was signed, in Unix seconds: good for ${CALL_SKEW_SECONDS} s.` }),
  "placet-nonce": z
    .string()
    .regex(/^[A-Za-z0-9_-]{22}$/, "must be 16 bytes in base64url")
    .meta({ description: "16 random bytes in base64url: good once." }),
  "placet-signature": z
    .string()
    .regex(/^[A-Za-z0-9_-]{86}$/, "must be 64 bytes in base64url")
    .meta({ description: "The session key's signature of this call (see docs/formats.md), base64url." }),
});

const bodies = new WeakMap<object, Uint8Array>();

/** Remembers the bytes of a body as they came, for `requireSigned`. */
export function rememberBody(request: object, bytes: Uint8Array): void {
  bodies.set(request, bytes);
}

/** Throws Failure("forbidden") unless this session's key signed this very call, and it comes for the first time. */
export async function requireSigned(
  request: Request,
  { session, service }: { session: Session; service: Service },
): Promise<void> {
  const { database, gateway } = service;
  const now = service.now();
  const { account, sessionKey } = session;
  const call = {
    ...{ method: request.method, path: request.originalUrl, account, gateway: gateway.address },
    body: bodies.get(request) ?? new Uint8Array(),
  };
  const signed = signedHeaders.partial().safeParse(request.headers).data ?? {};
  const publicKey = sessionKey === null ? null : fromBase64Url(sessionKey);
  const { nonce, time } = await verifyCall(call, { publicKey, signed, now });
  const expiresAt = time + CALL_SKEW_SECONDS + 1;
  if (await useCallNonce(database, { account, nonce, now, expiresAt })) return;
  throw new Failure("forbidden", "This call came before. Nothing was changed by it a second time.", {
    reason: "call-repeated",
  });
}
