// Passkeys as unlockers: WebAuthn with its PRF extension, which gives 32 bytes that only this passkey can make from a salt.
// Rule: those bytes go to the vault's worker and nowhere else, and are overwritten here.
import { fromBase64Url, randomBytes, toBase64Url, toBytes, wipe } from "#protocol/bytes.ts";
import { Failure } from "#protocol/failure.ts";
import type { Credential, NewUnlocker, Unlocker } from "#protocol/keys/index.ts";
import type { Address } from "viem";

/** A passkey that opens a vault: which one, and what to ask it. */
export type PasskeyUnlocker = Extract<Unlocker, { type: "passkey" }>;

const TIMEOUT_MS = 120_000;
/** ES256 and RS256: what authenticators have. What it signs is not looked at; only the PRF is wanted. */
const ALGORITHMS = [-7, -257];

/** Whether this browser can use passkeys at this address: not over plain http, nor under a bare IP address. */
export function passkeysWork(): boolean {
  const bare = /^[\d.]+$|^\[/.test(location.hostname);
  return window.isSecureContext && !bare && typeof PublicKeyCredential !== "undefined";
}

function refusal(cause: unknown): Failure {
  const name = cause instanceof DOMException ? cause.name : "";
  if (name === "NotAllowedError" || name === "AbortError") {
    return new Failure("rejected-by-user", "The passkey was not used. Nothing was changed.", { cause });
  }
  if (name === "InvalidStateError") {
    return new Failure("conflict", "This passkey opens your vault already. Nothing was changed. Choose another one.", {
      cause,
    });
  }
  return new Failure(
    "unavailable",
    "This browser could not use a passkey. Nothing was changed. Use another way to unlock.",
    { cause },
  );
}

function noPrf(): Failure {
  return new Failure(
    "unavailable",
    "This passkey can sign in, but cannot lock a vault. Nothing was changed. Use another passkey, or a passphrase.",
    { reason: "no-prf" },
  );
}

function readPrf(credential: PublicKeyCredential): Uint8Array<ArrayBuffer> | undefined {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  if (first === undefined) return undefined;
  const secret = toBytes(first instanceof ArrayBuffer ? new Uint8Array(first) : new Uint8Array(first.buffer));
  return secret.length === 32 ? secret : undefined;
}

async function ask(options: CredentialRequestOptions): Promise<PublicKeyCredential> {
  try {
    const found = await navigator.credentials.get(options);
    if (found instanceof PublicKeyCredential) return found;
  } catch (cause) {
    throw refusal(cause);
  }
  throw refusal(undefined);
}

async function askOne(passkeys: readonly Pick<PasskeyUnlocker, "credentialId" | "salt">[]): Promise<Credential> {
  const found = await ask({
    publicKey: {
      challenge: randomBytes(32),
      rpId: location.hostname,
      timeout: TIMEOUT_MS,
      userVerification: "required",
      allowCredentials: passkeys.map(({ credentialId }) => ({ type: "public-key", id: fromBase64Url(credentialId) })),
      extensions: {
        prf: {
          evalByCredential: Object.fromEntries(
            passkeys.map(({ credentialId, salt }) => [credentialId, { first: fromBase64Url(salt, 32) }]),
          ),
        },
      },
    },
  });
  const secret = readPrf(found);
  if (secret === undefined) throw noPrf();
  return { type: "passkey", credentialId: toBase64Url(new Uint8Array(found.rawId)), secret };
}

/** Asks for one of the passkeys that open this vault here. Throws Failure("rejected-by-user" | "unavailable"). */
export function usePasskey(unlockers: readonly Unlocker[]): Promise<Credential> {
  const mine = unlockers.filter((one) => one.type === "passkey" && one.rpId === location.hostname);
  if (mine.length === 0 || !passkeysWork()) {
    throw new Failure("unavailable", "No passkey opens your vault here. Nothing was changed. Use another way.", {
      reason: "no-passkey",
    });
  }
  return askOne(mine as PasskeyUnlocker[]);
}

/** Makes a passkey for a vault. Throws Failure("rejected-by-user" | "conflict" | "unavailable"). */
export async function makePasskey(options: {
  account: Address;
  label: string;
  unlockers: readonly Unlocker[];
}): Promise<Extract<NewUnlocker, { type: "passkey" }>> {
  if (!passkeysWork()) {
    throw new Failure(
      "unavailable",
      "Passkeys do not work at this address. Nothing was changed. Open Placet by its name over https, or use a passphrase.",
      { reason: "no-passkeys-here" },
    );
  }
  const { account, label, unlockers } = options;
  const salt = randomBytes(32);
  const shown = `Placet ${account.slice(0, 6)}…${account.slice(-4)}`;
  // Each has a user handle of its own: an authenticator puts a second passkey of one handle in the place of the first, also
  // of one that another device added since.
  let made: globalThis.Credential | null;
  try {
    made = await navigator.credentials.create({
      publicKey: {
        challenge: randomBytes(32),
        rp: { id: location.hostname, name: "Placet" },
        user: { id: randomBytes(16), name: shown, displayName: label === "" ? shown : label },
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
        authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
        timeout: TIMEOUT_MS,
        excludeCredentials: unlockers.flatMap((one) =>
          one.type === "passkey" && one.rpId === location.hostname
            ? [{ type: "public-key" as const, id: fromBase64Url(one.credentialId) }]
            : [],
        ),
        extensions: { prf: { eval: { first: salt } } },
      },
    });
  } catch (cause) {
    throw refusal(cause);
  }
  if (!(made instanceof PublicKeyCredential)) throw refusal(undefined);
  const credentialId = toBase64Url(new Uint8Array(made.rawId));
  const about = { type: "passkey" as const, credentialId, rpId: location.hostname, salt, label };
  const secret = readPrf(made);
  if (secret !== undefined) return { ...about, secret };
  if (made.getClientExtensionResults().prf?.enabled !== true) throw noPrf();
  // Some authenticators give the bytes only when they are asked, not when the passkey is made.
  const given = await askOne([{ credentialId, salt: toBase64Url(salt) }]);
  if (given.type !== "passkey") throw noPrf();
  return { ...about, secret: given.secret };
}

/** Overwrites a passkey's bytes on this side; the worker has had its copy. */
export function forgetSecret(credential: { secret?: Uint8Array | undefined }): void {
  if (credential.secret) wipe(credential.secret);
}
