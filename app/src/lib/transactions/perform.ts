// Doing an act, from the question to the wallet until it stands in our history. Rules: the words on screen are the words
// that are signed; one signature, then relay or own sending; a person who says no has done nothing wrong.
import type { Address, Hex, TypedDataDefinition } from "viem";
import type { z } from "zod";
import { chainClient, gatewayInfo, place, request } from "#app/service/index.ts";
import { session } from "#app/session/index.ts";
import { signWithVaultAccount } from "#app/vault/index.ts";
import { sendCall, signTyped } from "#app/wallet/index.ts";
import { readFact } from "#app/witness/index.ts";
import type { Opening } from "#protocol/consent/index.ts";
import { ledgerAbi, providerRegistryAbi } from "#protocol/contracts/index.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import { actCall, actTable, actToJson, readSigningState, typedAct, type Act } from "#protocol/typed-data/index.ts";
import { withDeadline } from "./deadline.ts";
import { addEntry, findEntry, markHandedIn, moveEntry } from "./acts.svelte.ts";
import { digestAct, isOver, type Entry } from "./entry.ts";
import { onEntry } from "./hearers.ts";
import { unsent } from "./unsent.ts";
import { followAct, relayShape, takeRelayNews } from "./follow.ts";

/** How to do an act. */
export type Performance = {
  act: Act;
  /** What it does, in words, for the transaction line: "Revoke Dr Lindqvist's access". */
  title: string;
  /** What the scope opens to: grant, renew and replace show it in the wallet. */
  opening?: Opening | undefined;
  /** relay: signed, sent at the service's cost (as long as the act has a signed form); plain: sent by the own wallet. */
  how?: "relay" | "plain" | undefined;
  /** Who signs: the person's wallet, or the vault account (which can only end and re-key), without a window. */
  by?: "wallet" | "vault" | undefined;
  /** Also signed by the vault account of the root before: who hands over an office says so. */
  byFormerVault?: boolean | undefined;
  /** By the vault account that this address is, of whichever root: with `by: "vault"`. */
  vaultAccount?: Address | undefined;
  /** Also signed by the person's wallet: a move is said by the old account's vault and by the new account. */
  alsoByWallet?: boolean | undefined;
  /** Told once the person agreed; without a signature where their wallet sent it by itself. */
  onagreed?: ((agreed: { act: Act; signature: Hex | undefined }) => void) | undefined;
  /** Kept across a reload, for the page to go on. */
  context?: Entry["context"];
};

/** An act under way. */
export type Performed = {
  id: string;
  /** As the transaction line shows it; reactive. */
  readonly view: Entry;
  /** Resolves when our index has it. Rejects with Failure: "rejected-by-user" is no error. */
  done: Promise<{ hash: Hex | undefined; block: number | undefined }>;
};

/** Starts an act. The promise `done` tells how it ended; the line on screen tells where it stands. */
export function perform(performance: Performance): Performed {
  const { act, title, context } = performance;
  const id = crypto.randomUUID();
  const account = session.account;
  addEntry({
    id,
    account,
    name: act.name,
    title,
    state: "waiting-for-wallet",
    ...(context === undefined ? {} : { context }),
  });
  const first = findEntry(id);
  if (!first) throw new Failure("internal", "This could not be started. Nothing was changed. Reload the page.");

  const done = settle(id);
  // Whoever does not look at `done` still sees the line; an unhandled rejection would say nothing more.
  done.catch(() => undefined);
  void run(id, performance).catch((error: unknown) => {
    const failure =
      error instanceof Failure
        ? error
        : new Failure("internal", "Something went wrong that we did not expect. Nothing was changed. Try again.", {
            cause: error,
          });
    causes.set(id, failure);
    moveEntry(
      id,
      failure.code === "rejected-by-user" ? { state: "rejected" } : { state: "failed", problem: failure.message },
    );
  });
  return {
    id,
    get view() {
      return findEntry(id) ?? first;
    },
    done,
  };
}

const TRIES = 3;
const PAUSE_MS = 1500;

const causes = new Map<string, Failure>();

/** Waits for the end of an act. */
function settle(id: string): Promise<{ hash: Hex | undefined; block: number | undefined }> {
  return new Promise((resolve, reject) => {
    const hear = (entry: Entry): void => {
      if (!isOver(entry)) return;
      hang();
      if (entry.state === "indexed") resolve({ hash: entry.hash, block: entry.block });
      else
        reject(
          causes.get(id) ?? new Failure("refused", entry.problem ?? "The ledger refused this. Nothing was changed."),
        );
      causes.delete(id);
    };
    const hang = onEntry(id, hear);
  });
}

