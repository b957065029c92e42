// What the ledger itself says at this moment about one read: never our index, which may be behind. Rule: all answers
// are of one block, and that block is named in the receipt.

import type { Address, Hex } from "viem";
import { unpackConsent, type ConsentRecord } from "#protocol/consent/index.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { providerRegistryAbi } from "#protocol/contracts/provider-registry.ts";
import { Failure } from "#protocol/failure.ts";
import { unpackDocument, type DocumentRecord } from "#protocol/history/index.ts";
import type { ReadRequest } from "#protocol/receipts/index.ts";
import type { Chain } from "../chain.ts";

/** The ledger's answers at one block. */
export type LedgerState = {
  block: { number: number; hash: Hex; time: number };
  record: ConsentRecord;
  /** The ledger's own answer to "may this reader do this now". */
  active: boolean;
  /** The reader's role in the grantee organisation; 0 for none. */
  role: number;
  /** In the order of the request. */
  documents: DocumentRecord[];
  /** The hash of the block that the request names; null when this node has no such block yet. */
  namedBlock: Hex | null;
};

/** Asks the ledger at its latest block. Throws Failure("unavailable") when the node does not answer. */
export async function readLedgerState({ client, deployment }: Chain, request: ReadRequest): Promise<LedgerState> {
  try {
    const latest = await client.getBlock({ blockTag: "latest" });
    const at = { address: deployment.ledger, abi: ledgerAbi, blockNumber: latest.number } as const;
    const { subject, grantee, scope, reader, op } = request;
    const named = BigInt(request.recentBlock.number);
    const [word, active, role, namedBlock, ...documents] = await Promise.all([
      client.readContract({ ...at, functionName: "consentOf", args: [subject, grantee, scope] }),
      client.readContract({ ...at, functionName: "isActive", args: [subject, grantee, reader, scope, op] }),
      readRole({ client, deployment }, { grantee, reader, blockNumber: latest.number }),
      named > latest.number ? null : client.getBlock({ blockNumber: named }),
      ...request.documents.map(({ document }) =>
        client.readContract({ ...at, functionName: "documentOf", args: [subject, document] }),
      ),
    ]);
    return {
      block: { number: Number(latest.number), hash: latest.hash, time: Number(latest.timestamp) },
      record: unpackConsent(word),
      active,
      role,
      documents: documents.map(unpackDocument),
      namedBlock: namedBlock?.hash ?? null,
    };
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure(
      "unavailable",
      "The ledger cannot be asked right now, and without it nothing is opened. Nothing was lost. Try again in a moment.",
      {
        cause,
        reason: "node-unavailable",
      },
    );
  }
}

async function readRole(
  { client, deployment }: Pick<Chain, "client" | "deployment">,
  { grantee, reader, blockNumber }: { grantee: Address; reader: Address; blockNumber: bigint },
): Promise<number> {
  return client.readContract({
    address: deployment.providerRegistry,
    abi: providerRegistryAbi,
    functionName: "memberRole",
    args: [grantee, reader],
    blockNumber,
  });
}
