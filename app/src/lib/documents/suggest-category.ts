// Suggests a category from a file's name and, for texts, its first words: by rules, on this device, nothing sent
// anywhere. Rule: a protected category is suggested like any other; whoever adds the document decides.
import type { CategoryId } from "#protocol/codes/index.ts";

// Whole words or their beginnings, in the languages that file names around here come in. First match wins, so the
// narrower ones stand first.
const rules: readonly [CategoryId, RegExp][] = [
  ["hiv", /\b(hiv|antiretroviral|viral load)\b/],
  ["genomics", /\b(genom|genetic|brca|exome|karyotyp)/],
  ["mental-health", /\b(psych|depress|anxiety|therapy session|phq[- ]?9|gad[- ]?7)/],
  ["substance-use", /\b(alcohol|addiction|methadone|substance use|rehab)/],
  ["reproductive", /\b(pregnan|prenatal|antenatal|obstetric|gynaecolog|gynecolog|contracept|fertility|sti\b)/],
  ["immunizations", /\b(vaccin|immuni[sz]|impf|covid.?19 cert|booster)/],
  ["allergies", /\b(allerg|anaphyla|intoleran)/],
  [
    "imaging",
    /\b(x[- ]?rays?\b|xr\b|mri\b|ct\b|ct scan|ultrasound|echo\b|echocardiogra|mammogra|radiolog|scan\b|dicom|dexa)/,
  ],
  ["labs", /\b(lab\b|labs\b|laborator|blood|haemo|hemo|cbc|hba1c|lipid|cholesterol|urine|culture|panel|pathology)/],
  ["medications", /\b(prescri|medicat|medicine|drug list|dosage|pharmac|tablet|rx\b)/],
  ["vitals", /\b(blood pressure|pulse|weight|vital|heart rate|glucose log|temperature)/],
  ["procedures", /\b(operat|surg|procedure|endoscop|colonoscop|biops|discharge)/],
  ["insurance", /\b(insur|claim|coverage|invoice|bill|policy|eob\b)/],
  ["notes", /\b(visit|consultation|soap note|progress note|clinic note|care note)/],
  ["conditions", /\b(diagnos|problem list|condition|asthma|diabet|hypertens)/],
];

/** The category that fits best, with "documents" where nothing says more. `text` is a sample of the content, if any. */
export function suggestCategory(file: { name: string; mediaType: string; text?: string }): CategoryId {
  const name = file.name.toLowerCase().replace(/[_.-]+/g, " ");
  for (const source of [name, (file.text ?? "").slice(0, 4000).toLowerCase()]) {
    for (const [category, pattern] of rules) if (pattern.test(source)) return category;
  }
  return "documents";
}

/**
 * A title from a file name: "blood_count-2026.pdf" becomes "Blood count 2026". It reads in the order in which it is written:
 * signs that turn the direction of what follows are left out.
 */
export function suggestTitle(fileName: string): string {
  const plain = fileName
    .replace(/\p{Bidi_Control}/gu, "")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  const words = plain
    .replace(/\.[a-z0-9]{1,5}$/i, "")
    .replace(/[_\s-]+/g, " ")
    .trim();
  return words === "" ? plain : words.charAt(0).toUpperCase() + words.slice(1);
}
