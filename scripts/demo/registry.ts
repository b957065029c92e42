// The registry's part: providers apply with a card and a licence, the registrar verifies them and appoints the auditor,
// the clinic takes the cardiologist in. All of it sent from each one's own wallet, as only they may.

import type { Address } from "viem";
import { z } from "zod";
import { manifestCid } from "#protocol/documents/index.ts";
import { createLicence, encodeCard, licenceHash, wrapLicence, type Card } from "#protocol/providers/index.ts";
import type { Act } from "#protocol/typed-data/index.ts";
import { demoPeople } from "../demo-people.ts";
import type { Participant } from "./participant.ts";
import type { Stage } from "./stage.ts";

const REGISTRAR = 0;
const AUDITOR = 8;
const DOCTOR = 1;
const LAB = 3;
const ORGANISATION = 7;
const APPLIED = 1;
const YEAR = 365 * 86_400;

type Application = {
  kind: number;
  card: Omit<Card, "format" | "formatVersion" | "licence">;
  licence: { authority: string; number: string };
  verified: boolean;
};

const applications: Readonly<Record<number, Application>> = {
  4: {
    kind: DOCTOR,
    card: {
      name: "Dr Lena Lindqvist",
      specialty: "Cardiology",
      place: "Sunrise Clinic, Porto Claro",
      about: "Consultant cardiologist. High blood pressure, heart failure, second opinions.",
      languages: ["English", "Swedish", "Portuguese"],
    },
    licence: { authority: "Medical Council of Porto Claro", number: "MC-20418" },
    verified: true,
  },
  5: {
    kind: DOCTOR,
    card: {
      name: "Dr Tomás Reyes",
      specialty: "General practice",
      place: "27 Mill Lane, Porto Claro",
      about: "Family doctor, with a special interest in sleep and chronic pain.",
      languages: ["English", "Spanish"],
    },
    licence: { authority: "Medical Council of Porto Claro", number: "MC-18873" },
    verified: true,
  },
  6: {
    kind: LAB,
    card: {
      name: "Clearwater Laboratory",
      specialty: "Clinical laboratory",
      place: "14 Harbour Road, Porto Claro",
      about: "Blood, urine and genetic tests. Results within a day. Contact: Noor Haddad.",
      languages: ["English", "Arabic"],
    },
    licence: { authority: "Health Inspectorate of Porto Claro", number: "LAB-0077" },
    verified: true,
  },
  7: {
    kind: ORGANISATION,
    card: {
      name: "Sunrise Clinic",
      specialty: "Cardiology, radiology, internal medicine",
      place: "3 Orchard Square, Porto Claro",
      about: "A clinic of twelve doctors. Its members read under the consents that patients give to the clinic.",
      languages: ["English", "Portuguese", "Spanish"],
    },
    licence: { authority: "Health Inspectorate of Porto Claro", number: "CL-0312" },
    verified: true,
  },
  10: {
    kind: DOCTOR,
    card: {
      name: "Dr Maya Chen",
      specialty: "Dermatology",
      place: "8 Lantern Street, Porto Claro",
      about: "Skin checks and minor surgery. New in town.",
      languages: ["English", "Mandarin"],
    },
    licence: { authority: "Medical Council of Porto Claro", number: "MC-23115" },
    verified: false,
  },
};

const credentialSchema = z.object({ status: z.number() });

async function readStatus(stage: Stage, account: Address): Promise<number> {
  return credentialSchema.parse(await stage.readRegistry({ functionName: "credentialOf", args: [account] })).status;
}

/** Lets the providers apply who have not, verifies those who are to be verified, and appoints the auditor. */
export async function fillRegistry(stage: Stage, providers: readonly Participant[]): Promise<void> {
  await Promise.all(providers.map((provider) => apply(stage, provider)));
  await stage.sendPlain(REGISTRAR, [...(await decide(stage, providers)), ...(await appoint(stage))]);
}

async function apply(stage: Stage, { index, address, call }: Participant): Promise<void> {
  const application = applications[index];
  if (application === undefined || (await readStatus(stage, address)) !== 0) return;
  const licence = createLicence(application.licence);
  const box = wrapLicence({ place: stage.place, account: address, gateway: stage.gateway, licence });
  const { bytes, digest } = encodeCard({ format: "placet-card", formatVersion: 1, ...application.card, licence: box });
  await call.putBlock({ cid: manifestCid(digest), bytes });
  const args = { account: address, kind: application.kind, licence: licenceHash(licence), card: digest };
  await stage.sendPlain(index, [{ name: "applyFor", args }]);
}

async function decide(stage: Stage, providers: readonly Participant[]): Promise<Act[]> {
  const acts = await Promise.all(
    providers.map(async ({ index, address }): Promise<Act[]> => {
      const application = applications[index];
      if (application?.verified !== true || (await readStatus(stage, address)) !== APPLIED) return [];
      const licence = z
        .custom<`0x${string}`>()
        .parse(await stage.readRegistry({ functionName: "licenceOf", args: [address] }));
      const args = {
        registrar: addressOf(REGISTRAR),
        account: address,
        kind: application.kind,
        licence,
        validUntil: stage.now + YEAR,
      };
      return [{ name: "verify", args }];
    }),
  );
  return acts.flat();
}

async function appoint(stage: Stage): Promise<Act[]> {
  const auditor = addressOf(AUDITOR);
  if ((await stage.readRegistry({ functionName: "isAuditor", args: [auditor] })) === true) return [];
  return [{ name: "appointAuditor", args: { registrar: addressOf(REGISTRAR), auditor, validUntil: stage.now + YEAR } }];
}

/** Takes a member into an organisation, by the organisation's own wallet. */
export async function addMember(
  stage: Stage,
  { organisation, member }: { organisation: Participant; member: Participant },
): Promise<void> {
  const role = await stage.readRegistry({ functionName: "memberRole", args: [organisation.address, member.address] });
  if (role !== 0) return;
  const args = { organisation: organisation.address, member: member.address, role: DOCTOR };
  await stage.sendPlain(organisation.index, [{ name: "addMember", args }]);
}

/** The address of a demo person. */
export function addressOf(index: number): Address {
  const person = demoPeople.find((one) => one.index === index);
  if (person === undefined) throw new RangeError(`There is no demo person ${index}.`);
  return person.address;
}
