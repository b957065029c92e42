// Ana's chart: letters, results, pictures and lists of an invented person, made in code.

import { drawChestFilm, drawSkinPhotograph } from "./picture.ts";
import { writePdf } from "./pdf.ts";
import { about, ANA, CLINIC, LAB, lines, PRACTICE, results, type DemoRecord } from "./record.ts";

/** Ana's chart. */
export const anaRecords: readonly DemoRecord[] = [
  {
    key: "ana-blood-count",
    category: "labs",
    title: "Full blood count",
    fileName: "full-blood-count.pdf",
    mediaType: "application/pdf",
    daysAgo: 34,
    tags: ["blood"],
    make: (dates) =>
      writePdf({
        ...LAB,
        title: "Full blood count",
        parts: [
          about(...ANA, dates.long(34)),
          { kind: "heading", text: "Results" },
          results([
            ["Haemoglobin", "13.1", "g/dL", "12.0 – 15.5"],
            ["White cells", "6.4", "10^9/L", "4.0 – 11.0"],
            ["Platelets", "251", "10^9/L", "150 – 400"],
            ["Haematocrit", "39.6", "%", "36 – 46"],
            ["Mean cell volume", "88", "fL", "80 – 100"],
            ["Ferritin", "41", "ng/mL", "13 – 150"],
          ]),
          {
            kind: "paragraph",
            text: "All values are within the reference range for an adult woman. No comparison with an earlier sample was asked for.",
          },
        ],
      }),
  },
  {
    key: "ana-lipids",
    category: "labs",
    title: "Cholesterol and glucose, fasting",
    fileName: "lipids-and-glucose.pdf",
    mediaType: "application/pdf",
    daysAgo: 34,
    tags: ["blood", "heart"],
    make: (dates) =>
      writePdf({
        ...LAB,
        title: "Lipids and glucose, fasting",
        parts: [
          about(...ANA, dates.long(34)),
          { kind: "heading", text: "Results" },
          results([
            ["Total cholesterol", "5.9", "mmol/L", "below 5.0"],
            ["LDL cholesterol", "3.8", "mmol/L", "below 3.0"],
            ["HDL cholesterol", "1.4", "mmol/L", "above 1.2"],
            ["Triglycerides", "1.5", "mmol/L", "below 1.7"],
            ["Glucose", "5.2", "mmol/L", "3.9 – 5.5"],
            ["HbA1c", "36", "mmol/mol", "below 42"],
          ]),
          { kind: "heading", text: "Comment" },
          {
            kind: "paragraph",
            text: "LDL cholesterol is above the target for a person with raised blood pressure. Glucose metabolism is normal. Suggest repeating the lipid profile after three months of treatment.",
          },
        ],
      }),
  },
  {
    key: "ana-chest-film",
    category: "imaging",
    title: "Chest X-ray, front view",
    fileName: "chest-xray-pa.png",
    mediaType: "image/png",
    daysAgo: 61,
    tags: ["chest"],
    make: () => drawChestFilm(),
  },
  {
    key: "ana-chest-report",
    category: "imaging",
    title: "Chest X-ray report",
    fileName: "chest-xray-report.pdf",
    mediaType: "application/pdf",
    daysAgo: 60,
    tags: ["chest"],
    make: (dates) =>
      writePdf({
        ...CLINIC,
        place: "3 Orchard Square, Porto Claro  •  Radiology",
        title: "Chest X-ray, front view",
        parts: [
          about(...ANA, dates.long(61)),
          {
            kind: "facts",
            facts: [
              ["Asked by", "Dr Lena Lindqvist, cardiology"],
              ["Question", "Shortness of breath on exertion"],
            ],
          },
          { kind: "heading", text: "Findings" },
          {
            kind: "paragraph",
            text: "The heart is at the upper limit of normal size, with a cardiothoracic ratio of 0.50. The lungs are clear. There is no effusion and no pneumothorax. The mediastinal contours and the bony thorax are unremarkable.",
          },
          { kind: "heading", text: "Conclusion" },
          {
            kind: "paragraph",
            text: "No acute finding. Borderline heart size: please correlate with echocardiography.",
          },
        ],
      }),
  },
  {
    key: "ana-medications",
    category: "medications",
    title: "Current medicines",
    fileName: "medicines.txt",
    mediaType: "text/plain",
    daysAgo: 20,
    tags: [],
    make: (dates) =>
      lines(
        `Medicines of Ana Silva, as of ${dates.long(20)}`,
        "",
        "Amlodipine      5 mg    one tablet in the morning     blood pressure",
        "Atorvastatin   20 mg    one tablet in the evening     cholesterol",
        "Cetirizine     10 mg    when needed, April to July    hay fever",
        "",
        "Stopped: lisinopril 10 mg (dry cough).",
      ),
  },
  {
    key: "ana-allergies",
    category: "allergies",
    title: "Allergy card",
    fileName: "allergies.txt",
    mediaType: "text/plain",
    daysAgo: 412,
    tags: ["important"],
    make: (dates) =>
      lines(
        "ALLERGY CARD",
        `Ana Silva, born ${ANA[1]}. Issued ${dates.long(412)}.`,
        "",
        "Penicillin     rash and swelling of the lips, 2009    confirmed by skin test",
        "Birch pollen   hay fever",
        "No known allergy to latex or to contrast media.",
      ),
  },
  {
    key: "ana-immunizations",
    category: "immunizations",
    title: "Vaccination record",
    fileName: "vaccinations.pdf",
    mediaType: "application/pdf",
    daysAgo: 48,
    tags: [],
    make: (dates) =>
      writePdf({
        ...PRACTICE,
        title: "Vaccination record",
        parts: [
          about(...ANA, dates.long(48)),
          {
            kind: "table",
            head: ["Vaccine", "Date", "Batch"],
            widths: [220, 140, 110],
            rows: [
              ["Influenza, this season", dates.long(48), "FL-22817"],
              ["Tetanus, diphtheria, pertussis", dates.long(1180), "TD-90412"],
              ["COVID-19, booster", dates.long(760), "CV-33120"],
              ["Hepatitis B, third dose", dates.long(5400), "HB-10077"],
            ],
          },
          { kind: "paragraph", text: "Next due: tetanus in about seven years; influenza next autumn." },
        ],
      }),
  },
  {
    key: "ana-cardiology-letter",
    category: "notes",
    title: "Cardiology clinic letter",
    fileName: "cardiology-letter.pdf",
    mediaType: "application/pdf",
    daysAgo: 58,
    tags: ["heart"],
    make: (dates) =>
      writePdf({
        ...CLINIC,
        title: "Clinic letter",
        parts: [
          about(...ANA, dates.long(58)),
          { kind: "paragraph", text: "Dear Dr Reyes," },
          {
            kind: "paragraph",
            text: "Thank you for referring Ms Silva, who has noticed shortness of breath when climbing more than two flights of stairs since the spring. She has no chest pain, no swelling of the legs and has not fainted. Blood pressure at home averages 142/88.",
          },
          {
            kind: "paragraph",
            text: "On examination her pulse was 74 and regular, blood pressure 146/90, heart sounds normal without murmur, chest clear. The electrocardiogram shows sinus rhythm with voltage at the upper limit of normal. The chest film is reported separately.",
          },
          {
            kind: "paragraph",
            text: "Impression: hypertension, not yet at target; exertional breathlessness, most likely from deconditioning. I have changed lisinopril to amlodipine because of a dry cough, asked for fasting lipids, and booked an echocardiogram. I will see her again in three months.",
          },
          { kind: "paragraph", text: "With kind regards, Dr Lena Lindqvist, consultant cardiologist" },
        ],
      }),
  },
  {
    key: "ana-conditions",
    category: "conditions",
    title: "Problem list",
    fileName: "problem-list.txt",
    mediaType: "text/plain",
    daysAgo: 58,
    tags: [],
    make: (dates) =>
      lines(
        `Problem list of Ana Silva, reviewed ${dates.long(58)}`,
        "",
        "Active    Essential hypertension (I10), since 2023",
        "Active    Raised LDL cholesterol (E78.0)",
        "Active    Seasonal allergic rhinitis (J30.1)",
        "Past      Appendicectomy, 1998",
      ),
  },
  {
    key: "ana-blood-pressure",
    category: "vitals",
    title: "Blood pressure at home, two weeks",
    fileName: "blood-pressure.txt",
    mediaType: "text/plain",
    daysAgo: 6,
    tags: ["heart"],
    make: (dates) =>
      lines(
        "Date         Morning     Evening     Pulse",
        ...[
          [145, 91, 139, 86, 76],
          [141, 88, 138, 85, 72],
          [143, 90, 136, 84, 74],
          [139, 87, 134, 83, 71],
          [138, 86, 133, 84, 73],
          [136, 85, 131, 82, 70],
          [134, 84, 132, 81, 72],
        ].map(([a, b, c, d, pulse], i) => `${dates.iso(20 - i * 2)}   ${a}/${b}      ${c}/${d}      ${pulse}`),
      ),
  },
  {
    key: "ana-skin-photo",
    category: "documents",
    title: "Photograph: mark on left forearm",
    fileName: "forearm.png",
    mediaType: "image/png",
    daysAgo: 12,
    tags: ["skin"],
    make: () => drawSkinPhotograph(),
  },
  {
    key: "ana-counselling",
    category: "mental-health",
    title: "Counselling summary",
    fileName: "counselling-summary.pdf",
    mediaType: "application/pdf",
    daysAgo: 230,
    tags: [],
    make: (dates) =>
      writePdf({
        ...PRACTICE,
        title: "Counselling summary",
        parts: [
          about(...ANA, dates.long(230)),
          {
            kind: "paragraph",
            text: "Six sessions after a bereavement. Sleep and appetite have recovered; she has returned to work and to her choir. No medication was needed. Discharged by mutual agreement, with an open invitation to return.",
          },
        ],
      }),
  },
];

/** What the laboratory adds to Ana's chart under her consent: new to her until she accepts it. */
export const filedRecord: DemoRecord = {
  key: "ana-filed-troponin",
  category: "labs",
  title: "NT-proBNP and troponin",
  fileName: "nt-probnp.pdf",
  mediaType: "application/pdf",
  daysAgo: 1,
  tags: ["blood", "heart"],
  make: (dates) =>
    writePdf({
      ...LAB,
      title: "Cardiac markers",
      parts: [
        about(...ANA, dates.long(1)),
        results([
          ["NT-proBNP", "68", "pg/mL", "below 125"],
          ["Troponin T, high sensitivity", "5", "ng/L", "below 14"],
        ]),
        { kind: "paragraph", text: "Both markers are normal. Heart failure is unlikely." },
      ],
    }),
};
