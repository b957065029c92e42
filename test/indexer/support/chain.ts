// A real Hardhat chain in a process of its own, with both contracts, and people who act on it.

import { fork } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTestClient, createWalletClient, http, publicActions } from "viem";
import type { Hex, TransactionReceipt } from "viem";
import { actCall, readSigningState, typedAct } from "#protocol/typed-data/index.ts";
import type { Act } from "#protocol/typed-data/index.ts";
import type { Opening } from "#protocol/consent/index.ts";
import { ledgerAbi, providerRegistryAbi, withGasMargin } from "#protocol/contracts/index.ts";
import { demoAccount } from "#scripts/demo-people.ts";
import { deploy } from "#scripts/deploy.ts";
import type { Deployment } from "#scripts/deploy.ts";

/** A person who signs and sends. */
export type Person = ReturnType<typeof demoAccount>;

/** The demo people's places on the mnemonic. */
export const people = {
  registrar: demoAccount(0),
  gateway: demoAccount(1),
  ana: demoAccount(2),
  ben: demoAccount(3),
  lena: demoAccount(4),
  tomas: demoAccount(5),
  noor: demoAccount(6),
  clinic: demoAccount(7),
  ines: demoAccount(8),
  sam: demoAccount(9),
  maya: demoAccount(10),
};

/** Starts a chain and deploys on it. */
export async function startChain() {
  const folder = await mkdtemp(join(tmpdir(), "placet-chain-"));
  const owner = join(folder, "owner.json");
  await writeFile(owner, JSON.stringify({ owner: process.pid }));
  const script = fileURLToPath(new URL("../../../scripts/chain.ts", import.meta.url));
  const child = fork(script, ["0", owner], { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
  const rpcUrl = await new Promise<string>((resolve, reject) => {
    child.once("message", (message: { listening: string }) => resolve(message.listening));
    child.once("exit", (code) => reject(new Error(`The chain ended with code ${code}.`)));
  });
  const client = createTestClient({
    mode: "hardhat",
    transport: http(rpcUrl),
    pollingInterval: 50,
    cacheTime: 0,
  }).extend(publicActions);
  const deployment = await deploy({ rpcUrl, dataDir: folder }).catch((error: unknown) => {
    // Nobody else would end it.
    child.removeAllListeners("exit");
    child.kill("SIGTERM");
    throw error;
  });
  const place = { chainId: deployment.chainId, ledger: deployment.ledger };

  function addressOf(contract: "ledger" | "providerRegistry") {
    return contract === "ledger" ? deployment.ledger : deployment.providerRegistry;
  }

  async function send(by: Person, call: ReturnType<typeof actCall>): Promise<TransactionReceipt> {
    const wallet = createWalletClient({ account: by, transport: http(rpcUrl) });
    const abi = call.contract === "ledger" ? ledgerAbi : providerRegistryAbi;
    const what = {
      address: addressOf(call.contract),
      abi: abi as typeof ledgerAbi,
      functionName: call.functionName as "revoke",
      args: call.args as never,
    };
    const gas = withGasMargin(await client.estimateContractGas({ ...what, account: by }));
    const hash = await wallet.writeContract({ ...what, gas, chain: null });
    return client.waitForTransactionReceipt({ hash });
  }

  return {
    rpcUrl,
    client,
    deployment: deployment satisfies Deployment,
    deploymentFile: join(folder, "deployment.json"),
    place,
    /** Sends an act plainly. */
    act: (by: Person, act: Act) => send(by, actCall(act)),
    /** Signs an act (with its opening where it has one) and lets `by` send it; a move is signed by its new account, too. */
    async signedAct(
      signer: Person,
      act: Act,
      { opening, by = signer, newAccount }: { opening?: Opening; by?: Person; newAccount?: Person } = {},
    ) {
      const state = await readSigningState(act, ({ functionName, args }) =>
        client.readContract({
          address: deployment.ledger,
          abi: ledgerAbi,
          functionName: functionName as "roll",
          args: args as never,
        }),
      );
      const typed = typedAct(place, act, { ...state, ...(opening === undefined ? {} : { opening }) });
      const sign = (person: Person): Promise<Hex> =>
        person.signTypedData(typed as Parameters<typeof signer.signTypedData>[0]);
      const signature = await sign(signer);
      const more = newAccount === undefined ? {} : { newSignature: await sign(newAccount) };
      return send(by, actCall(act, { signature, ...more }));
    },
    async stop() {
      child.removeAllListeners("exit");
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A running chain. */
export type TestChain = Awaited<ReturnType<typeof startChain>>;
