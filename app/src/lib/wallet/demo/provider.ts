// The demo wallet's EIP-1193 side: answers what wallets answer, asks the person before it shows an account or signs, and
// passes reads on to the node. It announces itself by EIP-6963 like every other wallet.
import {
  createWalletClient,
  hexToString,
  http,
  isHex,
  numberToHex,
  publicActions,
  type Hex,
  type TypedDataDefinition,
} from "viem";
import { placetChain } from "#app/service/index.ts";
import { withGasMargin } from "#protocol/contracts/index.ts";
import { demoAccount, demoEndpoint } from "./people.ts";
import { askPerson, demo, providerError } from "./questions.svelte.ts";

type Listener = (value: unknown) => void;
const listeners = new Map<string, Set<Listener>>();

/** Tells the page of a change, as wallets do. */
function emit(event: "accountsChanged" | "chainChanged" | "connect" | "disconnect", value: unknown): void {
  for (const hear of listeners.get(event) ?? []) hear(value);
}

function accounts(): string[] {
  return demo.connected && demo.person !== undefined ? [demoAccount(demo.person).address] : [];
}

async function chainId(): Promise<Hex> {
  return numberToHex(demo.network ?? (await placetChain()).id);
}

function signer(address: unknown) {
  if (demo.person === undefined || !demo.connected) throw providerError(4100, "Not connected");
  const account = demoAccount(demo.person);
  if (typeof address !== "string" || address.toLowerCase() !== account.address.toLowerCase()) {
    throw providerError(4100, "Another account is chosen in the demo wallet");
  }
  return account;
}

async function answer(method: string, params: readonly unknown[]): Promise<unknown> {
  switch (method) {
    case "eth_accounts":
      return accounts();
    case "eth_chainId":
      return chainId();
    case "net_version":
      return String(Number(await chainId()));
    case "eth_requestAccounts":
      if (accounts().length === 0) {
        await askPerson({ kind: "connect" });
        demo.connected = true;
      }
      return accounts();
    case "wallet_requestPermissions":
      await askPerson({ kind: "connect" });
      demo.connected = true;
      return [{ parentCapability: "eth_accounts", caveats: [{ type: "restrictReturnedAccounts", value: accounts() }] }];
    case "wallet_revokePermissions":
      demo.connected = false;
      emit("accountsChanged", []);
      return null;
    case "wallet_switchEthereumChain":
      return switchNetwork(params[0]);
    case "wallet_addEthereumChain":
      return null;
    case "personal_sign": {
      const [message, address] = params;
      const account = signer(address);
      const text = typeof message === "string" && isHex(message) ? hexToString(message) : String(message);
      await askPerson({ kind: "text", text });
      return account.signMessage({ message: isHex(message) ? { raw: message } : text });
    }
    case "eth_signTypedData_v4": {
      const [address, data] = params;
      const account = signer(address);
      const typed: unknown = typeof data === "string" ? JSON.parse(data) : data;
      await askPerson({ kind: "typed", typed });
      return account.signTypedData(typed as TypedDataDefinition);
    }
    case "eth_sendTransaction":
      return sendTransaction(params[0]);
    default:
      return askNode(method, params);
  }
}

/** Passes a question on to the chain's own node, as every wallet does; never to the service that the page came from. */
async function askNode(method: string, params: readonly unknown[]): Promise<unknown> {
  const url = await demoEndpoint();
  if (url === undefined) throw providerError(4200, "The demo wallet knows no node");
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  }).catch(() => undefined);
  const answer: unknown = await response?.json();
  if (typeof answer === "object" && answer !== null && "result" in answer) return answer.result;
  throw providerError(4900, "The demo wallet's node did not answer");
}

async function switchNetwork(wanted: unknown): Promise<null> {
  const id = typeof wanted === "object" && wanted !== null && "chainId" in wanted ? Number(wanted.chainId) : 0;
  const ours = (await placetChain()).id;
  if (id !== ours) throw providerError(4902, "The demo wallet knows this ledger's network only");
  if (demo.network !== undefined) {
    await askPerson({ kind: "network", chainId: id });
    demo.network = undefined;
    emit("chainChanged", numberToHex(ours));
  }
  return null;
}

async function sendTransaction(call: unknown): Promise<Hex> {
  const { from, to, data, value } = (call ?? {}) as { from?: unknown; to?: Hex; data?: Hex; value?: Hex };
  const account = signer(from);
  await askPerson({ kind: "send", to: to ?? "", data: data ?? "0x", value: value ?? "0x0" });
  // Past the service where the node can be reached (from another computer it cannot): a revoke needs no service.
  const reached = await askNode("eth_chainId", []).catch(() => undefined);
  const url = reached === undefined ? undefined : await demoEndpoint();
  const client = createWalletClient({ account, chain: await placetChain(), transport: http(url ?? "/rpc") });
  const transaction = {
    ...(to === undefined ? {} : { to }),
    ...(data === undefined ? {} : { data }),
    value: BigInt(value ?? 0),
  };
  const gas = withGasMargin(await client.extend(publicActions).estimateGas({ account, ...transaction }));
  return client.sendTransaction({ ...transaction, gas });
}

/** The provider that pages are given. */
export const demoProvider = {
  async request({ method, params = [] }: { method: string; params?: readonly unknown[] }): Promise<unknown> {
    return answer(method, params);
  },
  on(event: string, hear: Listener): void {
    listeners.set(event, (listeners.get(event) ?? new Set()).add(hear));
  },
  removeListener(event: string, hear: Listener): void {
    listeners.get(event)?.delete(hear);
  },
};

/** Tells the page whose account the demo wallet shows now: after another person took it in hand. */
export function tellAccounts(): void {
  emit("accountsChanged", accounts());
}

/** Puts the demo wallet onto another network, to see how the app bears it. */
export function pretendNetwork(id: number): void {
  demo.network = id;
  emit("chainChanged", numberToHex(id));
}

const ICON =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="#0B6B5B"/><circle cx="12" cy="12" r="6" fill="none" stroke="#fff" stroke-width="2"/><circle cx="12" cy="12" r="2.4" fill="#fff"/></svg>',
  );

/** Announces the demo wallet to whoever looks for wallets (EIP-6963). */
export function announceDemoWallet(): void {
  const detail = Object.freeze({
    info: {
      uuid: "5f2f8c0e-8f0b-4b43-9d3b-6f0d6a1f5c11",
      name: "Placet demo wallet",
      icon: ICON,
      rdns: "org.placet.demo",
    },
    provider: demoProvider,
  });
  const announce = (): void => {
    window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  };
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
}
