// The one error that Placet throws on purpose. Its message is written for the person who meets it: what happened,
// what was not lost, what to do. HTTP and the app map the code; nothing else about an error is part of an interface.

/** Machine-readable names of everything that can go wrong on purpose. */
export type FailureCode =
  | "bad-input" // refused at the edge: shape, range, length
  | "not-authorised" // no session, or a session that may not do this
  | "forbidden" // known, and not allowed
  | "not-found"
  | "conflict" // the state does not permit it (already exists, wrong version)
  | "too-large"
  | "unsupported-type"
  | "locked" // too many failed attempts, or a locked vault
  | "too-many-requests"
  | "wrong-key" // a key, passphrase or code does not open this
  | "tampered" // bytes or history do not match what was committed to
  | "out-of-window" // consent not in force at this time
  | "refused" // the gateway or ledger refused, with a reason
  | "rejected-by-user" // the person said no in their wallet: quiet, no error state
  | "wrong-chain"
  | "unavailable" // a node, peer or database does not answer or lags
  | "internal";

/** An expected failure, told in words. */
export class Failure extends Error {
  readonly code: FailureCode;
  /** A narrower, stable reason inside the code, for example "consent-revoked". */
  readonly reason: string | undefined;
  constructor(code: FailureCode, message: string, options: { cause?: unknown; reason?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Failure";
    this.code = code;
    this.reason = options.reason;
  }
}

/** True when an unknown thrown value is a Failure (of the given code, if one is given). */
export function isFailure(error: unknown, code?: FailureCode): error is Failure {
  return error instanceof Failure && (code === undefined || error.code === code);
}
