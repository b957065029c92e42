// What wallets throw, told in our words. Rule: a person who says no made a choice: "rejected-by-user", never an error.
import { Failure } from "#protocol/failure.ts";

/** EIP-1193 and EIP-1474 numbers that wallets use. */
const REJECTED = 4001;
const UNKNOWN_CHAIN = 4902;
const ALREADY_PENDING = -32002;

/** The error and all its causes, outermost first; wallets and libraries wrap each other. */
function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let at: unknown = error; at !== undefined && at !== null && chain.length < 12;) {
    chain.push(at);
    at = typeof at === "object" && "cause" in at ? at.cause : undefined;
  }
  return chain;
}

function codeOf(error: unknown): number | undefined {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "number"
    ? error.code
    : undefined;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

/** True for "this wallet does not know the chain": add it, then switch. */
export function isUnknownChain(error: unknown): boolean {
  return chainOf(error).some((one) => {
    const inner = typeof one === "object" && one !== null && "data" in one ? one.data : undefined;
    const original =
      typeof inner === "object" && inner !== null && "originalError" in inner ? inner.originalError : undefined;
    return codeOf(one) === UNKNOWN_CHAIN || codeOf(original) === UNKNOWN_CHAIN;
  });
}

/** Any error of a wallet as a Failure. */
export function walletFailure(error: unknown): Failure {
  const chain = chainOf(error);
  const found = chain.find((one) => one instanceof Failure);
  if (found instanceof Failure) return found;
  const options = { cause: error };
  if (chain.some((one) => codeOf(one) === REJECTED || nameOf(one) === "UserRejectedRequestError")) {
    return new Failure("rejected-by-user", "You said no in your wallet. Nothing was changed.", options);
  }
  if (chain.some((one) => codeOf(one) === ALREADY_PENDING)) {
    return new Failure(
      "conflict",
      "Your wallet has a question open already. Nothing was changed. Open your wallet, answer it, then try again.",
      { ...options, reason: "already-pending" },
    );
  }
  if (
    chain.some((one) => nameOf(one) === "ContractFunctionRevertedError" || nameOf(one) === "ExecutionRevertedError")
  ) {
    return new Failure(
      "refused",
      "The ledger refuses this. Nothing was changed. Reload the page to see how things stand.",
      options,
    );
  }
  if (chain.some((one) => nameOf(one) === "InsufficientFundsError")) {
    return new Failure("refused", "Your wallet does not hold enough to pay for this. Nothing was changed.", options);
  }
  return new Failure(
    "unavailable",
    "Your wallet did not do this. Nothing was changed. Check that it is unlocked, then try again.",
    options,
  );
}
