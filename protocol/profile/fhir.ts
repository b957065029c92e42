// A profile as a FHIR R4 Bundle (Patient, Coverage, AllergyIntolerance, Condition, MedicationStatement, blood group
// and occupation as Observations), and back. Rule: going there and back changes nothing; a bundle of another kind is refused.

import type { Address } from "viem";
import { z } from "zod";
import { Failure } from "../failure.ts";
import { fullName, maritalStatuses, parseProfile, type Profile } from "./fields.ts";

type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };
/** A FHIR resource as JSON. */
export type FhirResource = { readonly resourceType: string; readonly [name: string]: Json };
/** A FHIR Bundle of type collection. */
export type FhirBundle = {
  readonly resourceType: "Bundle";
  readonly type: "collection";
  readonly timestamp: string;
  readonly entry: readonly { readonly fullUrl: string; readonly resource: FhirResource }[];
};

const maritalCodes: Record<(typeof maritalStatuses)[number], [code: string, display: string]> = {
  single: ["S", "Never Married"],
  married: ["M", "Married"],
  partnered: ["T", "Domestic partner"],
  separated: ["L", "Legally Separated"],
  divorced: ["D", "Divorced"],
  widowed: ["W", "Widowed"],
};
const bloodGroup = { system: "http://loinc.org", code: "882-1", display: "ABO and Rh group [Type] in Blood" };
const jobHistory = { system: "http://loinc.org", code: "11341-5", display: "History of Occupation" };
const terminology = "http://terminology.hl7.org/CodeSystem";

function filled(fields: Record<string, Json | undefined>): { [name: string]: Json } {
  const kept = Object.entries(fields).filter((entry): entry is [string, Json] => {
    const value = entry[1];
    return value !== undefined && !(Array.isArray(value) && value.length === 0);
  });
  return Object.fromEntries(kept);
}

function patientOf(profile: Profile, did: string): FhirResource {
  const telecom = (system: string, value: string | undefined): Json[] =>
    value === undefined ? [] : [{ system, value }];
  const { address, city, state, zip, emergencyName, emergencyPhone, maritalStatus } = profile;
  const place = filled({ line: address === undefined ? undefined : [address], city, state, postalCode: zip });
  const contact = filled({
    relationship:
      emergencyName === undefined && emergencyPhone === undefined
        ? undefined
        : [{ coding: [{ system: `${terminology}/v2-0131`, code: "C", display: "Emergency Contact" }] }],
    name: emergencyName === undefined ? undefined : { text: emergencyName },
    telecom: telecom("phone", emergencyPhone),
  });
  const status = maritalStatus === undefined ? undefined : maritalCodes[maritalStatus];
  return {
    resourceType: "Patient",
    ...filled({
      id: "patient",
      identifier: [{ system: "urn:ietf:rfc:3986", value: did }],
      name: [{ use: "official", text: fullName(profile), family: profile.lastName, given: [profile.firstName] }],
      telecom: [...telecom("phone", profile.phone), ...telecom("email", profile.email)],
      gender: profile.gender,
      birthDate: profile.birthDate,
      address: Object.keys(place).length === 0 ? undefined : [place],
      maritalStatus:
        status === undefined
          ? undefined
          : { coding: [{ system: `${terminology}/v3-MaritalStatus`, code: status[0], display: status[1] }] },
      contact: Object.keys(contact).length === 0 ? undefined : [contact],
    }),
  };
}

/** The profile as a FHIR R4 Bundle. `recordedAt` in Unix seconds. */
export function profileToFhir(
  profile: Profile,
  about: { readonly subject: Address; readonly chainId: number; readonly recordedAt: number },
): FhirBundle {
  const url = (id: string) => `urn:placet:${about.subject.toLowerCase()}:${id}`;
  const patient = { reference: url("patient") };
  const active = (system: string) => ({ coding: [{ system: `${terminology}/${system}`, code: "active" }] });
  const resources: FhirResource[] = [patientOf(profile, `did:pkh:eip155:${about.chainId}:${about.subject}`)];
  const { insuranceType, insuranceNumber, bloodType } = profile;
  if (insuranceType !== undefined || insuranceNumber !== undefined) {
    resources.push({
      resourceType: "Coverage",
      id: "coverage",
      status: "active",
      ...filled({
        type: insuranceType === undefined ? undefined : { text: insuranceType },
        subscriberId: insuranceNumber,
        beneficiary: patient,
        payor: [{ display: insuranceType ?? "Insurer" }],
      }),
    });
  }
  const observe = (id: string, code: Json, text: string | undefined) => {
    if (text === undefined) return;
    resources.push({
      resourceType: "Observation",
      id,
      status: "final",
      code: { coding: [code] },
      subject: patient,
      valueCodeableConcept: { text },
    });
  };
  observe("blood-type", bloodGroup, bloodType);
  observe("occupation", jobHistory, profile.occupation);
  (profile.allergies ?? []).forEach((name, at) =>
    resources.push({
      resourceType: "AllergyIntolerance",
      id: `allergy-${at + 1}`,
      clinicalStatus: active("allergyintolerance-clinical"),
      code: { text: name },
      patient,
    }),
  );
  (profile.conditions ?? []).forEach((name, at) =>
    resources.push({
      resourceType: "Condition",
      id: `condition-${at + 1}`,
      clinicalStatus: active("condition-clinical"),
      code: { text: name },
      subject: patient,
    }),
  );
  (profile.medications ?? []).forEach((name, at) =>
    resources.push({
      resourceType: "MedicationStatement",
      id: `medication-${at + 1}`,
      status: "active",
      medicationCodeableConcept: { text: name },
      subject: patient,
    }),
  );
  return {
    resourceType: "Bundle",
    type: "collection",
    timestamp: new Date(about.recordedAt * 1000).toISOString(),
    entry: resources.map((resource) => ({ fullUrl: url(String(resource["id"])), resource })),
  };
}

