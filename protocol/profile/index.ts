// A person's profile: its fields, and its FHIR shape.

export {
  ageOn,
  bloodTypes,
  fullName,
  genders,
  maritalStatuses,
  parseProfile,
  profileFields,
  profileSchema,
  type Profile,
  type ProfileField,
  type ProfileFieldName,
} from "./fields.ts";
export { profileFromFhir, profileToFhir, type FhirBundle, type FhirResource } from "./fhir.ts";
