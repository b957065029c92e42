// The EIP-712 types of every signed act, field by field as the wallet shows them. Rule: this is the TypeScript
// statement of contracts/libraries/Typehash.sol; a test holds the two equal.

import type { Address } from "viem";
import { scopeType } from "../consent/index.ts";

const field = (declaration: string) => {
  const [type = "", name = ""] = declaration.split(" ");
  return { name, type };
};

const fields = (declaration: string) => declaration.split(",").map(field);

/** The types of all signed acts; Scope is nested in those that open a consent, single acts in batches. */
export const actTypes = {
  ...scopeType,
  Grant: fields(
    "Scope scope,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 from,uint40 until,bytes32 capsule,uint32 version,uint64 generation,uint40 deadline",
  ),
  Renew: fields(
    "Scope scope,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 until,uint32 version,uint64 generation,uint40 deadline",
  ),
  Replace: fields(
    "Scope scope,bytes32 replaces,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 from,uint40 until,bytes32 capsule,uint32 version,uint64 generation,uint40 deadline",
  ),
  Revoke: fields("address subject,address grantee,bytes32 scope,uint32 ceiling"),
  Renounce: fields("address subject,address grantee,bytes32 scope,uint32 version"),
  Decline: fields("address subject,address grantee,bytes32 request,bytes32 note,uint64 generation,uint40 deadline"),
  Mute: fields("address subject,address grantee,bool muted,uint64 generation,uint40 deadline"),
  CancelSigned: fields("address subject,uint64 generation"),
  Request: fields("address grantee,address subject,bytes32 note,uint64 generation,uint40 deadline"),
  Rekey: fields("address subject,bytes32 bundle,uint32 epoch"),
  PublishKey: fields("address account,bytes32 encryptionKey,address vaultAccount,uint64 generation,uint40 deadline"),
  Anchor: fields("address subject,bytes32 document,bytes32 manifest,uint32 version,uint64 generation,uint40 deadline"),
  File: fields(
    "address author,address subject,address grantee,bytes32 scope,bytes32 document,bytes32 manifest,uint32 version,uint64 generation,uint40 deadline",
  ),
  Withdraw: fields("address account,address subject,bytes32 document,uint32 version"),
  Reject: fields("address subject,bytes32 document,uint32 version"),
  Availability: fields("address provider,uint32 day,uint96 open,uint64 generation,uint40 deadline"),
  RequestAppointment: fields(
    "address account,address patient,address provider,bytes32 id,uint32 day,uint8 slot,uint8 length,bytes32 details,uint64 generation,uint40 deadline",
  ),
  ConfirmAppointment: fields(
    "address account,address patient,address provider,bytes32 id,uint32 version,uint64 generation,uint40 deadline",
  ),
  RescheduleAppointment: fields(
    "address account,address patient,address provider,bytes32 id,uint32 day,uint8 slot,uint8 length,bytes32 details,uint32 version,uint64 generation,uint40 deadline",
  ),
  CancelAppointment: fields("address account,address patient,address provider,bytes32 id,uint32 version"),
  Arm: fields(
    "uint8 times,uint8 hoursEach,Scope scope,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 from,uint40 until,bytes32 capsule,uint32 version,uint64 generation,uint40 deadline",
  ),
  BreakGlass: fields(
    "address by,address subject,address grantee,bytes32 scope,bytes32 note,uint32 version,uint64 generation,uint40 deadline",
  ),
  Appoint: fields(
    "bool mayManage,Scope scope,address subject,address proxy,bool mayRead,bool mayAdd,uint32 ops,uint40 from,uint40 until,bytes32 capsule,uint32 version,uint64 generation,uint40 deadline",
  ),
  GrantByProxy: fields(
    "address proxy,bytes32 mandate,uint32 mandateVersion,uint64 proxyGeneration,Scope scope,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 from,uint40 until,bytes32 capsule,uint32 version,uint64 generation,uint40 deadline",
  ),
  RenewByProxy: fields(
    "address proxy,bytes32 mandate,uint32 mandateVersion,uint64 proxyGeneration,Scope scope,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 until,uint32 version,uint64 generation,uint40 deadline",
  ),
  RevokeByProxy: fields(
    "address proxy,bytes32 mandate,address subject,address grantee,bytes32 scope,uint32 ceiling,uint32 mandateVersion",
  ),
  DeclineByProxy: fields(
    "address proxy,bytes32 mandate,address subject,address grantee,bytes32 request,bytes32 note,uint64 generation,uint40 deadline",
  ),
  Moved: fields("address subject,address newAccount,uint64 generation,uint40 deadline"),
  GrantMany: fields("Grant[] grants"),
  RevokeMany: fields("Revoke[] revokes"),
  AnchorMany: fields("Anchor[] anchors"),
  AvailabilityMany: fields("Availability[] days"),
};

/** The name of a signed act's type. */
export type PrimaryType = Exclude<keyof typeof actTypes, "Scope">;

/** Where a signature counts: one ledger on one chain. */
export type Place = { readonly chainId: number; readonly ledger: Address };

/** What viem's signTypedData and hashTypedData take. */
export type TypedData = {
  readonly domain: {
    readonly name: string;
    readonly version: string;
    readonly chainId: number;
    readonly verifyingContract: Address;
  };
  readonly types: Record<string, readonly { readonly name: string; readonly type: string }[]>;
  readonly primaryType: PrimaryType;
  readonly message: Record<string, unknown>;
};

/** The EIP-712 domain of a ledger. */
export function domainOf(place: Place): TypedData["domain"] {
  return { name: "Placet", version: "1", chainId: place.chainId, verifyingContract: place.ledger };
}

/** Puts a message of one type under a ledger's domain, with only the types that it needs. */
export function typedData(place: Place, primaryType: PrimaryType, message: Record<string, unknown>): TypedData {
  return { domain: domainOf(place), types: neededTypes(primaryType), primaryType, message };
}

function neededTypes(name: keyof typeof actTypes): TypedData["types"] {
  const nested = actTypes[name].flatMap(({ type }) => {
    const inner = type.replace("[]", "");
    return inner in actTypes ? [inner as keyof typeof actTypes] : [];
  });
  return Object.assign({ [name]: actTypes[name] }, ...nested.map(neededTypes));
}
