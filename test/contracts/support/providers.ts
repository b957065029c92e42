// Verified providers and members, as the registrar and the clinic make them.

import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { DAY, send, START, word, type Stage } from "./stage.ts";

export const KIND = { doctor: 1, nurse: 2, lab: 3, organisation: 7 };
export const ROLE = { doctor: 1, nurse: 2, clerk: 3 };

/** When the credentials of these tests end. */
export const VALID_UNTIL = START + 365 * DAY;

/** Applies and is verified by the registrar. */
export async function verified(
  stage: Stage,
  account: HardhatEthersSigner,
  kind: number,
  validUntil = VALID_UNTIL,
): Promise<void> {
  await send(stage.registry, account, "applyFor", kind, word("licence"), word("card"));
  await send(stage.registry, stage.rosa, "verify", account.address, kind, word("licence"), validUntil);
}

/** The clinic, verified as an organisation, with Lena as doctor, Tomás as nurse and Noor as clerk. */
export async function openClinic(stage: Stage, validUntil = VALID_UNTIL): Promise<void> {
  await verified(stage, stage.clinic, KIND.organisation, validUntil);
  await send(stage.registry, stage.clinic, "addMember", stage.lena.address, ROLE.doctor);
  await send(stage.registry, stage.clinic, "addMember", stage.tomas.address, ROLE.nurse);
  await send(stage.registry, stage.clinic, "addMember", stage.noor.address, ROLE.clerk);
}
