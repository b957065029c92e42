// The wallet as screens see it. Rules: one question to the wallet at a time; when its window has not opened after some
// seconds, that is said; a wallet that changes its account is somebody else until they sign in.
import type { Abi, Address, Hex, TypedDataDefinition } from "viem";
import { Failure } from "#protocol/failure.ts";
import type { ConnectionView, WalletChoice, WalletClient } from "./client.ts";

/** Seconds after which a wallet's window counts as not opened. */
const SLOW_AFTER = 6;
const REMEMBERED = "placet.wallet.connected";

let wallets = $state<WalletChoice[]>([]);
let connection = $state<ConnectionView>({ account: undefined, chainId: undefined, name: undefined });
let connecting = $state(false);
let slow = $state(false);
let ourChain = $state<number | undefined>();

let loading: Promise<WalletClient> | undefined;
let busy = false;

/** The wallet's state, reactive. */
export const wallet = {
  get status(): "disconnected" | "connecting" | "connected" {
    return connecting ? "connecting" : connection.account ? "connected" : "disconnected";
  },
  get account(): Address | undefined {
    return connection.account;
  },
  get chainId(): number | undefined {
    return connection.chainId;
  },
  /** The wallet's own name. */
  get name(): string | undefined {
    return connection.name;
  },
  /** Wallets that can be chosen. */
  get wallets(): readonly WalletChoice[] {
    return wallets;
  },
  /** A question is open and the wallet's window has not answered for some seconds. */
  get slow(): boolean {
    return slow;
  },
  /** Connected, but to another network than this ledger's. */
  get wrongChain(): boolean {
    return connection.account !== undefined && ourChain !== undefined && connection.chainId !== ourChain;
  },
};

/** Loads the wallet code and starts looking for wallets; safe to call often. */
export function findWallets(): Promise<WalletClient> {
  loading ??= import("./client.ts")
    .then(({ createWallets }) =>
      createWallets({ wallets: (found) => (wallets = found), connection: (told) => (connection = told) }),
    )
    .then((client) => {
      ourChain = client.chainId;
      return client;
    });
  loading.catch(() => (loading = undefined));
  return loading;
}

/** Comes back to the wallet of last time, without a window; does nothing when there was none. */
export async function restoreWallet(): Promise<void> {
  if (localStorage.getItem(REMEMBERED) === null) return;
  await (await findWallets()).restore();
}

/** One question at a time, with a word after some seconds of silence. */
async function ask<T>(question: (client: WalletClient) => Promise<T>): Promise<T> {
  if (busy) {
    throw new Failure(
      "conflict",
      "Your wallet has a question open already. Nothing was changed. Answer it there, then try again.",
      { reason: "already-pending" },
    );
  }
  busy = true;
  const timer = setTimeout(() => (slow = true), SLOW_AFTER * 1000);
  try {
    return await question(await findWallets());
  } finally {
    clearTimeout(timer);
    slow = false;
    busy = false;
  }
}

/** Connects the wallet of this id. Throws Failure("rejected-by-user" | "conflict" | "unavailable"). */
export async function connectWallet(id: string): Promise<Address> {
  connecting = true;
  try {
    const account = await ask((client) => client.connect(id));
    localStorage.setItem(REMEMBERED, "yes");
    return account;
  } finally {
    connecting = false;
  }
}

/** Forgets the connection. */
export async function disconnectWallet(): Promise<void> {
  localStorage.removeItem(REMEMBERED);
  if (loading) await (await loading).disconnect();
}

/** Brings the wallet to this ledger's network, adding it where needed. Throws Failure("wrong-chain" | "rejected-by-user"). */
export function switchToPlacet(): Promise<void> {
  return ask((client) => client.switch());
}

/** Asks for a signature over typed data (EIP-712). */
export function signTyped(typed: TypedDataDefinition): Promise<Hex> {
  return ask((client) => client.signTyped(typed));
}

/** Asks for a signature over text (EIP-191); for signing in only. */
export function signText(message: string): Promise<Hex> {
  return ask((client) => client.signText(message));
}

/** Sends a contract call that the person pays for; gives the transaction's hash. */
export function sendCall(call: {
  address: Address;
  abi: Abi;
  functionName: string;
  args: readonly unknown[];
}): Promise<Hex> {
  return ask((client) => client.send(call));
}

/**
 * How to ask the connected wallet's own node (EIP-1193), besides whatever question is open; undefined when there is no
 * wallet to ask. No window opens for it.
 */
export async function askThroughWallet(): Promise<
  ((method: string, params: readonly unknown[]) => Promise<unknown>) | undefined
> {
  if (connection.account === undefined && localStorage.getItem(REMEMBERED) === null) return undefined;
  const request = await (await findWallets()).asker();
  return request && ((method, params) => request({ method, params }));
}
