// Guardians: shares of a person's vault, kept for those whom they are wrapped for, and the request of a person who has lost
// every device. Rule: nothing that comes through here opens anything. Shares are wrapped for guardians, answers for the
// device that asked, and of the code that a guardian is told the service sees Argon2id's result alone.

import { z } from "zod";
import type { Address, Hex } from "viem";
import { fromBase64Url, toBase64Url } from "#protocol/bytes.ts";
import { Failure } from "#protocol/failure.ts";
import { FEWEST_GUARDIANS, MOST_GUARDIANS } from "#protocol/keys/index.ts";
import {
  declineShare,
  endRecovery,
  listDeclined,
  listGuardianships,
  listSharesOf,
  lockGuardians,
  readRecovery,
  writeAnswer,
  writeRecovery,
  writeShares,
} from "../store/guardians.ts";
import { appendStream } from "../store/stream.ts";
import type { Queryable } from "../store/database.ts";
import { cutPage, keyNumber, keyText, readCursor } from "./paging.ts";
import { reply, route, type Route } from "./route.ts";
import { addressIn, addressOut, digestIn, digestOut, pageOf, pageQuery, timeOut } from "./schemas.ts";

/** How long a request stands: guardians are people, and may be travelling. */
const RECOVERY_SECONDS = 3 * 86_400;

