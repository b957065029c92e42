// Facts of the ledger that decide what is encrypted for whom: keys, epochs, records, members. Rule: each is read through the
// service and again through the wallet's own node (and the person's second one); it comes with who besides the service
// said so.
import { decodeFunctionResult, encodeFunctionData, type Abi, type Address, type Hex } from "viem";
import { gatewayInfo, rpc } from "#app/service/index.ts";
import { askThroughWallet } from "#app/wallet/index.ts";
import { callTwice, type CheckedBy, type Second } from "./read-twice.ts";
import { askEndpoint, secondEndpoint } from "./second-endpoint.ts";

/** A fact, and whose word it rests on besides the service's. */
export type Fact<T> = { value: T; checkedBy: CheckedBy };

const SECONDS_MS = 8_000;

async function seconds(): Promise<Second[]> {
  const named = secondEndpoint();
  const wallet = await askThroughWallet().catch(() => undefined);
  return [
    ...(wallet === undefined ? [] : [{ by: "wallet" as const, ask: wallet }]),
    ...(named === undefined ? [] : [{ by: "endpoint" as const, ask: askEndpoint(named) }]),
  ];
}

/** What each node besides the service's answers; those that refuse, or are silent for some seconds, are left out. */
export async function askSeconds(method: string, params: readonly unknown[]): Promise<unknown[]> {
  const silent = Symbol("silent");
  const answers = (await seconds()).map(async ({ ask }) => {
    const late = new Promise((resolve) => setTimeout(() => resolve(silent), SECONDS_MS));
    return Promise.race([ask(method, params).catch(() => silent), late]);
  });
  return (await Promise.all(answers)).filter((answer) => answer !== silent);
}

/** Any view of the ledger. Throws Failure("tampered") where the views differ, Failure("unavailable"). */
export async function readFact(functionName: string, args: readonly unknown[]): Promise<Fact<unknown>> {
  // The ABI is large and wanted only now: the first page does without.
  const [{ ledger }, { ledgerAbi }] = await Promise.all([gatewayInfo(), import("#protocol/contracts/ledger.ts")]);
  return readView({ to: ledger, abi: ledgerAbi, functionName, args });
}

async function readView(view: {
  to: Address;
  abi: Abi;
  functionName: string;
  args: readonly unknown[];
}): Promise<Fact<unknown>> {
  const { to, ...called } = view;
  const [{ chainId, genesisHash }, asked] = await Promise.all([gatewayInfo(), seconds()]);
  const data = encodeFunctionData(called);
  const answer = await callTwice({ to, data }, { service: rpc, seconds: asked, chainId, genesisHash });
  return { value: decodeFunctionResult({ ...called, data: answer.data }), checkedBy: answer.checkedBy };
}

/** The encryption key that an account published; zero when none. */
export async function readKeyFact(account: Address): Promise<Fact<Hex>> {
  return (await readFact("encryptionKeyOf", [account])) as Fact<Hex>;
}

/** How often an account re-keyed. */
export async function readEpochFact(account: Address): Promise<Fact<number>> {
  return (await readFact("epochOf", [account])) as Fact<number>;
}

/** A consent's record, as the word that `unpackConsent` reads. */
export async function readConsentFact(consent: {
  subject: Address;
  grantee: Address;
  scope: Hex;
}): Promise<Fact<bigint>> {
  return (await readFact("consentOf", [consent.subject, consent.grantee, consent.scope])) as Fact<bigint>;
}

/** A member's role in an organisation; 0 for who is none, and for everybody while the organisation is not verified. */
export async function readRoleFact({
  organisation,
  member,
}: {
  organisation: Address;
  member: Address;
}): Promise<Fact<number>> {
  const [{ providerRegistry: to }, { providerRegistryAbi: abi }] = await Promise.all([
    gatewayInfo(),
    import("#protocol/contracts/provider-registry.ts"),
  ]);
  const fact = await readView({ to, abi, functionName: "memberRole", args: [organisation, member] });
  return fact as Fact<number>;
}
