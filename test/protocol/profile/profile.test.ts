// A person's profile, as a form and as FHIR.

import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import {
  ageOn,
  bloodTypes,
  genders,
  maritalStatuses,
  parseProfile,
  profileFields,
  profileFromFhir,
  profileSchema,
  profileToFhir,
  type Profile,
} from "#protocol/profile/index.ts";

const text = fc
  .string({ minLength: 1, maxLength: 30 })
  .map((value) => value.trim())
  .filter((value) => value.length > 0);
const list = fc.array(text, { minLength: 1, maxLength: 3 });
const profiles = fc.record(
  {
    firstName: text,
    lastName: text,
    birthDate: fc.constantFrom("1980-02-29", "2001-12-31"),
    gender: fc.constantFrom(...genders),
    phone: text,
    email: fc.constantFrom("ana@example.org", "a.b+c@example.co.uk"),
    address: text,
    city: text,
    state: text,
    zip: fc.constantFrom("10115", "SW1A 1AA"),
    emergencyName: text,
    emergencyPhone: text,
    insuranceType: text,
    insuranceNumber: text,
    bloodType: fc.constantFrom(...bloodTypes),
    allergies: list,
    conditions: list,
    medications: list,
    maritalStatus: fc.constantFrom(...maritalStatuses),
    occupation: text,
  },
  { requiredKeys: ["firstName", "lastName"] },
);
const about = {
  subject: "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
  chainId: 31337,
  recordedAt: 1_790_000_000,
} as const;

describe("A patient's profile", () => {
  it("goes to FHIR and back without losing or gaining a letter, whatever is filled in", () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        const kept = Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== undefined)) as Profile;
        const bundle = profileToFhir(kept, about);
        expect(profileFromFhir(JSON.parse(JSON.stringify(bundle)))).toEqual(kept);
      }),
    );
  });

  it("names its subject as FHIR consents do, and each kind of record by its own resource", () => {
    const profile = parseProfile({
      firstName: "Ana",
      lastName: "Silva",
      insuranceNumber: "77",
      allergies: ["Penicillin"],
      conditions: ["Asthma"],
      medications: ["Salbutamol"],
      bloodType: "0+".replace("0", "O"),
    });
    const bundle = profileToFhir(profile, about);
    expect(bundle.entry.map(({ resource }) => resource.resourceType)).toEqual([
      "Patient",
      "Coverage",
      "Observation",
      "AllergyIntolerance",
      "Condition",
      "MedicationStatement",
    ]);
    expect(JSON.stringify(bundle)).toContain(`did:pkh:eip155:31337:${about.subject}`);
  });

  it("is asked for field by field: the form has each field of the schema once", () => {
    expect(profileFields.map(({ name }) => name).toSorted()).toEqual(Object.keys(profileSchema.shape).toSorted());
  });

  it("is refused with the field named when something is not as it should be", () => {
    const good = { firstName: "Ana", lastName: "Silva" };
    const refused = (change: object, message: RegExp) =>
      expect(() => parseProfile({ ...good, ...change })).toThrow(message);
    refused({ birthDate: "2001-02-30" }, /Date of birth/);
    refused({ email: "nobody" }, /Email/);
    refused({ lastName: " " }, /Last name/);
    refused({ bloodType: "C+" }, /Blood type/);
    expect(() => profileFromFhir({ resourceType: "Bundle", type: "collection", entry: [] })).toThrow(
      expect.objectContaining({ code: "bad-input" }),
    );
    expect(() => profileFromFhir({ resourceType: "Patient" })).toThrow(expect.objectContaining({ code: "bad-input" }));
  });

  it("counts years from birthday to birthday", () => {
    expect(ageOn("2000-06-15", "2026-06-14")).toBe(25);
    expect(ageOn("2000-06-15", "2026-06-15")).toBe(26);
    expect(ageOn("2004-02-29", "2026-02-28")).toBe(21);
  });
});
