// A person's profile: the fields of a patient's chart, as the app asks for them. Rule: only the two names must be
// given; what is empty is left out.

import { z } from "zod";
import { isCalendarDate } from "../consent/index.ts";
import { Failure } from "../failure.ts";

const text = (longest: number) => z.string().trim().min(1).max(longest);
const optional = (longest: number) => text(longest).optional();
const list = z.array(text(200)).max(100).optional();

/** Administrative gender, as FHIR has it. */
export const genders = ["female", "male", "other", "unknown"] as const;
/** ABO and Rh. */
export const bloodTypes = ["A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-"] as const;
/** Marital status, in the words of HL7 v3 MaritalStatus. */
export const maritalStatuses = ["single", "married", "partnered", "separated", "divorced", "widowed"] as const;

/** The shape of a profile. */
export const profileSchema = z.strictObject({
  firstName: text(100),
  lastName: text(100),
  birthDate: z.string().refine(isCalendarDate, "not a date").optional(),
  gender: z.enum(genders).optional(),
  phone: optional(40),
  email: z.email().max(200).optional(),
  address: optional(200),
  city: optional(100),
  state: optional(100),
  zip: optional(20),
  emergencyName: optional(200),
  emergencyPhone: optional(40),
  insuranceType: optional(100),
  insuranceNumber: optional(100),
  bloodType: z.enum(bloodTypes).optional(),
  allergies: list,
  conditions: list,
  medications: list,
  maritalStatus: z.enum(maritalStatuses).optional(),
  occupation: optional(100),
});

/** A person's profile. */
export type Profile = z.infer<typeof profileSchema>;
/** The name of a field. */
export type ProfileFieldName = keyof Profile;

/** How a form asks for a field. */
export type ProfileField = {
  readonly name: ProfileFieldName;
  readonly label: string;
  readonly kind: "text" | "date" | "choice" | "list" | "phone" | "email";
  readonly choices?: readonly string[];
  readonly group: "You" | "How to reach you" | "In an emergency" | "Insurance" | "Your health";
  /** The autocomplete token of HTML, where there is one. */
  readonly autocomplete?: string;
};

/** The fields in the order in which a form asks for them. */
export const profileFields: readonly ProfileField[] = [
  { name: "firstName", label: "First name", kind: "text", group: "You", autocomplete: "given-name" },
  { name: "lastName", label: "Last name", kind: "text", group: "You", autocomplete: "family-name" },
  { name: "birthDate", label: "Date of birth", kind: "date", group: "You", autocomplete: "bday" },
  { name: "gender", label: "Gender", kind: "choice", choices: genders, group: "You" },
  { name: "maritalStatus", label: "Marital status", kind: "choice", choices: maritalStatuses, group: "You" },
  { name: "occupation", label: "Occupation", kind: "text", group: "You", autocomplete: "organization-title" },
  { name: "phone", label: "Phone", kind: "phone", group: "How to reach you", autocomplete: "tel" },
  { name: "email", label: "Email", kind: "email", group: "How to reach you", autocomplete: "email" },
  { name: "address", label: "Address", kind: "text", group: "How to reach you", autocomplete: "street-address" },
  { name: "city", label: "City", kind: "text", group: "How to reach you", autocomplete: "address-level2" },
  { name: "state", label: "State or region", kind: "text", group: "How to reach you", autocomplete: "address-level1" },
  { name: "zip", label: "Postcode", kind: "text", group: "How to reach you", autocomplete: "postal-code" },
  { name: "emergencyName", label: "Emergency contact", kind: "text", group: "In an emergency" },
  { name: "emergencyPhone", label: "Their phone", kind: "phone", group: "In an emergency" },
  { name: "bloodType", label: "Blood type", kind: "choice", choices: bloodTypes, group: "In an emergency" },
  { name: "insuranceType", label: "Type of insurance", kind: "text", group: "Insurance" },
  { name: "insuranceNumber", label: "Insurance number", kind: "text", group: "Insurance" },
  { name: "allergies", label: "Allergies", kind: "list", group: "Your health" },
  { name: "conditions", label: "Medical history", kind: "list", group: "Your health" },
  { name: "medications", label: "Medicines that you take", kind: "list", group: "Your health" },
];

/** Checks a profile from outside. Throws Failure("bad-input") that names the field. */
export function parseProfile(candidate: unknown): Profile {
  const parsed = profileSchema.safeParse(candidate);
  if (parsed.success) return parsed.data;
  const name = String(parsed.error.issues[0]?.path[0] ?? "");
  const label = profileFields.find((field) => field.name === name)?.label ?? "A field";
  throw new Failure(
    "bad-input",
    `${label} is missing or not as it should be. Nothing was saved. Correct it and save again.`,
    {
      reason: name,
      cause: parsed.error,
    },
  );
}

/** First and last name. */
export function fullName(profile: Pick<Profile, "firstName" | "lastName">): string {
  return `${profile.firstName} ${profile.lastName}`;
}

/** Completed years on a day; both dates "YYYY-MM-DD". */
export function ageOn(birthDate: string, date: string): number {
  const years = Number(date.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return date.slice(5) < birthDate.slice(5) ? years - 1 : years;
}
