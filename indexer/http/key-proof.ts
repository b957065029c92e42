// Whether somebody holds the encryption key that they published: a question that only that key can read.

import { z } from "zod";
import type { Hex } from "viem";
import { fromBase64Url, fromHex, randomBytes, sha256, toBase64Url, toHex } from "#protocol/bytes.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { Failure } from "#protocol/failure.ts";
import { wrap } from "#protocol/keys/index.ts";
import { answerKeyProof, readProvenAt, writeKeyProof } from "../store/key-proofs.ts";
import { route, type Route } from "./route.ts";
import { digestIn, digestOut, timeOut } from "./schemas.ts";

const MINUTES_5 = 300;
const NO_KEY = `0x${"0".repeat(64)}`;

/** POST /api/key-proof/challenge, POST /api/key-proof, GET /api/key-proof. */
export const keyProofRoutes: Route[] = [
  route({
    method: "post",
    path: "/api/key-proof/challenge",
    summary:
      'Ask for a question that only the holder of your published encryption key can read (kind "challenge", ref = its id).',
    tag: "Keys",
    access: "session",
    limit: "write",
    response: z.object({ id: digestOut, encryptionKey: digestOut, box: z.string(), expiresAt: timeOut }),
    problems: ["conflict", "unavailable"],
    async handle({ service, session }) {
      const { deployment } = service.chain;
      const encryptionKey = await readPublishedKey(service.chain, session.account);
      const id = toHex(randomBytes(32));
      const answer = randomBytes(32);
      const place = { chainId: deployment.chainId, ledger: deployment.ledger };
      const context = {
        ...place,
        kind: "challenge",
        subject: session.account,
        recipient: session.account,
        ref: id,
      } as const;
      const box = toBase64Url(wrap(context, { recipientKey: fromHex(encryptionKey, 32), bytes: answer }));
      const now = service.now();
      const expiresAt = now + MINUTES_5;
      await writeKeyProof(
        service.database,
        {
          id,
          account: session.account,
          encryption_key: encryptionKey,
          answer: toHex(sha256(answer)),
          expires_at: expiresAt,
        },
        now,
      );
      return { id, encryptionKey, box, expiresAt };
    },
  }),
  route({
    method: "post",
    path: "/api/key-proof",
    summary: "Answer it, with what was in the box (base64url). One try for each question.",
    tag: "Keys",
    access: "session",
    limit: "signIn",
    body: z.object({ id: digestIn, answer: z.string().length(43) }),
    response: z.object({ encryptionKey: digestOut, provenAt: timeOut }),
    problems: ["wrong-key"],
    async handle({ service, session, body }) {
      const now = service.now();
      const answer = toHex(sha256(fromBase64Url(body.answer, 32)));
      const encryptionKey = await answerKeyProof(service.database, {
        id: body.id,
        account: session.account,
        answer,
        now,
      });
      if (encryptionKey === null) {
        throw new Failure(
          "wrong-key",
          "That was not the answer, or it came too late. Nothing was changed. Ask for a new question.",
        );
      }
      return { encryptionKey, provenAt: now };
    },
  }),
  route({
    method: "get",
    path: "/api/key-proof",
    summary: "When you last showed that you hold your published key; null when never.",
    tag: "Keys",
    access: "session",
    limit: "records",
    response: z.object({ encryptionKey: digestOut, provenAt: timeOut.nullable() }),
    problems: ["conflict", "unavailable"],
    async handle({ service, session }) {
      const encryptionKey = await readPublishedKey(service.chain, session.account);
      return {
        encryptionKey,
        provenAt: await readProvenAt(service.database, { account: session.account, encryptionKey }),
      };
    },
  }),
];

async function readPublishedKey(
  { client, deployment }: Parameters<Route["handle"]>[0]["service"]["chain"],
  account: `0x${string}`,
): Promise<Hex> {
  const key = await client
    .readContract({ address: deployment.ledger, abi: ledgerAbi, functionName: "encryptionKeyOf", args: [account] })
    .catch((cause: unknown) => {
      throw new Failure("unavailable", "The ledger cannot be asked for your key right now. Try again in a moment.", {
        cause,
      });
    });
  if (key === NO_KEY)
    throw new Failure("conflict", "You have published no encryption key yet. Enrol first.", { reason: "no-key" });
  return key;
}
