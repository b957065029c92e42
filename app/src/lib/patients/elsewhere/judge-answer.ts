// What another gateway answered to a read, judged. Rule: it is believed only with a receipt that its own key signed, about
// this very request, with these very results: what it leaves out of a receipt, it did not hand over.
import { digestShape } from "#app/service/index.ts";
import { releaseSchema } from "#protocol/documents/index.ts";
import { Failure } from "#protocol/failure.ts";
import {
  receiptSchema,
  refusalReasons,
  requestDigest,
  verifyReceipt,
  type Receipt,
  type SignedRequest,
  type SignInElsewhere,
} from "#protocol/receipts/index.ts";
import { isAddressEqual } from "viem";
import { z } from "zod";

const named = { document: digestShape, version: z.number().int().positive() };

/** What became of each document; at most as many as a request names. */
export const resultsShape = z
  .array(
    z.discriminatedUnion("status", [
      z.object({ ...named, status: z.literal("released"), release: releaseSchema }),
      z.object({
        ...named,
        status: z.literal("refused"),
        reason: z.enum(refusalReasons),
        detail: z.string().max(1000),
      }),
    ]),
  )
  .max(200);

/** The answer for one document. */
export type ReleaseAnswer = z.output<typeof resultsShape>[number];

/** The shape of a gateway's answer. The receipt is null for a stranger. */
export const answerShape = z.object({ results: resultsShape, receipt: receiptSchema.nullable() });

/** A gateway's answer. */
export type GatewayAnswer = z.output<typeof answerShape>;

const sameResults = (receipt: Receipt, results: readonly ReleaseAnswer[]): boolean =>
  receipt.body.results.length === results.length &&
  results.every((one, at) => {
    const told = receipt.body.results[at];
    const reason = one.status === "released" ? null : one.reason;
    return told?.document === one.document && told.version === one.version && told.reason === reason;
  });

/**
 * The results, where a receipt of this gateway's key (the request names it) is about them. `words`: what is said of one that
 * is not. Throws Failure("tampered").
 */
export async function requireReceipted(
  { results, receipt }: GatewayAnswer,
  { signed, signIn, words }: { signed: SignedRequest; signIn: SignInElsewhere; words: string },
): Promise<ReleaseAnswer[]> {
  const strange = (cause?: unknown) => new Failure("tampered", words, { cause, reason: "receipt" });
  const asked = signed.request.documents;
  const answered = results.map(({ document, version }) => `${document} ${version}`).join();
  if (asked.map(({ document, version }) => `${document} ${version}`).join() !== answered) throw strange();
  if (receipt === null) {
    // A stranger gets no receipt, and nothing else either: one same answer, which says nothing of what the patient wants.
    if (results.every((one) => one.status === "refused" && one.reason === "no-consent")) return results;
    throw strange();
  }
  const { body } = receipt;
  const request = body.request?.request;
  const about =
    isAddressEqual(body.gateway, signed.request.gateway) &&
    request !== undefined &&
    requestDigest(request) === requestDigest(signed.request) &&
    body.delegation?.message === signIn.message &&
    body.delegation.signature === signIn.signature &&
    sameResults(receipt, results);
  if (!about) throw strange();
  try {
    await verifyReceipt(receipt);
  } catch (cause) {
    throw strange(cause);
  }
  return results;
}