const textual = z.object({ text: z.string() });
const contactPoint = z.object({ system: z.string().optional(), value: z.string().optional() });
const bundleSchema = z.object({
  resourceType: z.literal("Bundle"),
  type: z.literal("collection"),
  entry: z.array(z.object({ resource: z.looseObject({ resourceType: z.string() }) })).max(400),
});
const observationSchema = z.object({
  code: z.object({ coding: z.array(z.object({ code: z.string() })).min(1) }),
  valueCodeableConcept: textual,
});
const patientSchema = z.object({
  name: z.array(z.object({ family: z.string(), given: z.array(z.string()).min(1) })).min(1),
  telecom: z.array(contactPoint).default([]),
  gender: z.string().optional(),
  birthDate: z.string().optional(),
  address: z
    .array(
      z.object({
        line: z.array(z.string()).optional(),
        city: z.string().optional(),
        state: z.string().optional(),
        postalCode: z.string().optional(),
      }),
    )
    .default([]),
  maritalStatus: z.object({ coding: z.array(z.object({ code: z.string() })).min(1) }).optional(),
  contact: z.array(z.object({ name: textual.optional(), telecom: z.array(contactPoint).default([]) })).default([]),
});

function readOne<S extends z.ZodType>(schema: S, resource: unknown): z.output<S> {
  const parsed = schema.safeParse(resource);
  if (parsed.success) return parsed.data;
  throw new Failure("bad-input", "This file is not a profile that can be read here. Nothing was changed.", {
    cause: parsed.error,
  });
}

/** Reads a profile back out of its bundle. Throws Failure("bad-input") for anything else. */
export function profileFromFhir(candidate: unknown): Profile {
  const bundle = readOne(bundleSchema, candidate);
  const ofType = (type: string) =>
    bundle.entry.map((entry) => entry.resource).filter((resource) => resource.resourceType === type);
  const patient = readOne(patientSchema, ofType("Patient")[0]);
  const texts = (type: string, field: string) => ofType(type).map((resource) => readOne(textual, resource[field]).text);
  const phoneOf = (system: string) => patient.telecom.find((point) => point.system === system)?.value;
  const [name] = patient.name;
  const [address] = patient.address;
  const [contact] = patient.contact;
  const coverage = ofType("Coverage")[0];
  const code = patient.maritalStatus?.coding[0]?.code;
  const observed = (code: string) =>
    ofType("Observation")
      .map((resource) => readOne(observationSchema, resource))
      .find((observation) => observation.code.coding[0]?.code === code)?.valueCodeableConcept.text;
  const fields = {
    firstName: name?.given[0],
    lastName: name?.family,
    birthDate: patient.birthDate,
    gender: patient.gender,
    phone: phoneOf("phone"),
    email: phoneOf("email"),
    address: address?.line?.[0],
    city: address?.city,
    state: address?.state,
    zip: address?.postalCode,
    emergencyName: contact?.name?.text,
    emergencyPhone: contact?.telecom.find((point) => point.system === "phone")?.value,
    insuranceType: coverage?.["type"] === undefined ? undefined : readOne(textual, coverage["type"]).text,
    insuranceNumber: coverage?.["subscriberId"],
    bloodType: observed(bloodGroup.code),
    allergies: texts("AllergyIntolerance", "code"),
    conditions: texts("Condition", "code"),
    medications: texts("MedicationStatement", "medicationCodeableConcept"),
    maritalStatus: maritalStatuses.find((status) => maritalCodes[status][0] === code),
    occupation: observed(jobHistory.code),
  };
  const kept = Object.entries(fields).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return parseProfile(Object.fromEntries(kept));
}
