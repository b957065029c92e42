// Who Ana is, in her own words: her profile.

import type { Profile } from "#protocol/profile/index.ts";

/** Ana as she describes herself. */
export const anaProfile: Profile = {
  firstName: "Ana",
  lastName: "Silva",
  birthDate: "1984-06-17",
  gender: "female",
  phone: "+351 910 000 000",
  email: "ana.silva@example.org",
  address: "Rua das Laranjeiras 12",
  city: "Porto Claro",
  zip: "4000-123",
  emergencyName: "Miguel Silva (brother)",
  emergencyPhone: "+351 910 000 001",
  insuranceType: "Statutory health insurance",
  insuranceNumber: "PC-5530-1984",
  bloodType: "O+",
  allergies: ["Penicillin", "Birch pollen"],
  conditions: ["Essential hypertension", "Raised LDL cholesterol"],
  medications: ["Amlodipine 5 mg", "Atorvastatin 20 mg", "Cetirizine 10 mg when needed"],
  maritalStatus: "single",
  occupation: "Secondary school teacher",
};
