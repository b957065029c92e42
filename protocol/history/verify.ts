// Verifying that a node shows all acts of both contracts, unaltered, in order and in time. Rule: with a block hash that
// the auditor trusts, everything is proven from it (header, state root, storage proofs); without one the report says
// that the block is the node's word. A fault is reported with its place; only a node that fails makes this throw.

import type { Address, Hex } from "viem";
import { publishedBuilds } from "../contracts/index.ts";
import { Failure } from "../failure.ts";
import type { Builds } from "./code.ts";
import { checkCode } from "./check-code.ts";
import { decodeHistory, type LedgerAct } from "./decode.ts";
import { faultAt, type Fault, type FaultContract } from "./fault.ts";
import { foldHistory, type Fold } from "./fold.ts";
import type { Header } from "./header.ts";
import { locateHead, locateRoll } from "./locate.ts";
import { ZERO_WORD, type RawLog } from "./log.ts";
import type { ChainReader } from "./reader.ts";
import { replay } from "./replay.ts";
import type { AccountReport, AuditReport, ContractReport, DeploymentFacts, Statement } from "./report.ts";
import { readStored, type Stored } from "./stored.ts";

/** What to verify, and how. */
export type VerifyOptions = {
  readonly reader: ChainReader;
  readonly deployment: DeploymentFacts;
  /** A block that the auditor trusts; without it the node's latest. */
  readonly blockHash?: Hex | undefined;
  /** An account whose history matters, also if nothing of it is shown. */
  readonly subject?: Address | undefined;
  /** The builds to compare the contracts' code with: those that this version was published with unless given. */
  readonly builds?: Builds | undefined;
  /** Blocks asked for at once. */
  readonly range?: number;
  readonly onProgress?: (progress: { readonly step: string; readonly done: number; readonly of: number }) => void;
  readonly signal?: AbortSignal;
};

async function readHeader({ reader, blockHash }: VerifyOptions): Promise<Header> {
  const header = await reader.getBlock(blockHash ?? "latest");
  if (header === null) {
    throw new Failure(
      "unavailable",
      "The node does not have the block to verify against. Nothing was concluded. Check the hash, or ask another node.",
    );
  }
  // The reader checked that the fields hash to header.hash; here, that this is the block that was asked for.
  if (blockHash !== undefined && header.hash !== blockHash.toLowerCase()) {
    throw new Failure(
      "tampered",
      "The node answered with another block than the trusted one. Nothing was concluded. Ask another node.",
    );
  }
  return header;
}

function noProofs(): Failure {
  return new Failure(
    "unavailable",
    "The node gives no proofs (eth_getProof) for the block that you trust, so nothing was proven from it and nothing was concluded. Ask another node, or name a later block; without a block everything is checked by the node's word alone.",
    { reason: "no-proofs" },
  );
}

async function readLogs(options: VerifyOptions, contract: Address, until: number): Promise<RawLog[]> {
  const { reader, deployment, range = 5000, onProgress, signal } = options;
  const logs: RawLog[] = [];
  const first = Math.min(deployment.deployedAtBlock, until);
  for (let from = first; from <= until; from += range) {
    signal?.throwIfAborted();
    const to = Math.min(from + range - 1, until);
    logs.push(...(await reader.getLogs({ address: contract, fromBlock: from, toBlock: to })));
    onProgress?.({ step: "Reading the acts", done: to - first + 1, of: until - first + 1 });
  }
  return logs;
}

/** Compares a fold with what the contract stores, and says where it fails. */
async function compareStored(
  options: VerifyOptions,
  found: { readonly fold: Fold; readonly stored: Stored; readonly address: Address; readonly until: number },
): Promise<{ faults: Fault[]; wrong: ReadonlySet<Address> }> {
  const { reader } = options;
  const { fold, stored, address, until } = found;
  const { contract } = fold;
  const faults: Fault[] = [];
  const wrong = new Set<Address>();
  if (stored.roll !== fold.roll) {
    const place = await locateRoll(reader, { contract: address, fold, until });
    const detail =
      place === null
        ? "The node keeps no earlier states, so the place cannot be told."
        : `Something is missing or wrong after block ${place.after ?? options.deployment.deployedAtBlock - 1} and not later than block ${place.before} (by the node’s word on earlier states).`;
    faults.push(faultAt({ kind: "roll-differs", contract, detail, ...(place && { block: place.before }) }));
  }
  for (const [account, head] of stored.heads) {
    const folded = fold.heads.get(account) ?? ZERO_WORD;
    if (folded === head) continue;
    wrong.add(account);
    if (!fold.heads.has(account)) {
      faults.push(faultAt({ kind: "missing-account", contract, account }));
      continue;
    }
    const place = await locateHead(reader, { contract: address, account, fold, until });
    if (place === null) {
      faults.push(
        faultAt({
          kind: "head-differs",
          contract,
          account,
          detail: "The node keeps no earlier states, so the place cannot be told.",
        }),
      );
    } else {
      const { after, before } = place;
      const since =
        after === null ? "Nothing of it holds" : `It holds up to act ${after.index} (block ${after.log.blockNumber})`;
      const detail = `${since}, and is wrong not later than block ${before} (by the node’s word on earlier states).`;
      const index = after === null ? 0 : after.index + 1;
      faults.push(faultAt({ kind: "head-differs", contract, account, index, block: before, detail }));
    }
  }
  return { faults, wrong };
}

