// Ben's chart: an invented person who has just begun.

import { writePdf } from "./pdf.ts";
import { about, BEN, LAB, lines, PRACTICE, results, type DemoRecord } from "./record.ts";

/** Ben's chart. */
export const benRecords: readonly DemoRecord[] = [
  {
    key: "ben-kidney",
    category: "labs",
    title: "Kidney function",
    fileName: "kidney-function.pdf",
    mediaType: "application/pdf",
    daysAgo: 9,
    tags: ["blood"],
    make: (dates) =>
      writePdf({
        ...LAB,
        title: "Kidney function",
        parts: [
          about(...BEN, dates.long(9)),
          results([
            ["Creatinine", "92", "umol/L", "62 – 106"],
            ["eGFR", "81", "mL/min/1.73", "above 60"],
            ["Potassium", "4.4", "mmol/L", "3.5 – 5.1"],
            ["Sodium", "140", "mmol/L", "136 – 145"],
          ]),
        ],
      }),
  },
  {
    key: "ben-referral",
    category: "documents",
    title: "Referral to cardiology",
    fileName: "referral.pdf",
    mediaType: "application/pdf",
    daysAgo: 7,
    tags: ["heart"],
    make: (dates) =>
      writePdf({
        ...PRACTICE,
        title: "Referral to cardiology",
        parts: [
          about(...BEN, dates.long(7)),
          {
            kind: "paragraph",
            text: "Dear Dr Lindqvist, I would be grateful for your opinion on Mr Okafor, who has had three episodes of palpitations in the last month, each of about ten minutes, without loss of consciousness. His electrocardiogram at rest is normal. Kidney function is attached.",
          },
        ],
      }),
  },
  {
    key: "ben-medications",
    category: "medications",
    title: "Medicines",
    fileName: "medicines.txt",
    mediaType: "text/plain",
    daysAgo: 7,
    tags: [],
    make: (dates) =>
      lines(
        `Medicines of Ben Okafor, ${dates.long(7)}`,
        "",
        "Metformin 500 mg   twice a day with food   type 2 diabetes",
      ),
  },
];
