// What records may be used for: HL7 v3 PurposeOfUse (code system v3-ActReason as of FHIR R4), matched by is-a.
// Rule: a granted purpose covers itself and everything below it, except that breaking the glass (BTG) is covered by
// nothing but itself. The order of this table is the canonical order.

/** A purpose of use. */
export type Purpose = {
  /** The HL7 v3 code. */
  readonly code: string;
  /** A heading: "Treatment". */
  readonly label: string;
  /** The words inside a sentence: "for {phrase}". */
  readonly phrase: string;
  /** One line for the person who chooses it. */
  readonly about: string;
  /** The purposes directly above it; none for a top one. */
  readonly parents: readonly string[];
};

const table = [
  ["TREAT", null, "Treatment", "treatment", "To treat you and to work with others who do."],
  ["COC", "TREAT", "Coordination of care", "coordination of care", "So that those who treat you can work together."],
  ["CLINTRL", "TREAT", "Clinical trial", "treatment in a clinical trial", "To treat you as part of a clinical trial."],
  ["ETREAT", "TREAT", "Emergency treatment", "emergency treatment", "To treat you in an emergency."],
  [
    "BTG",
    "ETREAT",
    "Breaking the glass",
    "breaking the glass",
    "To open your records in an emergency without asking first.",
  ],
  ["ERTREAT", "ETREAT", "Emergency room", "treatment in an emergency room", "To treat you in an emergency room."],
  ["POPHLTH", "TREAT", "Population health", "population health", "To plan care for groups of patients like you."],
  ["HPAYMT", null, "Payment", "payment", "To have your care paid for."],
  ["CLMATTCH", "HPAYMT", "Claim attachment", "attachment to a claim", "To support a claim to your insurer."],
  [
    "COVAUTH",
    "HPAYMT",
    "Coverage authorisation",
    "authorisation of cover",
    "To ask your insurer to agree before you are treated.",
  ],
  ["COVERAGE", "HPAYMT", "Coverage", "cover under a policy or program", "To find out or change how you are covered."],
  [
    "ELIGDTRM",
    "COVERAGE",
    "Eligibility decision",
    "deciding about eligibility",
    "To decide whether you may be covered.",
  ],
  ["ELIGVER", "COVERAGE", "Eligibility check", "checking eligibility", "To check that you are covered."],
  ["ENROLLM", "COVERAGE", "Enrolment", "enrolment", "To enrol you in a policy or program."],
  ["MILDCRG", "COVERAGE", "Military discharge", "military discharge", "To settle cover after military service."],
  ["REMITADV", "HPAYMT", "Remittance advice", "remittance advice", "To explain what an insurer paid and why."],
  [
    "HOPERAT",
    null,
    "Running a health service",
    "running a health service",
    "To run, check and improve a health service.",
  ],
  ["CAREMGT", "HOPERAT", "Care management", "care management", "To plan and follow up care."],
  ["DONAT", "HOPERAT", "Donation", "donation", "To arrange donated organs, tissue or blood."],
  ["FRAUD", "HOPERAT", "Fraud", "finding fraud", "To find and prevent fraud."],
  ["GOV", "HOPERAT", "Government", "government oversight", "For duties of a government body."],
  ["HACCRED", "HOPERAT", "Accreditation", "accreditation", "To have a health service accredited."],
  ["HCOMPL", "HOPERAT", "Compliance", "checking compliance", "To check that rules are kept."],
  ["HDECD", "HOPERAT", "Decedent", "settling matters after death", "To settle what must be settled after a death."],
  ["HDIRECT", "HOPERAT", "Directory", "a directory", "To list who is treated where."],
  ["HDM", "HOPERAT", "Delivery management", "managing the delivery of care", "To manage how care is delivered."],
  ["HLEGAL", "HOPERAT", "Legal", "legal matters", "For legal matters."],
  ["HOUTCOMS", "HOPERAT", "Outcome measure", "measuring outcomes", "To measure how well treatments work."],
  ["HPRGRP", "HOPERAT", "Program reporting", "reporting to a health program", "To report to a health program."],
  ["HQUALIMP", "HOPERAT", "Quality improvement", "improving quality", "To make care better."],
  [
    "HSYSADMIN",
    "HOPERAT",
    "System administration",
    "administering a health system",
    "To administer a health system's computers.",
  ],
  ["LABELING", "HSYSADMIN", "Labelling", "labelling data", "To label records, for example as protected."],
  ["METAMGT", "HSYSADMIN", "Metadata management", "managing metadata", "To keep the data about records in order."],
  ["MEMADMIN", "HOPERAT", "Member administration", "administering membership", "To administer members of a plan."],
  ["MILCDM", "HOPERAT", "Military command", "military command", "For military command."],
  ["PATADMIN", "HOPERAT", "Patient administration", "patient administration", "To administer visits and stays."],
  ["PATSFTY", "HOPERAT", "Patient safety", "patient safety", "To keep patients safe."],
  ["PERFMSR", "HOPERAT", "Performance measure", "measuring performance", "To measure how well a health service works."],
  ["RECORDMGT", "HOPERAT", "Records management", "managing records", "To keep records in order."],
  ["SYSDEV", "HOPERAT", "System development", "developing a health system", "To develop a health system's computers."],
  ["HTEST", "SYSDEV", "Testing", "testing a health system", "To test a health system's computers."],
  ["TRAIN", "HOPERAT", "Training", "training staff", "To train staff."],
  ["HRESCH", null, "Research", "research", "To learn about health and disease."],
  ["BIORCH", "HRESCH", "Biomedical research", "biomedical research", "For research in biology and medicine."],
  [
    "CLINTRCH",
    "HRESCH",
    "Clinical trial research",
    "research in a clinical trial",
    "For research in a clinical trial.",
  ],
  [
    "CLINTRCHNPC",
    "CLINTRCH",
    "Clinical trial research without care",
    "research in a clinical trial without patient care",
    "For a clinical trial that does not treat you.",
  ],
  [
    "CLINTRCHPC",
    "CLINTRCH",
    "Clinical trial research with care",
    "research in a clinical trial with patient care",
    "For a clinical trial that also treats you.",
  ],
  [
    "PRECLINTRCH",
    "CLINTRCH",
    "Preclinical research",
    "preclinical research",
    "For research that comes before a clinical trial.",
  ],
  ["DSRCH", "HRESCH", "Disease research", "research on one disease", "For research on one disease."],
  [
    "POARCH",
    "HRESCH",
    "Ancestry research",
    "research on origins or ancestry",
    "For research on where people come from.",
  ],
  [
    "TRANSRCH",
    "HRESCH",
    "Translational research",
    "translational research",
    "To bring what research found to patients.",
  ],
  ["PATRQT", null, "At your request", "a request of your own", "Because you asked for it."],
  ["FAMRQT", "PATRQT", "At your family's request", "a request of your family", "Because your family asked for it."],
  [
    "PWATRNY",
    "PATRQT",
    "Power of attorney",
    "a power of attorney",
    "For someone who acts for you by power of attorney.",
  ],
  ["SUPNWK", "PATRQT", "Support network", "your support network", "For the people who support you."],
  ["PUBHLTH", null, "Public health", "public health", "To protect the health of everybody."],
  ["DISASTER", "PUBHLTH", "Disaster", "help in a disaster", "To help in a disaster."],
  ["THREAT", "PUBHLTH", "Threat", "averting a threat", "To avert a serious threat to health or safety."],
  ["HMARKT", null, "Marketing", "marketing", "To sell you something."],
] as const;

