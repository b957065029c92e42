// The compartments that a patient's records are kept in. Rule: the order of this table is the canonical order, and a
// protected category is never part of a "select all".

/** A record compartment. */
export type Category = {
  /** The stable name that openings and keys use. */
  readonly id: string;
  /** A heading: "Lab results". */
  readonly label: string;
  /** The words inside a sentence: "your {phrase}". */
  readonly phrase: string;
  /** One line that says what belongs here. */
  readonly about: string;
  /** True for the kinds of records that law and decency protect specially: chosen one by one. */
  readonly protected: boolean;
  /** HL7 v3 ActCode that labels such records (IHE PCF Advanced), null where the standard has none. */
  readonly securityLabel: string | null;
};

const table = [
  ["profile", "Profile", "profile", "Your name, birth date, contact, insurance and emergency contact.", false, null],
  ["conditions", "Conditions", "conditions", "Diagnoses and health problems, past and present.", false, null],
  ["allergies", "Allergies", "allergies", "Allergies and intolerances.", false, null],
  ["medications", "Medications", "medications", "Medicines that you take or took.", false, null],
  ["immunizations", "Immunizations", "immunizations", "Vaccinations.", false, null],
  ["labs", "Lab results", "lab results", "Blood tests and other laboratory results.", false, null],
  ["imaging", "Imaging", "imaging", "X-rays, scans, ultrasound, and their reports.", false, null],
  ["vitals", "Vital signs", "vital signs", "Blood pressure, pulse, weight and other measurements.", false, null],
  ["notes", "Visit notes", "visit notes", "What was written down at visits.", false, null],
  ["procedures", "Procedures", "procedures", "Operations and other procedures.", false, null],
  ["documents", "Documents", "documents", "Letters, referrals and everything that fits nowhere else.", false, null],
  ["insurance", "Insurance", "insurance records", "Cover, claims and payments.", false, null],
  ["mental-health", "Mental health", "mental health records", "Psychiatric and psychological care.", true, "PSY"],
  [
    "reproductive",
    "Reproductive and sexual health",
    "reproductive and sexual health records",
    "Pregnancy, contraception, fertility and sexual health.",
    true,
    null,
  ],
  [
    "substance-use",
    "Substance use",
    "substance use records",
    "Treatment for alcohol or drug use (42 CFR Part 2).",
    true,
    "ETH",
  ],
  ["hiv", "HIV", "HIV records", "HIV tests, results and treatment.", true, "HIV"],
  ["genomics", "Genomics", "genomic records", "Genetic tests and what they say about you and your family.", true, null],
] as const;

/** The name of a category. */
export type CategoryId = (typeof table)[number][0];

/** All categories in canonical order. */
export const categories: readonly (Category & { readonly id: CategoryId })[] = table.map(
  ([id, label, phrase, about, isProtected, securityLabel]) => ({
    id,
    label,
    phrase,
    about,
    protected: isProtected,
    securityLabel,
  }),
);

/** The names of all categories in canonical order. */
export const categoryIds: readonly CategoryId[] = categories.map((category) => category.id);

const byId = new Map<string, (typeof categories)[number]>(categories.map((category) => [category.id, category]));

/** The category of this name, undefined when there is none. */
export function findCategory(id: string): (typeof categories)[number] | undefined {
  return byId.get(id);
}

/** True when this is the name of a category. */
export function isCategoryId(id: unknown): id is CategoryId {
  return typeof id === "string" && byId.has(id);
}
