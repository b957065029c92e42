// An act as one JSON-friendly value: its name and what the contract must be told. The relay, the app's transactions and
// tests pass this around. Rule: whatever comes from outside goes through `parseAct`; unknown names, fields, ops refused.

import type { Address, Hex } from "viem";
import { isAddress } from "viem";
import { getAddress } from "viem/utils";
import { z } from "zod";
import { areGrantableOps, areMandateOps } from "../codes/index.ts";
import { Failure } from "../failure.ts";

const address = z
  .string()
  .refine((text) => isAddress(text, { strict: false }), "not an address")
  .transform((text): Address => getAddress(text));
const word = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/)
  .transform((text) => text.toLowerCase() as Hex);
const unsigned = (bits: number) =>
  z
    .number()
    .int()
    .min(0)
    .max(2 ** bits - 1);
const uint8 = unsigned(8);
const uint32 = unsigned(32);
const uint40 = unsigned(40);
const uint96 = z
  .union([z.bigint(), z.string().regex(/^(0|[1-9]\d{0,29})$/)])
  .transform((value) => BigInt(value))
  .refine((value) => value >= 0n && value < 1n << 96n, "does not fit");
const ops = uint32.refine(areGrantableOps, "unknown op");
const mandateOps = uint32.refine(areMandateOps, "no mandate");
const deadline = uint40.optional();

const consent = { subject: address, grantee: address, scope: word };
const terms = { ...consent, ops, notBefore: uint40, expiresAt: uint40, capsule: word, deadline: uint40 };
const byProxy = { proxy: address, mandate: word };
/** The most that one signature carries; the ledger's own bound is the gas of a block. */
const MOST_IN_BATCH = 100;
const listOf = <Shape extends z.core.$ZodShape>(shape: Shape) =>
  z.array(z.strictObject(shape)).min(1).max(MOST_IN_BATCH);
const appointment = { account: address, patient: address, provider: address, id: word };
const booking = { ...appointment, day: uint32, slot: uint8.max(95), length: uint8.min(1).max(96), details: word };

const shapes = {
  request: { grantee: address, subject: address, note: word, deadline },
  grant: terms,
  renew: { ...consent, expiresAt: uint40, deadline: uint40 },
  replace: { replaced: word, ...terms },
  revoke: { ...consent, ceiling: uint32 },
  renounce: consent,
  decline: { subject: address, grantee: address, request: word, note: word, deadline },
  mute: { subject: address, grantee: address, muted: z.boolean(), deadline },
  cancelSigned: { subject: address },
  rekey: { subject: address, bundle: word, epoch: uint32 },
  publishKey: { account: address, encryptionKey: word, vaultAccount: address, deadline },
  anchor: { subject: address, document: word, manifest: word, version: uint32, deadline },
  file: { author: address, ...consent, document: word, manifest: word, version: uint32, deadline },
  withdraw: { account: address, subject: address, document: word },
  reject: { subject: address, document: word },
  publishAvailability: { provider: address, day: uint32, open: uint96, deadline },
  requestAppointment: { ...booking, deadline },
  confirmAppointment: { ...appointment, deadline },
  rescheduleAppointment: { ...booking, deadline },
  cancelAppointment: appointment,
  completeAppointment: appointment,
  missAppointment: appointment,
  anchorReceipts: { gateway: address, root: word, first: z.number().int().min(1), count: z.number().int().min(1) },
  arm: { ...terms, times: uint8.min(1).max(9) },
  breakGlass: { by: address, ...consent, note: word, deadline },
  appoint: { ...terms, ops: mandateOps },
  grantByProxy: { ...byProxy, ...terms },
  renewByProxy: { ...byProxy, ...consent, expiresAt: uint40, deadline: uint40 },
  revokeByProxy: { ...byProxy, ...consent, ceiling: uint32 },
  declineByProxy: { ...byProxy, subject: address, grantee: address, request: word, note: word, deadline },
  declareMove: { subject: address, newAccount: address, deadline: uint40 },
  grantMany: {
    subject: address,
    grants: listOf({ grantee: address, scope: word, ops, notBefore: uint40, expiresAt: uint40, capsule: word }),
    deadline: uint40,
  },
  revokeMany: { subject: address, revocations: listOf({ grantee: address, scope: word, ceiling: uint32 }) },
  anchorMany: {
    subject: address,
    anchors: listOf({ document: word, manifest: word, version: uint32 }),
    deadline,
  },
  publishDays: { provider: address, days: listOf({ day: uint32, open: uint96 }), deadline },
  applyFor: { account: address, kind: uint8, licence: word, card: word },
  publishCard: { account: address, card: word },
  verify: { registrar: address, account: address, kind: uint8, licence: word, validUntil: uint40 },
  suspend: { registrar: address, account: address },
  refuse: { registrar: address, account: address },
  addMember: { organisation: address, member: address, role: uint8 },
  removeMember: { organisation: address, member: address },
  leaveOrganisation: { member: address, organisation: address },
  appointAuditor: { registrar: address, auditor: address, validUntil: uint40 },
  dismissAuditor: { registrar: address, auditor: address },
  proposeRegistrar: { by: address, account: address },
  acceptRegistrar: { account: address },
  dismissRegistrar: { by: address, account: address },
  transferOwnership: { by: address, account: address },
  acceptOwnership: { account: address },
} as const;

/** The name of an act. */
export type ActName = keyof typeof shapes;

/** What each act must tell the contract. Times in Unix seconds, digests as 32-byte hex, addresses checksummed. */
export type ActArgs = { [Name in ActName]: z.output<z.ZodObject<(typeof shapes)[Name], z.core.$strict>> };

/** An act: a name and its arguments. */
export type Act = { [Name in ActName]: { readonly name: Name; readonly args: ActArgs[Name] } }[ActName];

/** The names of all acts. */
export const actNames = Object.keys(shapes) as ActName[];

const argsSchemas = new Map<string, z.ZodType>(
  Object.entries(shapes).map(([name, shape]) => [name, z.strictObject(shape)]),
);

/** Accepts an act as JSON brings it (the bitmap of open hours as a decimal string) and nothing else. */
export const actSchema = z.strictObject({ name: z.string(), args: z.unknown() }).transform((value, context): Act => {
  const schema = argsSchemas.get(value.name);
  const parsed = schema?.safeParse(value.args);
  if (parsed?.success !== true) {
    const issue = parsed?.error.issues[0];
    const where = issue === undefined ? "name" : issue.path.join(".");
    context.addIssue({ code: "custom", message: `Not an act that is known (${where}).`, path: ["args"] });
    return z.NEVER;
  }
  return { name: value.name, args: parsed.data } as Act;
});

/** Reads an act that came from outside. Throws Failure("bad-input"). */
export function parseAct(json: unknown): Act {
  const parsed = actSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Failure(
    "bad-input",
    `This act was not understood: ${parsed.error.issues[0]?.message ?? "wrong shape"} Nothing was sent.`,
  );
}

/** A value of an act in JSON: numbers too large for JSON are decimal strings. */
export type ActJson = string | number | boolean | readonly ActJson[] | { readonly [name: string]: ActJson };

function toJson(value: unknown): ActJson {
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === "object" && value !== null) return objectToJson(value);
  return typeof value === "bigint" ? value.toString() : (value as string | number | boolean);
}

function objectToJson(value: object): { readonly [name: string]: ActJson } {
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([name, each]) => [name, toJson(each)]));
}

/** The act as plain JSON; `parseAct` reads it back. */
export function actToJson(act: Act): { name: ActName; args: { readonly [name: string]: ActJson } } {
  return { name: act.name, args: objectToJson(act.args) };
}
