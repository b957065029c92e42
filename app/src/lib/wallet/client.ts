// The wallet's side of viem and wagmi, loaded only when somebody connects, so that the first page stays small.
// Wallets are found by EIP-6963; the bare injected one is offered only when none announced itself.
import {
  connect,
  createConfig,
  createStorage,
  disconnect,
  getConnection,
  getConnectors,
  injected,
  reconnect,
  sendTransaction,
  signMessage,
  signTypedData,
  switchChain,
  watchConnection,
  watchConnectors,
  type Connector,
} from "@wagmi/core";
import {
  encodeFunctionData,
  http,
  numberToHex,
  type Abi,
  type Address,
  type Hex,
  type TypedDataDefinition,
} from "viem";
import { placetChain } from "#app/service/index.ts";
import { Failure } from "#protocol/failure.ts";
import { isUnknownChain, walletFailure } from "./errors.ts";

/** The part of a wallet's provider that is used here. */
type Eip1193 = { request(question: { method: string; params: readonly unknown[] }): Promise<unknown> };

const TOLD = "placet.wallet.told-network";

/** Remembers that this wallet has our network's node from us: it is no second view of the ledger. */
function rememberTold(connector: Connector): void {
  localStorage.setItem(TOLD, JSON.stringify([...new Set([...readTold(), connector.id])].slice(-20)));
}

function readTold(): unknown[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(TOLD) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return []; // Not ours; a wallet that is asked too much does no harm.
  }
}

const wasTold = (connector: Connector): boolean => readTold().includes(connector.id);

/** A wallet that can be chosen. */
export type WalletChoice = { id: string; name: string; icon: string | undefined };

/** How the connection stands. */
export type ConnectionView = { account: Address | undefined; chainId: number | undefined; name: string | undefined };

/** What the rest of the app may do with a wallet. */
export type WalletClient = Awaited<ReturnType<typeof createWallets>>;

/** Starts discovery. `tell` hears every change of wallets and connection. */
export async function createWallets(tell: {
  wallets: (wallets: WalletChoice[]) => void;
  connection: (connection: ConnectionView) => void;
}) {
  const chain = await placetChain();
  const config = createConfig({
    chains: [chain],
    transports: { [chain.id]: http("/rpc") },
    connectors: "ethereum" in window ? [injected()] : [],
    storage: createStorage({ key: "placet.wallet", storage: localStorage }),
  });

  const offered = (connectors: readonly Connector[]): Connector[] => {
    const announced = connectors.filter((connector) => connector.id !== "injected");
    return announced.length > 0 ? announced : [...connectors];
  };
  const toldWallets = (connectors: readonly Connector[]): void =>
    tell.wallets(
      offered(connectors).map(({ uid, name, icon }) => ({
        id: uid,
        name: name === "Injected" ? "The wallet in this browser" : name,
        icon: icon?.trim(),
      })),
    );
  const toldConnection = (): void => {
    const { address, chainId, connector } = getConnection(config);
    tell.connection({ account: address, chainId, name: connector?.name });
  };
  watchConnectors(config, { onChange: toldWallets });
  watchConnection(config, { onChange: toldConnection });
  toldWallets(getConnectors(config));

  /** Asks the wallet to come to our chain, adding it where the wallet does not know it (error 4902). */
  async function comeToChain(): Promise<void> {
    const { chainId, connector } = getConnection(config);
    if (chainId === chain.id) return;
    try {
      if (connector && !(await knowsChain(connector))) rememberTold(connector);
      await switchChain(config, {
        chainId: chain.id,
        addEthereumChainParameter: { chainName: chain.name, rpcUrls: [...chain.rpcUrls.default.http] },
      });
    } catch (error) {
      const failure = walletFailure(error);
      if (failure.code === "rejected-by-user") throw failure;
      throw new Failure(
        "wrong-chain",
        isUnknownChain(error)
          ? "Your wallet does not know this network and would not add it. Nothing was changed. Add it in your wallet’s settings, then try again."
          : "Your wallet is on another network and did not switch. Nothing was changed. Switch it in your wallet, then try again.",
        { cause: error },
      );
    }
  }

  /** Asks the wallet to switch by what it knows itself; false when it does not know the chain (error 4902). */
  async function knowsChain(connector: Connector): Promise<boolean> {
    const provider = (await connector.getProvider()) as Eip1193;
    try {
      await provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId: numberToHex(chain.id) }] });
      return true;
    } catch (error) {
      if (isUnknownChain(error)) return false;
      throw error;
    }
  }

  /** Runs something that needs a connected wallet on our chain. */
  async function withWallet<T>(run: () => Promise<T>): Promise<T> {
    if (getConnection(config).status !== "connected") {
      await reconnect(config);
      if (getConnection(config).status !== "connected") {
        throw new Failure(
          "unavailable",
          "Your wallet is not connected. Nothing was changed. Connect it and try again.",
          {
            reason: "no-wallet",
          },
        );
      }
    }
    try {
      await comeToChain();
      return await run();
    } catch (error) {
      throw walletFailure(error);
    }
  }

  return {
    chainId: chain.id,
    async restore(): Promise<void> {
      await reconnect(config);
      toldConnection();
    },
    async connect(id: string): Promise<Address> {
      const connector = getConnectors(config).find((one) => one.uid === id);
      if (!connector) throw new Failure("not-found", "This wallet is gone. Nothing was changed. Reload the page.");
      try {
        const { accounts } = await connect(config, { connector });
        const [account] = accounts;
        return account;
      } catch (error) {
        throw walletFailure(error);
      }
    },
    async disconnect(): Promise<void> {
      await disconnect(config).catch(() => undefined); // Already gone is what was wanted.
    },
    switch: () => comeToChain(),
    /**
     * How to ask the wallet's own node, without a window; undefined when no wallet is connected, or when the wallet
     * learnt this network from the service (what it answers is then the service's word again).
     */
    async asker(): Promise<Eip1193["request"] | undefined> {
      if (getConnection(config).status !== "connected") await reconnect(config);
      const { connector } = getConnection(config);
      if (!connector || wasTold(connector)) return undefined;
      const provider = (await connector.getProvider()) as Eip1193;
      return (question) => provider.request(question);
    },
    signTyped: (typed: TypedDataDefinition): Promise<Hex> => withWallet(() => signTypedData(config, typed as never)),
    signText: (message: string): Promise<Hex> => withWallet(() => signMessage(config, { message })),
    send(call: { address: Address; abi: Abi; functionName: string; args: readonly unknown[] }): Promise<Hex> {
      const { address, abi, functionName, args } = call;
      const data = encodeFunctionData({ abi, functionName, args });
      return withWallet(() => sendTransaction(config, { to: address, data }));
    },
  };
}