/**
 * Acts that lead to the head and still are none of these contracts'. The head covers an act's words and not how many of
 * them are topics: whoever shifts that bound hides what the act says, and no head tells.
 */
function findUnreadable(acts: readonly LedgerAct[], contract: FaultContract): Fault[] {
  return acts
    .filter(({ known }) => !known)
    .map(({ account, index, log }) =>
      faultAt({
        kind: "unreadable",
        contract,
        account,
        index,
        log,
        detail: "Its words lead to the head, but these contracts lay out no act like this: the log was rearranged.",
      }),
    );
}

/**
 * Verifies both contracts at one block. Throws Failure when the node does not answer, when its proofs do not hold, or
 * when it gives none though a trusted block was named.
 */
export async function verifyHistory(options: VerifyOptions): Promise<AuditReport> {
  const { reader, deployment, subject, signal, onProgress } = options;
  const trusted = options.blockHash !== undefined;
  const block = trusted ? "trusted block" : "node";
  const faults: Fault[] = [];
  const statements: Statement[] = [];

  const chainId = await reader.getChainId();
  const header = await readHeader(options);
  const until = Number(header.number);
  const genesis = await reader.getBlock(0);
  const rightChain = chainId === deployment.chainId && genesis?.hash === deployment.genesisHash.toLowerCase();
  statements.push({
    text: `The node follows chain ${deployment.chainId} with the genesis that the deployment file names.`,
    restsOn: "node",
    holds: rightChain,
  });
  if (!rightChain)
    faults.push(
      faultAt({
        kind: "wrong-chain",
        contract: "ledger",
        detail: `The node says chain ${chainId}, genesis ${genesis?.hash ?? "unknown"}.`,
      }),
    );
  statements.push({
    text: trusted
      ? `Block ${until} is the block that you trust: its fields hash to the hash that you gave.`
      : `Block ${until} (${header.hash}) is the chain’s latest. No trusted block hash was given.`,
    restsOn: block,
    holds: true,
  });

  const contracts: ContractReport[] = [];
  const accounts: AccountReport[] = [];
  const acts: AuditReport["acts"][number][] = [];
  for (const contract of ["providerRegistry", "ledger"] as const) {
    signal?.throwIfAborted();
    const address = deployment[contract];
    const name = contract === "ledger" ? "ledger" : "provider registry";
    const fold = foldHistory(await readLogs(options, address, until), { contract });
    const asked = [...new Set(subject === undefined ? fold.accounts : [...fold.accounts, subject])];
    onProgress?.({ step: `Proving the heads of the ${name}`, done: 0, of: asked.length });
    const stored = await readStored(reader, { contract: address, header, accounts: asked });
    if (trusted && stored.how !== "proof") throw noProofs();
    const compared = await compareStored(options, { fold, stored, address, until });
    const code = await checkCode(
      { reader, deployment, header, builds: options.builds ?? publishedBuilds, trusted },
      {
        contract,
        address,
        proven: stored.codeHash,
      },
    );
    const named = decodeHistory(fold);
    const unreadable = findUnreadable(named, contract);
    faults.push(...fold.faults, ...unreadable, ...compared.faults, ...code.faults);
    const basis = stored.how === "proof" ? block : "node";
    statements.push(
      {
        text: `These are all ${fold.accounts.length} accounts that ever acted on the ${name}, up to block ${until}.`,
        restsOn: basis,
        holds: stored.roll === fold.roll,
      },
      {
        text: `These are all ${fold.steps.length} acts of these accounts on the ${name}, unaltered, in order, and each at the time that it states.`,
        restsOn: basis,
        holds: compared.wrong.size === 0 && fold.faults.length === 0 && unreadable.length === 0,
      },
      ...code.statements,
    );
    const broken = new Set([...fold.faults, ...unreadable].map((fault) => fault.account));
    const counts = Map.groupBy(fold.steps, (step) => step.account);
    for (const account of fold.accounts) {
      accounts.push({
        contract,
        account,
        acts: counts.get(account)?.length ?? 0,
        head: fold.heads.get(account) ?? ZERO_WORD,
        genuine: !compared.wrong.has(account) && !broken.has(account),
      });
    }
    contracts.push({
      name: contract,
      address,
      codeHash: code.codeHash,
      codeMatches: code.matches,
      extension: code.extension,
      accounts: fold.accounts.length,
      acts: fold.steps.length,
      roll: fold.roll,
      read: stored.how,
    });
    acts.push(...named);
  }
  statements.push({
    text: "Transaction hashes and the place of a log in its block are as the node tells them; heads do not cover them.",
    restsOn: "node",
    holds: true,
  });
  return {
    genuine: faults.length === 0 && statements.every((statement) => statement.holds),
    chainId,
    block: { number: until, hash: header.hash, time: Number(header.timestamp), trusted },
    contracts,
    accounts,
    faults,
    statements,
    acts,
    state: replay(acts),
  };
}
