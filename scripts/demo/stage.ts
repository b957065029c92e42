// What the demonstration is played on: the service, the chain behind it, and who is who.

import { createPublicClient, createWalletClient, defineChain, getAddress, http } from "viem";
import type { Address, Hex, PublicClient } from "viem";
import { z } from "zod";
import { fromHex, type Bytes } from "#protocol/bytes.ts";
import { ledgerAbi, providerRegistryAbi, withGasMargin } from "#protocol/contracts/index.ts";
import { Failure } from "#protocol/failure.ts";
import type { Place } from "#protocol/keys/index.ts";
import { actCall, type Act } from "#protocol/typed-data/index.ts";
import { demoAccount } from "../demo-people.ts";
import { createCaller } from "./caller.ts";

const addressSchema = z.string().transform((text) => getAddress(text));
const gatewaySchema = z.object({
  address: addressSchema,
  encryptionKey: z.string().transform((text) => fromHex(text, 32)),
  chainId: z.number(),
  ledger: addressSchema,
  providerRegistry: addressSchema,
  genesisHash: z
    .string()
    .regex(/^0x[0-9a-f]{64}$/)
    .transform((text) => text as Hex),
  demo: z.boolean(),
});

/** The stage. */
export type Stage = {
  readonly url: string;
  readonly place: Place;
  /** The chain's first block. */
  readonly genesisHash: Hex;
  readonly gateway: { address: Address; key: Bytes };
  readonly now: number;
  /** Reads one view function of the ledger. */
  readLedger(call: { functionName: string; args: readonly unknown[] }): Promise<unknown>;
  /** Reads one view function of the provider registry. */
  readRegistry(call: { functionName: string; args: readonly unknown[] }): Promise<unknown>;
  /** The newest block, as a read request names it. */
  readBlock(): Promise<{ number: number; hash: Hex }>;
  /** The encryption key that somebody published. */
  readKey(account: Address): Promise<Bytes>;
  /** Sends acts from a demo person's own wallet, one after the other, and waits until they are on the ledger. */
  sendPlain(index: number, acts: readonly Act[]): Promise<void>;
};

/** Opens the stage. Throws `refused` where the service is no demonstration: demo people have no business elsewhere. */
export async function openStage({ url, rpcUrl }: { url: string; rpcUrl: string }): Promise<Stage> {
  const info = await createCaller(url).get("/api/gateway", gatewaySchema);
  if (!info.demo) {
    throw new Failure(
      "refused",
      "This service is no demonstration: no demo people were put in. Start it with PLACET_DEMO=1 on a development chain.",
    );
  }
  const chain = defineChain({
    id: info.chainId,
    name: "development",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  const transport = http(rpcUrl, { batch: true });
  const client: PublicClient = createPublicClient({ chain, transport, cacheTime: 0, pollingInterval: 100 });
  const addresses = { ledger: info.ledger, providerRegistry: info.providerRegistry };
  const abis: Record<keyof typeof addresses, readonly unknown[]> = {
    ledger: ledgerAbi,
    providerRegistry: providerRegistryAbi,
  };
  // Names and arguments come from protocol's one table of acts, which the ABI's types cannot follow.
  const read = (contract: keyof typeof addresses) => (call: { functionName: string; args: readonly unknown[] }) =>
    client.readContract({ address: addresses[contract], abi: abis[contract], ...call } as Parameters<
      typeof client.readContract
    >[0]);
  const readLedger = read("ledger");

  return {
    url,
    genesisHash: info.genesisHash,
    place: { chainId: info.chainId, ledger: info.ledger },
    gateway: { address: info.address, key: info.encryptionKey },
    now: Math.floor(Date.now() / 1000),
    readLedger,
    readRegistry: read("providerRegistry"),
    async readBlock() {
      const block = await client.getBlock();
      return { number: Number(block.number), hash: block.hash };
    },
    async readKey(account) {
      return fromHex(z.string().parse(await readLedger({ functionName: "encryptionKeyOf", args: [account] })), 32);
    },
    async sendPlain(index, acts) {
      const wallet = createWalletClient({ account: demoAccount(index), chain, transport });
      for (const act of acts) {
        const { contract, functionName, args } = actCall(act);
        const call = { address: addresses[contract], abi: abis[contract], functionName, args } as Parameters<
          typeof wallet.writeContract
        >[0];
        const gas = withGasMargin(await client.estimateContractGas({ ...call, account: wallet.account }));
        const hash = await wallet.writeContract({ ...call, gas } as typeof call);
        const receipt = await client.waitForTransactionReceipt({ hash });
        if (receipt.status !== "success")
          throw new Failure("refused", `The ledger refused "${act.name}" of demo person ${index}.`);
      }
    },
  };
}