/** Base64url of so many characters. The length stands in the pattern, so that whoever makes examples of it finds some. */
const base64 = (least: number, most: number) =>
  z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${least},${most}}$`), "must be base64url of the right length");
const boxIn = base64(100, 4000).meta({ id: "WrappedShare", description: "Wrapped for its reader, base64url." });
const tagIn = base64(43, 43).meta({ description: "Argon2id of the spoken code, base64url." });
const idIn = z
  .string()
  .regex(/^[0-9a-f]{32}$/, "must be 16 bytes in lower-case hexadecimal digits")
  .meta({ description: "Chosen by the device that asks: 16 random bytes." });

const recoveryOut = {
  id: z.string(),
  set: digestOut,
  publicKey: digestOut.meta({ description: "The X25519 key of the device that asks." }),
  createdAt: timeOut,
  expiresAt: timeOut,
};
const guardianshipOut = z
  .object({
    subject: addressOut,
    set: digestOut,
    box: z.string(),
    at: timeOut,
    recovery: z.object({ ...recoveryOut, tag: z.string(), answeredAt: timeOut.nullable() }).nullable(),
  })
  .meta({ id: "Guardianship" });

/** Tells the pages of everybody who has a part in it. */
async function tell(tx: Parameters<typeof appendStream>[0], subject: Address, guardians: readonly Address[]) {
  await appendStream(tx, [{ type: "recovery", audience: [subject, ...guardians], payload: { subject } }]);
}

async function holdersOf(db: Queryable, subject: Address): Promise<Address[]> {
  return (await listSharesOf(db, subject)).map(({ guardian }) => guardian);
}

const heldOut = z.object({ guardian: addressOut, set: digestOut, at: timeOut });

/** Shares, requests and answers. */
export const guardianRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/guardians",
    summary: "Whom you gave a share of your vault, and who gave theirs back since.",
    tag: "Keys",
    access: "session",
    limit: "records",
    response: z.object({ items: z.array(heldOut), declined: z.array(heldOut) }),
    async handle({ service, session }) {
      const shares = await listSharesOf(service.database, session.account);
      const declined = await listDeclined(service.database, session.account);
      return { items: shares.map(({ guardian, set, at }) => ({ guardian, set, at })), declined };
    },
  }),
  route({
    method: "put",
    path: "/api/guardians",
    summary: "Leave shares of your vault for your guardians, in the place of all earlier ones; none ends it.",
    tag: "Keys",
    access: "session",
    limit: "write",
    signed: true,
    body: z.object({
      set: digestIn,
      shares: z.array(z.object({ guardian: addressIn, box: boxIn })).max(MOST_GUARDIANS),
    }),
    response: z.object({ count: z.number().int() }),
    async handle({ service, session, body }) {
      const subject = session.account;
      const at = service.now();
      const set = body.set as Hex;
      const guardians = body.shares.map(({ guardian }) => guardian as Address);
      if (new Set(guardians).size !== guardians.length || guardians.includes(subject)) {
        throw new Failure("bad-input", "Guardians are different people, and not yourself. Nothing was stored.");
      }
      if (guardians.length > 0 && guardians.length < FEWEST_GUARDIANS) {
        throw new Failure("bad-input", `There must be at least ${FEWEST_GUARDIANS} guardians. Nothing was stored.`);
      }
      const shares = body.shares.map(({ guardian, box }) => ({
        ...{ subject, guardian: guardian as Address, set, at },
        box: fromBase64Url(box),
      }));
      await service.database.transaction(async (tx) => {
        await lockGuardians(tx, subject);
        const before = await holdersOf(tx, subject);
        await writeShares(tx, { subject, set, shares, at });
        await tell(tx, subject, [...new Set([...before, ...guardians])]);
      });
      return { count: shares.length };
    },
  }),
  route({
    method: "get",
    path: "/api/guardianships",
    summary:
      "Whose guardian you are, the newest first, with your wrapped share, and who asks for it now; of one person alone where one is named.",
    tag: "Keys",
    access: "session",
    limit: "records",
    query: z.object({ ...pageQuery, subject: addressIn.optional() }),
    response: pageOf(guardianshipOut),
    async handle({ service, session, query }) {
      const found = await listGuardianships(service.database, {
        ...{ guardian: session.account, subject: query.subject ?? null, now: service.now() },
        ...{ after: readCursor(query.cursor, z.tuple([keyNumber, keyText])), limit: query.limit + 1 },
      });
      const { items, next } = cutPage(found, query.limit, ({ share }) => [share.at, share.subject]);
      return {
        next,
        items: items.map(({ share, recovery, answer }) => ({
          subject: share.subject,
          set: share.set,
          box: toBase64Url(share.box),
          at: share.at,
          recovery:
            recovery === null || answer === null
              ? null
              : {
                  ...{ id: recovery.id, set: recovery.set, publicKey: recovery.publicKey },
                  ...{ createdAt: recovery.createdAt, expiresAt: recovery.expiresAt },
                  ...{ tag: answer.tag, answeredAt: answer.answeredAt },
                },
        })),
      };
    },
  }),
  route({
    method: "delete",
    path: "/api/guardianships/:subject",
    summary: "Give back your share of somebody's vault: you are their guardian no more, and they are told.",
    tag: "Keys",
    access: "session",
    limit: "write",
    signed: true,
    params: z.object({ subject: addressIn }),
    response: null,
    problems: ["not-found"],
    async handle({ service, session, params }) {
      const subject = params.subject as Address;
      const guardian = session.account;
      await service.database.transaction(async (tx) => {
        await lockGuardians(tx, subject);
        if (!(await declineShare(tx, { subject, guardian, at: service.now() }))) {
          throw new Failure("not-found", "You hold no share of theirs. Nothing was changed.");
        }
        await tell(tx, subject, [guardian]);
      });
      return reply(204, null);
    },
  }),
  route({
    method: "get",
    path: "/api/recovery",
    summary: "Your own request to your guardians, with what they handed over for the device that asked.",
    tag: "Keys",
    access: "session",
    limit: "records",
    response: z.object({
      ...recoveryOut,
      answers: z.array(z.object({ guardian: addressOut, box: z.string().nullable(), answeredAt: timeOut.nullable() })),
    }),
    problems: ["not-found"],
    async handle({ service, session }) {
      const found = await readRecovery(service.database, { subject: session.account, now: service.now() });
      if (found === null) throw new Failure("not-found", "You have not asked your guardians. Nothing was changed.");
      const { subject: _, ...recovery } = found.recovery;
      return {
        ...recovery,
        answers: found.answers.map(({ guardian, box, answeredAt }) => ({
          ...{ guardian, answeredAt },
          box: box === null ? null : toBase64Url(box),
        })),
      };
    },
  }),
  route({
    method: "put",
    path: "/api/recovery",
    summary:
      "Ask your guardians for their shares, for a key of the device that you have now. An earlier request is over.",
    tag: "Keys",
    access: "session",
    limit: "write",
    signed: true,
    body: z.object({
      id: idIn,
      set: digestIn,
      publicKey: digestIn,
      asked: z
        .array(z.object({ guardian: addressIn, tag: tagIn }))
        .min(1)
        .max(MOST_GUARDIANS),
    }),
    response: z.object({ expiresAt: timeOut }),
    problems: ["conflict"],
    async handle({ service, session, body }) {
      const subject = session.account;
      const asked = body.asked.map(({ guardian, tag }) => ({ guardian: guardian as Address, tag }));
      const distinct = new Set(asked.map(({ guardian }) => guardian)).size === asked.length;
      const createdAt = service.now();
      const expiresAt = createdAt + RECOVERY_SECONDS;
      const { id, set, publicKey } = body;
      await service.database.transaction(async (tx) => {
        await lockGuardians(tx, subject);
        const held = await listSharesOf(tx, subject);
        const holders = new Set(held.filter((share) => share.set === set).map(({ guardian }) => guardian));
        if (!distinct || asked.some(({ guardian }) => !holders.has(guardian))) {
          throw new Failure("conflict", "Somebody of these holds no share of your vault here. Nobody was asked.", {
            reason: "no-such-share",
          });
        }
        const recovery = { subject, id, createdAt, expiresAt, set: set as Hex, publicKey: publicKey as Hex };
        await writeRecovery(tx, recovery, asked);
        await tell(tx, subject, [...holders]);
      });
      return { expiresAt };
    },
  }),
  route({
    method: "delete",
    path: "/api/recovery",
    summary: "Take back your request to your guardians: nothing more is handed over, and what was is forgotten.",
    tag: "Keys",
    access: "session",
    limit: "write",
    signed: true,
    response: null,
    async handle({ service, session }) {
      const subject = session.account;
      await service.database.transaction(async (tx) => {
        await lockGuardians(tx, subject);
        const holders = await holdersOf(tx, subject);
        if (await endRecovery(tx, subject)) await tell(tx, subject, holders);
      });
      return reply(204, null);
    },
  }),
  route({
    method: "post",
    path: "/api/recovery/answers",
    summary: "Hand over your share as a guardian, wrapped for the device that asks.",
    tag: "Keys",
    access: "session",
    limit: "write",
    signed: true,
    body: z.object({ subject: addressIn, id: idIn, box: boxIn }),
    response: z.object({ answeredAt: timeOut }),
    problems: ["not-found"],
    async handle({ service, session, body }) {
      const now = service.now();
      const subject = body.subject as Address;
      await service.database.transaction(async (tx) => {
        const answer = { subject, id: body.id, guardian: session.account, box: fromBase64Url(body.box), now };
        if (!(await writeAnswer(tx, answer))) {
          throw new Failure(
            "not-found",
            "Nobody asks you for this, or you handed it over already. Nothing was changed.",
          );
        }
        await tell(tx, subject, [session.account]);
      });
      return { answeredAt: now };
    },
  }),
];