/** A v3 PurposeOfUse code. */
export type PurposeCode = (typeof table)[number][0];

/** All purposes in canonical order. */
export const purposes: readonly (Purpose & { readonly code: PurposeCode })[] = table.map(
  ([code, parent, label, phrase, about]) => ({ code, label, phrase, about, parents: parent === null ? [] : [parent] }),
);

/** The codes of all purposes in canonical order. */
export const purposeCodes: readonly PurposeCode[] = purposes.map((purpose) => purpose.code);

/** The few that an app offers first. */
export const commonPurposes: readonly PurposeCode[] = ["TREAT", "COC", "HPAYMT", "HRESCH", "PATRQT"];

const byCode = new Map<string, (typeof purposes)[number]>(purposes.map((purpose) => [purpose.code, purpose]));

/** The purpose of this code, undefined when there is none. */
export function findPurpose(code: string): (typeof purposes)[number] | undefined {
  return byCode.get(code);
}

/** True when this is the code of a purpose. */
export function isPurposeCode(code: unknown): code is PurposeCode {
  return typeof code === "string" && byCode.has(code);
}

/** True when one of the granted purposes is, or lies above, the one that is asked for. Unknown codes cover nothing. */
export function purposeCovers(granted: readonly string[], asked: string): boolean {
  const purpose = byCode.get(asked);
  if (purpose === undefined) return false;
  if (granted.includes(asked)) return true;
  return asked !== "BTG" && purpose.parents.some((parent) => purposeCovers(granted, parent));
}
