// The named people of the demonstration. Their keys come from the mnemonic that every development chain publishes, so
// they are nobody's secret: nothing here may be used on a chain that holds anything of value.

import type { Address } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import type { HDAccount } from "viem/accounts";

/** The mnemonic that development chains fund; known to everybody. */
export const DEMO_MNEMONIC = "test test test test test test test test test test test junk";

/** The passphrase of every enrolled demo person's vault. */
export const DEMO_PASSPHRASE = "quiet river seven lanterns";

/** What somebody is in the demonstration. */
export type DemoRole = "registrar" | "gateway" | "patient" | "provider" | "auditor";

/** One demo person. */
export type DemoPerson = {
  /** Index of the account below m/44'/60'/0'/0. */
  readonly index: number;
  readonly name: string;
  readonly role: DemoRole;
  /** One line that tells a newcomer what this person is there to show. */
  readonly about: string;
  /** Whether the seed makes a vault for them; somebody is left over to try enrolment with. */
  readonly enrolled: boolean;
  readonly address: Address;
  /** Opens the vault, together with the kit's code where the copy came from the service. */
  readonly passphrase: string;
};

const cast = [
  {
    index: 0,
    name: "Rosa Marín",
    role: "registrar",
    about: "Registrar. Verified the doctors, the laboratory and the clinic; one application is waiting.",
    enrolled: false,
  },
  {
    index: 1,
    name: "Gateway",
    role: "gateway",
    about: "The service itself: releases documents while consent lives, and leaves a receipt for each.",
    enrolled: false,
  },
  {
    index: 2,
    name: "Ana Silva",
    role: "patient",
    about: "Patient with a dozen documents, several consents and a request that waits for an answer.",
    enrolled: true,
  },
  {
    index: 3,
    name: "Ben Okafor",
    role: "patient",
    about: "Patient who has just begun: three documents and one consent.",
    enrolled: true,
  },
  {
    index: 4,
    name: "Dr Lena Lindqvist",
    role: "provider",
    about: "Cardiologist, verified. Reads Ana's labs and imaging for treatment.",
    enrolled: true,
  },
  {
    index: 5,
    name: "Dr Tomás Reyes",
    role: "provider",
    about: "General practitioner, verified. Has asked Ana for access and waits.",
    enrolled: true,
  },
  {
    index: 6,
    name: "Noor Haddad, Clearwater Laboratory",
    role: "provider",
    about: "Laboratory, verified. May add records to Ana's chart, and may read none.",
    enrolled: true,
  },
  {
    index: 7,
    name: "Sunrise Clinic",
    role: "provider",
    about: "Organisation, verified. Dr Lindqvist is a member and reads under the clinic's consents.",
    enrolled: true,
  },
  {
    index: 8,
    name: "Ines Weber",
    role: "auditor",
    about: "Auditor. Searches histories and proves them against the ledger.",
    enrolled: false,
  },
  {
    index: 9,
    name: "Sam Carter",
    role: "patient",
    about: "Patient who has not enrolled. Start here to see enrolment.",
    enrolled: false,
  },
  {
    index: 10,
    name: "Dr Maya Chen",
    role: "provider",
    about: "Dermatologist whose application waits for the registrar.",
    enrolled: true,
  },
] as const satisfies readonly Omit<DemoPerson, "address" | "passphrase">[];

/** The account of a demo person, able to sign and to send. */
export function demoAccount(index: number): HDAccount {
  return mnemonicToAccount(DEMO_MNEMONIC, { addressIndex: index });
}

/** Everybody in the demonstration, by account index. */
export const demoPeople: readonly DemoPerson[] = cast.map((person) => ({
  ...person,
  address: demoAccount(person.index).address,
  passphrase: DEMO_PASSPHRASE,
}));
