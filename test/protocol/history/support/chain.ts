// A real development chain with both contracts on it, for one test file.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPublicClient, createWalletClient, http } from "viem";
import type { Address, Hex, PublicClient } from "viem";
import { ledgerAbi, providerRegistryAbi, withGasMargin } from "#protocol/contracts/index.ts";
import { createChainReader, type ChainReader, type RpcRequest } from "#protocol/history/index.ts";
import {
  actCall,
  readSigningState,
  typedAct,
  type Act,
  type ActSignature,
  type SigningState,
} from "#protocol/typed-data/index.ts";
import { demoAccount } from "#scripts/demo-people.ts";
import { deploy, type Deployment } from "#scripts/deploy.ts";
import { startLedger } from "#scripts/stack/ledger.ts";
import { pickAnyPort } from "#scripts/stack/ports.ts";

/** A chain that runs, and how acts are sent to it. */
export type TestChain = {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly client: PublicClient;
  readonly request: RpcRequest;
  readonly reader: ChainReader;
  /** The latest block's time, Unix seconds. */
  readonly now: () => Promise<number>;
  /** Sends an act from one of the demo accounts; mined when it resolves. */
  readonly send: (from: number, act: Act, signed?: ActSignature | { vaultSignature: Hex }) => Promise<Hex>;
  /** Signs an act as a demo account, asking the ledger for what it names; anyone may send it. */
  readonly sign: (who: number, act: Act, state?: SigningState) => Promise<ActSignature>;
  readonly stop: () => Promise<void>;
};

/** The address of a demo account. */
export const who = (index: number): Address => demoAccount(index).address;

/** Starts a chain and deploys. */
export async function startChain(): Promise<TestChain> {
  const dataRoot = await mkdtemp(join(tmpdir(), "placet-chain-"));
  const chain = await startLedger({ dataRoot, choosePort: pickAnyPort });
  const { rpcUrl } = chain;
  const deployment = await deploy({ rpcUrl, dataDir: dataRoot });
  const client = createPublicClient({ transport: http(rpcUrl), pollingInterval: 50 });
  const request: RpcRequest = (method, params) =>
    client.request({ method, params } as unknown as Parameters<PublicClient["request"]>[0]);
  const place = { chainId: deployment.chainId, ledger: deployment.ledger };
  const nonces = new Map<number, number>();
  return {
    rpcUrl,
    deployment,
    client,
    request,
    reader: createChainReader(request),
    now: async () => Number((await client.getBlock()).timestamp),
    send: async (from, act, signed) => {
      const { contract, functionName, args } = actCall(act, signed);
      const account = demoAccount(from);
      const wallet = createWalletClient({ account, transport: http(rpcUrl) });
      const nonce = nonces.get(from) ?? (await client.getTransactionCount({ address: account.address }));
      const call = {
        address: deployment[contract],
        abi: contract === "ledger" ? ledgerAbi : providerRegistryAbi,
        functionName,
        args,
      };
      const question = { ...call, account } as unknown as Parameters<typeof client.estimateContractGas>[0];
      const gas = withGasMargin(await client.estimateContractGas(question));
      const sending = { ...call, chain: null, nonce, gas } as unknown as Parameters<typeof wallet.writeContract>[0];
      const hash = await wallet.writeContract(sending);
      nonces.set(from, nonce + 1);
      const receipt = await client.waitForTransactionReceipt({ hash });
      if (receipt.status !== "success") throw new Error(`${act.name} was refused.`);
      return hash;
    },
    sign: async (signer, act, given = {}) => {
      const read = ({ functionName, args }: { functionName: string; args: readonly unknown[] }): Promise<unknown> =>
        client.readContract({ address: deployment.ledger, abi: ledgerAbi, functionName, args } as unknown as Parameters<
          typeof client.readContract
        >[0]);
      const typed = typedAct(place, act, { ...(await readSigningState(act, read)), ...given });
      const signature = await demoAccount(signer).signTypedData(
        typed as Parameters<ReturnType<typeof demoAccount>["signTypedData"]>[0],
      );
      return { signature };
    },
    stop: async () => {
      await chain.stop();
      await rm(dataRoot, { recursive: true, force: true });
    },
  };
}
