// The clinic's key in a member's hands, as the app puts it there: its vault remembers who has it, a box lies at the service,
// and the member opens that with their own key.

import type { Address } from "viem";
import { z } from "zod";
import { fromBase64Url, toBase64Url, toHex, type Bytes } from "#protocol/bytes.ts";
import { Failure } from "#protocol/failure.ts";
import { listShared, makeMemberKey, noteShared, openMemberKey } from "#protocol/keys/index.ts";
import { changeHeld, type PeopleFile } from "./enrol.ts";
import type { Enrolled } from "./participant.ts";
import type { Stage } from "./stage.ts";

const MOST_WAIT_MS = 60_000;

const digestSchema = z.custom<`0x${string}`>((value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value));
const sharedSchema = z.object({ items: z.array(z.object({ member: z.string(), key: digestSchema })) });
const membersSchema = z.object({ items: z.array(z.object({ member: z.string() })) });
const boxSchema = z.object({ key: digestSchema, box: z.string() });

/** Gives an organisation's key to somebody who is a member of it on the ledger. */
export async function shareKey(
  stage: Stage,
  { organisation, member, file }: { organisation: Enrolled; member: Enrolled; file: PeopleFile },
): Promise<void> {
  // Remembered first: what was given and forgotten would never be asked back.
  await changeHeld(stage, { person: organisation, file }, ({ settings, roots }) => {
    const known = listShared(settings, roots.length);
    const isNoted = known.some((one) => one.current && one.member === member.address.toLowerCase());
    return isNoted ? settings : noteShared(settings, [member.address], roots.length);
  });
  const { call, address, sessionKey, key: own } = organisation;
  const { items } = await call.get("/api/member-keys?limit=200", sharedSchema);
  if (items.some((one) => one.member === member.address && one.key === toHex(own.publicKey))) return;
  await waitForMember(organisation, member.address);
  const { key, box } = makeMemberKey({
    place: stage.place,
    organisation: address,
    member: { address: member.address, key: member.key.publicKey },
    secretKeys: [own.secretKey],
  });
  const body = { key, shares: [{ member: member.address, box: toBase64Url(box) }] };
  const signed = { body, key: sessionKey, account: address, gateway: stage.gateway.address };
  await call.sendSigned("PUT", "/api/member-keys", signed, z.unknown());
}

/** The act was sent by the organisation's own wallet: the service's index hears of it from the chain. */
async function waitForMember({ call, address }: Enrolled, member: Address): Promise<void> {
  for (const until = Date.now() + MOST_WAIT_MS; Date.now() < until;) {
    const { items } = await call.get(`/api/members?organisation=${address}`, membersSchema);
    if (items.some((one) => one.member === member)) return;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Failure(
    "unavailable",
    "The service does not know of a membership that is on the ledger. The key was not shared. Start once more.",
  );
}

/** The organisation's present secret key, from the box that lies at the service for this member. */
export async function openSharedKey(
  { place }: Stage,
  { organisation, member }: { organisation: Address; member: Enrolled },
): Promise<Bytes> {
  const { key, box } = await member.call.get(`/api/memberships/${organisation}/key`, boxSchema);
  const name = { place, organisation, member: member.address, key };
  const pair = openMemberKey(name, { secretKey: member.key.secretKey, box: fromBase64Url(box) }).at(-1);
  if (pair === undefined) throw new Failure("tampered", "The box holds no key. Nothing was read with it.");
  return pair.secretKey;
}
