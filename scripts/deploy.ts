// Puts the two contracts on a chain and writes down where they are. They have no administrator that could change them,
// so deploying is all there is: nobody is registered here but the deployer, by the registry itself.

import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  createPublicClient,
  createWalletClient,
  encodeDeployData,
  getAddress,
  http,
  isAddress,
  isHex,
  keccak256,
  size,
} from "viem";
import type { Address, Hex, PublicClient } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { LocalAccount } from "viem/accounts";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { ledgerAbi, providerRegistryAbi } from "#protocol/contracts/index.ts";
import { extensionOf, immutablesOf, isBuild } from "#protocol/history/index.ts";
import { projectRoot } from "./build/project-root.ts";
import { readBuilds } from "./build/published-builds.ts";
import { tellFailure } from "./build/tell-failure.ts";
import { demoAccount } from "./demo-people.ts";
import { identifyChain } from "./stack/identify-chain.ts";

const address = z.custom<Address>((value) => typeof value === "string" && isAddress(value));
const digest = z.custom<Hex>((value) => isHex(value) && size(value) === 32);

/** What deployment.json holds. */
export const deploymentSchema = z.object({
  chainId: z.number().int(),
  genesisHash: digest,
  ledger: address,
  providerRegistry: address,
  /** Block in which the first of the two was deployed: no act is older. */
  deployedAtBlock: z.number().int(),
  /** Time of that block, Unix seconds. */
  deployedAt: z.number().int(),
  gateways: z.array(address),
  /** Code hashes of the accounts, as eth_getProof proves them; the ledger's code is in two. */
  buildHashes: z.object({ ledger: digest, ledgerExtension: digest, providerRegistry: digest }),
});

/** Where the contracts of a chain are, and which build they are. */
export type Deployment = z.infer<typeof deploymentSchema>;

/** Chains whose accounts everybody knows: only there does a demo person deploy. */
const developmentChains = [31337, 1337];

const artifactSchema = z.object({ bytecode: z.custom<Hex>((value) => isHex(value)) });
type Artifact = z.infer<typeof artifactSchema>;

/**
 * Deploys ProviderRegistry and Ledger and writes `<dataDir>/deployment.json`, in one step that cannot leave half a file.
 * A file of the same chain whose contracts are there with that code is returned as it is.
 * @param options.privateKey pays and becomes the registry's owner; on a development chain the demo registrar by default
 * @param options.gateways the key gateways that this deployment names; on a development chain the demo one by default
 * @throws {Failure} "bad-input" without a key, "not-found" when nothing was compiled, "tampered" when the chain holds
 * other code than was sent, "unavailable" when the node does not answer
 */
export async function deploy(options: {
  rpcUrl: string;
  dataDir: string;
  privateKey?: Hex;
  gateways?: Address[];
  log?: (line: string) => void;
}): Promise<Deployment> {
  const log = options.log ?? (() => {});
  const file = join(options.dataDir, "deployment.json");
  const { chainId, genesisHash } = await identifyChain(options.rpcUrl);
  const chain = createPublicClient({ transport: http(options.rpcUrl), pollingInterval: 200 });

  const known = await readDeployment(file);
  if (known?.genesisHash === genesisHash && known.chainId === chainId && (await isDeployed(chain, known))) return known;

  const isDevelopment = developmentChains.includes(chainId);
  const deployer = chooseDeployer(options.privateKey, isDevelopment);
  const registry = await deployContract(chain, {
    rpcUrl: options.rpcUrl,
    chainId,
    deployer,
    artifact: await readArtifact("ProviderRegistry"),
    encode: (bytecode) => encodeDeployData({ abi: providerRegistryAbi, bytecode }),
  });
  log(`ProviderRegistry is at ${registry.address}.`);
  const ledger = await deployContract(chain, {
    rpcUrl: options.rpcUrl,
    chainId,
    deployer,
    artifact: await readArtifact("Ledger"),
    encode: (bytecode) => encodeDeployData({ abi: ledgerAbi, bytecode, args: [registry.address] }),
  });
  log(`Ledger is at ${ledger.address}.`);

  const at = { chainId, ledger: ledger.address, providerRegistry: registry.address };
  const buildHashes = await requireBuilds(chain, at);
  const block = await chain.getBlock({ blockNumber: registry.blockNumber });
  const deployment: Deployment = {
    ...at,
    genesisHash,
    deployedAtBlock: Number(block.number),
    deployedAt: Number(block.timestamp),
    gateways: options.gateways ?? (isDevelopment ? [demoAccount(1).address] : []),
    buildHashes,
  };
  await mkdir(options.dataDir, { recursive: true });
  const partial = `${file}.${process.pid}.partial`;
  await writeFile(partial, `${JSON.stringify(deployment, null, 2)}\n`);
  await rename(partial, file);
  return deployment;
}

