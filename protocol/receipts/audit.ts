// Auditing a gateway's receipts from the outside: signatures, chain, anchors on the ledger, and consents in force.
// Rule: nothing is left out of the answer. A receipt that does not hold is a finding, not an error.

import type { Address, Hex } from "viem";
import { isAddressEqual } from "viem";
import { isFailure } from "../failure.ts";
import { NO_RECEIPT, receiptHash, receiptLeaf, receiptSchema, type Receipt } from "./receipt.ts";
import { buildTree, rootOf } from "./tree.ts";
import { verifyReceipt } from "./verify.ts";

/** A batch that the ledger anchors: receipts first..first+count-1 of one gateway. */
export type ReceiptAnchor = { root: Hex; first: number; count: number };

/** The name of a consent on the ledger. */
export type ReceiptConsent = { subject: Address; grantee: Address; scope: Hex };

/** Something about receipts that does not hold. `number` is the gateway's number, null where there is none. */
export type ReceiptFinding = {
  kind: "unreadable" | "forged" | "missing" | "repeated" | "forked" | "root-differs" | "outside-window";
  number: number | null;
  message: string;
};

/** What an audit of receipts says, and whose word each statement rests on. */
export type ReceiptAudit = {
  checked: number;
  anchored: number;
  findings: ReceiptFinding[];
  statements: { text: string; restsOn: "signatures" | "node" | "service"; holds: boolean }[];
};

/** What an audit knows from the ledger. */
export type ReceiptAuditOptions = {
  gateway: Address;
  anchors: readonly ReceiptAnchor[];
  /** Whether a consent was in force at a time (Unix seconds), from the ledger's own history. */
  wasInForce?: (consent: ReceiptConsent, at: number) => boolean;
  /** Asks a contract account whether it signed (ERC-1271). Without it such a signature counts as not confirmed. */
  confirmWallet?: (account: Address, signed: { message: string; signature: Hex }) => Promise<boolean>;
};

type Numbered = Map<number, Receipt>;

function read(shown: readonly unknown[], gateway: Address, findings: ReceiptFinding[]): Numbered {
  const byNumber: Numbered = new Map();
  shown.forEach((one, at) => {
    const parsed = receiptSchema.safeParse(one);
    if (!parsed.success || !isAddressEqual(parsed.data.body.gateway, gateway)) {
      findings.push({ kind: "unreadable", number: null, message: `Entry ${at + 1} is no receipt of this gateway.` });
      return;
    }
    const { number } = parsed.data.body;
    if (byNumber.has(number)) {
      findings.push({ kind: "repeated", number, message: `Receipt ${number} is shown twice.` });
      return;
    }
    byNumber.set(number, parsed.data);
  });
  return byNumber;
}

async function checkOne(receipt: Receipt, options: ReceiptAuditOptions): Promise<ReceiptFinding[]> {
  const { body } = receipt;
  const { number } = body;
  const found: ReceiptFinding[] = [];
  try {
    const restsOn = await verifyReceipt(receipt);
    if (restsOn === "contract-wallet" && body.request !== null && body.delegation !== null) {
      const confirmed = await options.confirmWallet?.(body.request.request.reader, body.delegation);
      if (confirmed !== true) {
        found.push({
          kind: "forged",
          number,
          message: `Receipt ${number}: the reader's account does not confirm the sign-in.`,
        });
      }
    }
  } catch (error) {
    if (!isFailure(error)) throw error;
    found.push({ kind: "forged", number, message: `Receipt ${number}: ${error.message}` });
  }
  if (body.kind === "released" && body.request !== null && options.wasInForce !== undefined) {
    const { subject, grantee, scope } = body.request.request;
    if (!options.wasInForce({ subject, grantee, scope }, body.time)) {
      const message = `Receipt ${number} shows a release at a time when the ledger had no such consent in force.`;
      found.push({ kind: "outside-window", number, message });
    }
  }
  return found;
}

function checkChain(byNumber: Numbered, upTo: number, findings: ReceiptFinding[]): void {
  let previous: Hex | undefined = NO_RECEIPT;
  for (let number = 1; number <= upTo; number += 1) {
    const receipt = byNumber.get(number);
    if (receipt === undefined) {
      findings.push({ kind: "missing", number, message: `Receipt ${number} is not shown, though there is one.` });
      previous = undefined;
      continue;
    }
    if (previous !== undefined && receipt.body.previous !== previous) {
      findings.push({ kind: "forked", number, message: `Receipt ${number} does not follow receipt ${number - 1}.` });
    }
    previous = receiptHash(receipt.body);
  }
}

function checkAnchor(anchor: ReceiptAnchor, byNumber: Numbered): ReceiptFinding | undefined {
  const leaves: Hex[] = [];
  for (let number = anchor.first; number < anchor.first + anchor.count; number += 1) {
    const receipt = byNumber.get(number);
    // A missing receipt is a finding of its own; without it the root cannot be built.
    if (receipt === undefined) return undefined;
    leaves.push(receiptLeaf(receipt.body));
  }
  if (rootOf(buildTree(leaves)) === anchor.root) return undefined;
  const last = anchor.first + anchor.count - 1;
  const message = `Receipts ${anchor.first} to ${last} are not those that were anchored on the ledger.`;
  return { kind: "root-differs", number: anchor.first, message };
}

/**
 * Checks all receipts that a gateway shows: each by itself, that none is missing up to the last one that is shown or
 * anchored, that batches are what the ledger holds, and that each release lay inside its consent's window.
 * What a gateway never recorded nobody can find: a clean answer does not say that there was no other read.
 */
export async function auditReceipts(shown: readonly unknown[], options: ReceiptAuditOptions): Promise<ReceiptAudit> {
  const findings: ReceiptFinding[] = [];
  const byNumber = read(shown, options.gateway, findings);
  for (const receipt of byNumber.values()) findings.push(...(await checkOne(receipt, options)));
  const anchored = options.anchors.reduce((most, { first, count }) => Math.max(most, first + count - 1), 0);
  checkChain(byNumber, Math.max(anchored, ...byNumber.keys()), findings);
  for (const anchor of options.anchors) {
    const finding = checkAnchor(anchor, byNumber);
    if (finding !== undefined) findings.push(finding);
  }
  const none = (...kinds: ReceiptFinding["kind"][]): boolean => !findings.some(({ kind }) => kinds.includes(kind));
  return {
    checked: byNumber.size,
    anchored,
    findings,
    statements: [
      {
        text: `Every receipt is signed by the gateway, and every request in it by its reader.`,
        restsOn: "signatures",
        holds: none("forged", "unreadable"),
      },
      {
        text: `Receipts 1 to ${anchored} are all there and are those that the ledger anchors.`,
        restsOn: "node",
        holds: none("missing", "repeated", "forked", "root-differs"),
      },
      ...(options.wasInForce === undefined
        ? []
        : [
            {
              text: "Every release that was recorded lay inside its consent's window.",
              restsOn: "node" as const,
              holds: none("outside-window"),
            },
          ]),
      {
        text: "There was no read besides those that were recorded.",
        restsOn: "service",
        holds: true,
      },
    ],
  };
}
