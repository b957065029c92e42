// Receipts for the parties, and for auditors all of them, each with the proof that it stands in an anchored batch.

import { z } from "zod";
import type { Address } from "viem";
import { Failure } from "#protocol/failure.ts";
import { buildTree, decodeReceipt, proofOf, rootOf } from "#protocol/receipts/index.ts";
import type { Service } from "../service.ts";
import { listReceipts, readLeaves, readReceipt, readUnrecorded } from "../store/receipts.ts";
import type { AnchoredReceiptRow } from "../store/receipts.ts";
import { isAuditor } from "../store/registry.ts";
import { cutPage, keyNumber, readCursor } from "./paging.ts";
import { route, type Route } from "./route.ts";
import { addressIn, digestOut, pageOf, pageQuery } from "./schemas.ts";

const receiptOut = z.looseObject({ body: z.looseObject({ number: z.number().int() }), signature: z.string() });
/** A receipt as it is shown to who may see it. */
export const receiptItemOut = z.object({
  receipt: receiptOut,
  hash: digestOut,
  batch: z.object({ first: z.number().int(), root: digestOut, anchoredTx: z.string().nullable() }).nullable(),
  orphaned: z.boolean().meta({
    description:
      "True for a release whose consent is not on the ledger any more: a reorganisation took the grant out after it was read.",
  }),
});

const proofOut = receiptItemOut.extend({
  leaf: digestOut,
  root: digestOut.nullable(),
  proof: z.array(digestOut),
  index: z.number().int().nullable(),
  count: z.number().int().nullable(),
  anchoredTx: z.string().nullable(),
});

/** A receipt's row, as it is shown. */
export function showReceipt(row: AnchoredReceiptRow, service: Service): z.input<typeof receiptItemOut> {
  const { batch_first: first, batch_root: root, anchored_tx: anchoredTx } = row;
  const receipt = decodeReceipt(row.receipt);
  // The gateway asks the ledger, not the index, which may not have read the block that the release rested on.
  const isRead = (service.sync.status().cursor?.number ?? -1) >= receipt.body.recentBlock.number;
  return {
    receipt,
    hash: row.hash,
    batch: first === null || root === null ? null : { first, root, anchoredTx },
    orphaned: isRead && row.without_consent,
  };
}

async function maySeeAll(service: Service, account: Address): Promise<boolean> {
  return isAuditor(service.database, { account, now: service.now() });
}

/** GET /api/receipts, GET /api/receipts/:number/proof. */
export const receiptRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/receipts",
    summary:
      "Receipts of reads, newest first: of your documents, of your own reads, or (for auditors) of all that this gateway did.",
    tag: "Audit",
    access: "session",
    limit: "records",
    query: z.object({
      ...pageQuery,
      as: z.enum(["subject", "reader", "gateway"]).default("subject"),
      subject: addressIn.optional(),
    }),
    response: pageOf(receiptItemOut).extend({
      unrecorded: z.number().int().meta({
        description:
          "Refusals of strangers in the last thirty days that were counted without a receipt each, because there were too many; about oneself, or for an auditor about everybody (as=gateway).",
      }),
    }),
    problems: ["forbidden"],
    async handle({ service, session, query }) {
      if (query.as === "gateway" && !(await maySeeAll(service, session.account))) {
        throw new Failure("forbidden", "Only an auditor may see everybody's receipts.");
      }
      const view = query.as === "gateway" ? { as: query.as } : { as: query.as, account: session.account };
      const before = readCursor(query.cursor, z.tuple([keyNumber]))?.[0] ?? null;
      const rows = await listReceipts(service.database, {
        gateway: service.gateway.address,
        view,
        subject: query.subject ?? null,
        before,
        limit: query.limit + 1,
      });
      const { items, next } = cutPage(rows, query.limit, (row) => [row.number]);
      const since = Math.floor(service.now() / 86_400) - 30;
      const unrecorded =
        query.as === "reader"
          ? 0
          : await readUnrecorded(service.database, {
              subject: query.as === "subject" ? session.account : (query.subject ?? null),
              since,
            });
      return { items: items.map((row) => showReceipt(row, service)), next, unrecorded };
    },
  }),
  route({
    method: "get",
    path: "/api/receipts/:number/proof",
    summary:
      "One receipt with its Merkle proof; root and anchoredTx are null until it stands in a batch, and the batch on the ledger.",
    tag: "Audit",
    access: "session",
    limit: "records",
    params: z.object({ number: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
    response: proofOut,
    problems: ["not-found"],
    async handle({ service, session, params }) {
      const gateway = service.gateway.address;
      const { account } = session;
      const row = await readReceipt(service.database, { gateway, number: params.number });
      const isParty =
        row !== null &&
        (row.subject === account || (!row.stranger && (row.reader === account || row.grantee === account)));
      if (row === null || (!isParty && !(await maySeeAll(service, account)))) {
        throw new Failure("not-found", "There is no such receipt of yours here.");
      }
      const { batch_first: first, batch_count: count } = row;
      if (first === null || count === null)
        return {
          ...showReceipt(row, service),
          leaf: row.leaf,
          root: null,
          proof: [],
          index: null,
          count: null,
          anchoredTx: null,
        };
      const tree = buildTree(await readLeaves(service.database, { gateway, first, count }));
      const index = row.number - first;
      return {
        ...showReceipt(row, service),
        leaf: row.leaf,
        root: rootOf(tree),
        proof: proofOf(tree, index),
        index,
        count,
        anchoredTx: row.anchored_tx,
      };
    },
  }),
];