async function run(
  id: string,
  { act: given, opening, how = "relay", by = "wallet", onagreed, ...others }: Performance,
): Promise<void> {
  const entry = actTable[given.name];
  const relayed = how === "relay" && entry.signed !== null;
  if (!relayed && entry.plain !== null) {
    await sendPlain(id, given);
    onagreed?.({ act: given, signature: undefined });
    return;
  }
  const act = await withDeadline(given);
  const { signature, cosigned } = await sign(act, { opening, by, ...others });
  onagreed?.({ act, signature });
  if (!relayed) {
    await sendSigned(id, { act, signature, ...cosigned });
    return;
  }
  const json = actToJson(act);
  markHandedIn(id, digestAct(json));
  try {
    const news = await handIn({ act: json, signature, ...cosigned });
    moveEntry(id, { state: "sent", relayId: news.id });
    takeRelayNews(id, news);
  } catch (error) {
    // The very same signed act can still be sent by the person alone: nothing depends on the relay.
    unsent.set(id, { act, signature, ...cosigned });
    throw error;
  }
  followAct(id);
}

/**
 * Hands a signed act to the relay. An answer can be lost when the act was not: it is handed in again, and the service,
 * which knows the same words when they come twice, answers with the act that it has.
 */
async function handIn(body: {
  act: unknown;
  signature: Hex;
  vaultSignature?: Hex;
  newSignature?: Hex;
}): Promise<z.output<typeof relayShape>> {
  for (let more = TRIES - 1; ; more -= 1) {
    try {
      return await request("/api/relay", { method: "POST", body, schema: relayShape });
    } catch (error) {
      if (more === 0 || !isFailure(error, "unavailable")) throw error;
      await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    }
  }
}

type Cosigned = { vaultSignature?: Hex; newSignature?: Hex };

async function sign(
  act: Act,
  options: Pick<Performance, "opening" | "byFormerVault" | "vaultAccount" | "alsoByWallet"> & {
    by: "wallet" | "vault";
  },
): Promise<{ signature: Hex; cosigned: Cosigned }> {
  const where = await place();
  const client = await chainClient();
  // What opens something names the record as it is, by more than the service's word; an end must need nothing else.
  const opens = actTable[act.name].sort === "opens";
  const state = await readSigningState(act, async ({ functionName, args }) =>
    opens
      ? (await readFact(functionName, args)).value
      : client.readContract({ address: where.ledger, abi: ledgerAbi, functionName, args } as never),
  );
  const typed = typedAct(where, act, {
    ...state,
    ...(options.opening === undefined ? {} : { opening: options.opening }),
  }) as unknown as TypedDataDefinition;
  const { by, vaultAccount: account } = options;
  const signature = await (by === "vault" ? signWithVaultAccount(typed, { account }) : signTyped(typed));
  const cosigned: Cosigned = {
    ...(options.byFormerVault ? { vaultSignature: await signWithVaultAccount(typed, { former: true }) } : {}),
    ...(options.alsoByWallet ? { newSignature: await signTyped(typed) } : {}),
  };
  return { signature, cosigned };
}

async function contractOf(contract: "ledger" | "providerRegistry"): Promise<{ address: Address; abi: never }> {
  const info = await gatewayInfo();
  const abi = contract === "ledger" ? ledgerAbi : providerRegistryAbi;
  return { address: contract === "ledger" ? info.ledger : info.providerRegistry, abi: abi as never };
}

async function sendPlain(id: string, act: Act): Promise<void> {
  const { contract, functionName, args } = actCall(act);
  const hash = await sendCall({ ...(await contractOf(contract)), functionName, args });
  moveEntry(id, { state: "sent", hash });
  followAct(id);
}

async function sendSigned(id: string, { act, ...signed }: { act: Act; signature: Hex } & Cosigned): Promise<void> {
  const { contract, functionName, args } = actCall(act, signed);
  const hash = await sendCall({ ...(await contractOf(contract)), functionName, args });
  moveEntry(id, { state: "sent", hash });
  followAct(id);
}

/** Sends the same signed act from the person's own wallet, at their own cost. */
export async function sendAlone(id: string): Promise<Performed> {
  const kept = unsent.get(id);
  const before = findEntry(id);
  if (!kept || !before) {
    throw new Failure("not-found", "This can no longer be sent. Nothing was changed. Start it again.");
  }
  const next = crypto.randomUUID();
  const { account, name, title, context } = before;
  addEntry({
    id: next,
    account,
    name,
    title,
    state: "waiting-for-wallet",
    ...(context === undefined ? {} : { context }),
  });
  const done = settle(next);
  done.catch(() => undefined);
  try {
    await sendSigned(next, kept);
    unsent.delete(id);
  } catch (error) {
    const failure =
      error instanceof Failure
        ? error
        : new Failure("internal", "This could not be sent. Nothing was changed.", { cause: error });
    causes.set(next, failure);
    moveEntry(
      next,
      failure.code === "rejected-by-user" ? { state: "rejected" } : { state: "failed", problem: failure.message },
    );
  }
  return {
    id: next,
    get view() {
      return findEntry(next) ?? before;
    },
    done,
  };
}
