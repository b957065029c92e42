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
  slice,
} from "viem";
import type { Address, Hex, PublicClient } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { LocalAccount } from "viem/accounts";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { ledgerAbi, providerRegistryAbi } from "#protocol/contracts/index.ts";
import { projectRoot } from "./build/project-root.ts";
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
  /** Code hashes of the two accounts, as eth_getProof proves them. */
  buildHashes: z.object({ ledger: digest, providerRegistry: digest }),
});

/** Where the contracts of a chain are, and which build they are. */
export type Deployment = z.infer<typeof deploymentSchema>;

/** Chains whose accounts everybody knows: only there does a demo person deploy. */
const developmentChains = [31337, 1337];

const artifactSchema = z.object({
  bytecode: z.custom<Hex>((value) => isHex(value)),
  deployedBytecode: z.custom<Hex>((value) => isHex(value)),
  immutableReferences: z.record(z.string(), z.array(z.object({ start: z.number(), length: z.number() }))),
});
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

  const block = await chain.getBlock({ blockNumber: registry.blockNumber });
  const deployment: Deployment = {
    chainId,
    genesisHash,
    ledger: ledger.address,
    providerRegistry: registry.address,
    deployedAtBlock: Number(block.number),
    deployedAt: Number(block.timestamp),
    gateways: options.gateways ?? (isDevelopment ? [demoAccount(1).address] : []),
    buildHashes: { ledger: ledger.codeHash, providerRegistry: registry.codeHash },
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

async function isDeployed(chain: PublicClient, known: Deployment): Promise<boolean> {
  const [ledger, providerRegistry] = await Promise.all([
    chain.getCode({ address: known.ledger }),
    chain.getCode({ address: known.providerRegistry }),
  ]);
  return (
    keccak256(ledger ?? "0x") === known.buildHashes.ledger &&
    keccak256(providerRegistry ?? "0x") === known.buildHashes.providerRegistry
  );
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
): Promise<{ address: Address; blockNumber: bigint; codeHash: Hex }> {
  const wallet = createWalletClient({ account: options.deployer, transport: http(options.rpcUrl) });
  const hash = await wallet.sendTransaction({ data: options.encode(options.artifact.bytecode), chain: null });
  const receipt = await chain.waitForTransactionReceipt({ hash });
  if (receipt.status !== "success" || !receipt.contractAddress) {
    throw new Failure("refused", `The chain refused to deploy (transaction ${hash}). Nothing was written.`);
  }
  const found = getAddress(receipt.contractAddress);
  const code = (await chain.getCode({ address: found })) ?? "0x";
  if (blankImmutables(code, options.artifact) !== options.artifact.deployedBytecode) {
    throw new Failure("tampered", `The code at ${found} is not the code that was compiled. Nothing was written.`);
  }
  return { address: found, blockNumber: receipt.blockNumber, codeHash: keccak256(code) };
}

/** The code with zeros where the constructor put the values of this deployment, as the compiler leaves it. */
function blankImmutables(code: Hex, artifact: Artifact): Hex {
  let blank = code;
  for (const { start, length } of Object.values(artifact.immutableReferences).flat()) {
    if (start + length > size(code)) return "0x";
    const before: Hex = start === 0 ? "0x" : slice(blank, 0, start);
    const after = start + length === size(code) ? "" : slice(blank, start + length).slice(2);
    blank = `${before}${"00".repeat(length)}${after}`;
  }
  return blank;
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