function chooseDeployer(privateKey: Hex | undefined, isDevelopment: boolean): LocalAccount {
  if (privateKey !== undefined) return privateKeyToAccount(privateKey);
  if (isDevelopment) return demoAccount(0);
  throw new Failure(
    "bad-input",
    "Deploying on this chain needs a key that pays and will own the registry. Nothing was sent. " +
      "Put it into PLACET_DEPLOYER_KEY and run the command again.",
  );
}

async function readDeployment(file: string): Promise<Deployment | undefined> {
  try {
    return deploymentSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return undefined; // none yet, or one that no contract can be found with
  }
}

/** Where the three pieces of code are: the ledger makes its extension in its own constructor. */
const placesOf = ({ ledger, providerRegistry }: Pick<Deployment, "ledger" | "providerRegistry">) =>
  ({ ledger, ledgerExtension: extensionOf(ledger), providerRegistry }) as const;

const pieces = ["ledger", "ledgerExtension", "providerRegistry"] as const;

async function isDeployed(chain: PublicClient, known: Deployment): Promise<boolean> {
  const places = placesOf(known);
  const codes = await Promise.all(pieces.map((piece) => chain.getCode({ address: places[piece] })));
  return pieces.every((piece, at) => keccak256(codes[at] ?? "0x") === known.buildHashes[piece]);
}

/** Requires that the chain holds what was compiled, with this deployment's values in it; hands back its hashes. */
async function requireBuilds(
  chain: PublicClient,
  at: Pick<Deployment, "chainId" | "ledger" | "providerRegistry">,
): Promise<Deployment["buildHashes"]> {
  const builds = await readBuilds(join(projectRoot, "artifacts"));
  const places = placesOf(at);
  const check = async (piece: (typeof pieces)[number]): Promise<Hex> => {
    const address = places[piece];
    const code = (await chain.getCode({ address })) ?? "0x";
    if (builds === undefined || !isBuild(code, builds[piece], immutablesOf(piece, at))) {
      throw new Failure("tampered", `The code at ${address} is not the code that was compiled. Nothing was written.`);
    }
    return keccak256(code);
  };
  const [ledger, ledgerExtension, providerRegistry] = await Promise.all(pieces.map(check));
  return deploymentSchema.shape.buildHashes.parse({ ledger, ledgerExtension, providerRegistry });
}

async function readArtifact(name: string): Promise<Artifact> {
  const path = join(projectRoot, `artifacts/contracts/${name}.sol/${name}.json`);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new Failure("not-found", `${name} has not been compiled. Run "npm run abis" first.`, { cause });
  });
  return artifactSchema.parse(JSON.parse(text));
}

async function deployContract(
  chain: PublicClient,
  options: {
    rpcUrl: string;
    chainId: number;
    deployer: LocalAccount;
    artifact: Artifact;
    encode: (bytecode: Hex) => Hex;
  },
): Promise<{ address: Address; blockNumber: bigint }> {
  const wallet = createWalletClient({ account: options.deployer, transport: http(options.rpcUrl) });
  const hash = await wallet.sendTransaction({ data: options.encode(options.artifact.bytecode), chain: null });
  const receipt = await chain.waitForTransactionReceipt({ hash });
  if (receipt.status !== "success" || !receipt.contractAddress) {
    throw new Failure("refused", `The chain refused to deploy (transaction ${hash}). Nothing was written.`);
  }
  return { address: getAddress(receipt.contractAddress), blockNumber: receipt.blockNumber };
}

const help = `Deploys Placet's two contracts and writes DIR/deployment.json.

  node scripts/deploy.ts --rpc URL --data-dir DIR [--gateway ADDRESS]...

  --rpc URL          JSON-RPC address of the node
  --data-dir DIR     where deployment.json is written (kept, if it names contracts that are there)
  --gateway ADDRESS  a key gateway that this deployment names; may be given several times
  --help             this text

The key that pays, and that will own the registry of providers, is read from PLACET_DEPLOYER_KEY (0x and 64 hex digits).
On a development chain the demo registrar does it.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rpc: { type: "string" },
      "data-dir": { type: "string" },
      gateway: { type: "string", multiple: true },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    console.log(help);
    return;
  }
  const { rpc, "data-dir": dataDir, gateway } = values;
  if (rpc === undefined || dataDir === undefined) {
    throw new Failure("bad-input", `--rpc and --data-dir are needed.\n\n${help}`);
  }
  const gateways = z.array(address).optional().safeParse(gateway);
  if (!gateways.success) throw new Failure("bad-input", "A gateway is named by its address. Nothing was sent.");
  const key = process.env["PLACET_DEPLOYER_KEY"];
  if (key !== undefined && !digest.safeParse(key).success) {
    throw new Failure("bad-input", "PLACET_DEPLOYER_KEY is not 0x and 64 hex digits. Nothing was sent.");
  }
  const deployment = await deploy({
    rpcUrl: rpc,
    dataDir,
    log: console.log,
    ...(isHex(key) ? { privateKey: key } : {}),
    ...(gateways.data === undefined ? {} : { gateways: gateways.data }),
  });
  console.log(JSON.stringify(deployment, null, 2));
}

if (import.meta.main) await tellFailure(main);
