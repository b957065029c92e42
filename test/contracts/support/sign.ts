// Signing an act as a wallet does: typed data of this ledger, built from the same types as the app's.

import type { Signer, TypedDataField } from "ethers";
import { actTypes, type PrimaryType } from "#protocol/typed-data/types.ts";
import { scopeType } from "#protocol/consent/scope.ts";
import { ethers, type Stage } from "./stage.ts";

/** The typed-data domain of the ledger under test. */
export async function domainOf(stage: Stage): Promise<{
  name: string;
  version: string;
  chainId: bigint;
  verifyingContract: string;
}> {
  return {
    name: "Placet",
    version: "1",
    chainId: (await ethers.provider.getNetwork()).chainId,
    verifyingContract: await stage.ledger.getAddress(),
  };
}

/** Only the types that a wallet needs for this act. */
export function typesOf(primaryType: PrimaryType): Record<string, TypedDataField[]> {
  const own = { [primaryType]: [...actTypes[primaryType]] };
  const nested = actTypes[primaryType].some(({ type }) => type === "Scope");
  return nested ? { ...own, Scope: [...scopeType.Scope] } : own;
}

/** Signs one act; `domain` overrides are for signatures that must be refused. */
export async function signAct(
  stage: Stage,
  signer: Signer,
  primaryType: PrimaryType,
  message: Record<string, unknown>,
  domain: Partial<Awaited<ReturnType<typeof domainOf>>> = {},
): Promise<string> {
  return signer.signTypedData({ ...(await domainOf(stage)), ...domain }, typesOf(primaryType), message);
}
