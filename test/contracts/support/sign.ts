// Signing an act as a wallet does: typed data of this ledger, built from the same types as the app's.

import type { Signer, TypedDataField } from "ethers";
import { actTypes, type PrimaryType } from "#protocol/typed-data/types.ts";
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

/** Only the types that a wallet needs for this act: its own, and those nested in it. */
export function typesOf(primaryType: PrimaryType | "Scope"): Record<string, TypedDataField[]> {
  const own: Record<string, TypedDataField[]> = { [primaryType]: [...actTypes[primaryType]] };
  for (const { type } of actTypes[primaryType]) {
    const nested = type.replace("[]", "");
    if (nested in actTypes) Object.assign(own, typesOf(nested as PrimaryType));
  }
  return own;
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
