// An organisation's key, kept in boxes for its members. Rule: a box is handed to its member alone, and only while the ledger
// says that they are one, of an organisation that is verified; whoever asks for anything else hears what they would hear if
// nothing was there.

import { z } from "zod";
import type { Address } from "viem";
import { fromBase64Url, toBase64Url } from "#protocol/bytes.ts";
import { Failure } from "#protocol/failure.ts";
import { MEMBER_KEY_BOX_BYTES } from "#protocol/keys/index.ts";
import type { Queryable } from "../store/database.ts";
import {
  deleteMemberKey,
  dropFormerMembers,
  listMemberKeys,
  lockMemberKeys,
  readMemberKey,
  writeMemberKeys,
} from "../store/member-keys.ts";
import { isOrganisation, listMembers } from "../store/registry.ts";
import { appendStream } from "../store/stream.ts";
import { cutPage, keyText, readCursor } from "./paging.ts";
import { reply, route, type Route } from "./route.ts";
import { addressIn, addressOut, digestIn, digestOut, pageOf, pageQuery, timeOut } from "./schemas.ts";
import { judgeTime } from "./viewer-of.ts";

/** Most boxes in one call. */
const MOST_SHARES = 200;
const BOX_LETTERS = Math.ceil((MEMBER_KEY_BOX_BYTES * 4) / 3);
/** As many boxes as may come, each with its member's address and JSON's signs. */
const MAX_BODY = MOST_SHARES * (BOX_LETTERS + 128) + 1024;

const boxIn = z
  .string()
  .regex(new RegExp(`^[A-Za-z0-9_-]{${BOX_LETTERS}}$`), `must be ${MEMBER_KEY_BOX_BYTES} bytes in base64url`)
  .meta({ id: "MemberKeyBox", description: "The organisation's keys, wrapped for one member (docs/formats.md)." });
const keyOut = digestOut.meta({ description: "The organisation's public key that was the newest when it was shared." });

/** Tells the pages of the organisation and of these members. */
async function tell(tx: Queryable, organisation: Address, members: readonly Address[]): Promise<void> {
  await appendStream(tx, [{ type: "member-key", audience: [organisation, ...members], payload: { organisation } }]);
}

/** Throws Failure unless this account is a verified organisation, and these are members of it by the index, each named once. */
async function requireMembers(
  tx: Queryable,
  { organisation, members, now }: { organisation: Address; members: readonly Address[]; now: number },
): Promise<void> {
  if (!(await isOrganisation(tx, { account: organisation, now }))) {
    throw new Failure("forbidden", "Only a verified organisation shares its key with members. Nothing was stored.", {
      reason: "no-organisation",
    });
  }
  if (new Set(members).size !== members.length || members.includes(organisation)) {
    throw new Failure("bad-input", "Members are different people, and not yourself. Nothing was stored.");
  }
  const present = new Set((await listMembers(tx, organisation)).map(({ member }) => member));
  if (members.every((member) => present.has(member))) return;
  throw new Failure(
    "conflict",
    "Somebody of these is no member of yours, as far as the ledger has been read. Nothing was stored. Look at your members and try again.",
    { reason: "no-member" },
  );
}

/** The organisation's side, and the member's. */
export const memberKeyRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/member-keys",
    summary: "Whom you shared your organisation's key with: the members for whom a box is kept here, and of which key.",
    tag: "Keys",
    access: "session",
    limit: "records",
    query: z.object(pageQuery),
    response: pageOf(z.object({ member: addressOut, key: keyOut, at: timeOut })),
    async handle({ service, session, query }) {
      const rows = await listMemberKeys(service.database, {
        organisation: session.account,
        after: readCursor(query.cursor, z.tuple([keyText]))?.[0] ?? null,
        limit: query.limit + 1,
      });
      return cutPage(rows, query.limit, ({ member }) => [member]);
    },
  }),
  route({
    method: "put",
    path: "/api/member-keys",
    summary:
      "As an organisation, leave boxes of your key for members, each in the place of their earlier one. Boxes of those who are members no more are destroyed.",
    tag: "Keys",
    access: "session",
    limit: "write",
    signed: true,
    body: z.object({
      key: digestIn.meta({ description: "Your public key that is the newest in these boxes." }),
      shares: z
        .array(z.object({ member: addressIn, box: boxIn }))
        .min(1)
        .max(MOST_SHARES),
    }),
    maxBody: MAX_BODY,
    response: z.object({ count: z.number().int() }),
    problems: ["conflict"],
    async handle({ service, session, body }) {
      const organisation = session.account;
      const members = body.shares.map(({ member }) => member);
      const at = service.now();
      const rows = body.shares.map(({ member, box }) => ({
        ...{ organisation, member: member, key: body.key, at },
        box: fromBase64Url(box, MEMBER_KEY_BOX_BYTES),
      }));
      await service.database.transaction(async (tx) => {
        await lockMemberKeys(tx, organisation);
        await requireMembers(tx, { organisation, members, now: judgeTime(service) });
        await writeMemberKeys(tx, rows);
        await dropFormerMembers(tx, organisation);
        await tell(tx, organisation, members);
      });
      return { count: rows.length };
    },
  }),
  route({
    method: "delete",
    path: "/api/member-keys/:member",
    summary: "Destroy the box of your organisation's key that is kept here for somebody.",
    tag: "Keys",
    access: "session",
    limit: "write",
    signed: true,
    params: z.object({ member: addressIn }),
    response: null,
    problems: ["not-found"],
    async handle({ service, session, params }) {
      const organisation = session.account;
      const member = params.member;
      await service.database.transaction(async (tx) => {
        await lockMemberKeys(tx, organisation);
        if (!(await deleteMemberKey(tx, { organisation, member }))) {
          throw new Failure("not-found", "No key of yours is kept here for them. Nothing was changed.");
        }
        await tell(tx, organisation, [member]);
      });
      return reply(204, null);
    },
  }),
  route({
    method: "get",
    path: "/api/memberships/:organisation/key",
    summary: "The key of an organisation that you are a member of, wrapped for you, if it shared it with you.",
    tag: "Keys",
    access: "session",
    limit: "records",
    params: z.object({ organisation: addressIn }),
    response: z.object({ organisation: addressOut, key: keyOut, box: z.string(), at: timeOut }),
    problems: ["not-found"],
    async handle({ service, session, params }) {
      const found = await readMemberKey(service.database, {
        organisation: params.organisation,
        member: session.account,
        now: judgeTime(service),
      });
      if (found === null)
        throw new Failure("not-found", "No organisation of this address has shared its key with you as its member.");
      const { member: _, box, ...rest } = found;
      return { ...rest, box: toBase64Url(box) };
    },
  }),
];
