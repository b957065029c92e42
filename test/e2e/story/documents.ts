// The three documents of the story, real files of their kinds, each with words that are found nowhere else: whoever
// finds these words where only ciphertext should be has found a leak.

import { writePng } from "#scripts/demo/picture.ts";
import { makePdf } from "../../app/viewer/make-pdf.ts";

/** Words inside the documents and the note. */
export const secretWords = {
  pdf: "VELVET-OTTER-731: HbA1c 48 mmol/mol",
  text: "No fracture seen in two planes, film COPPER-HERON-552",
  note: "Reviewed with the patient: keep the dose, see again in spring, BRASS-LYNX-918",
  reason: "Second look at your sugar values, MAPLE-FINCH-204",
} as const;

/** The bytes of a photo that nothing else looks like: a fixed, irregular pattern. */
function photo(): Buffer {
  const samples = new Uint8Array(96 * 96 * 3);
  let state = 20_261_122;
  for (let at = 0; at < samples.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    samples[at] = state >>> 24;
  }
  return Buffer.from(writePng({ width: 96, height: 96, channels: 3, samples }));
}

/** What the patient adds. */
export const files = {
  pdf: { name: "hba1c-report.pdf", mimeType: "application/pdf", buffer: Buffer.from(makePdf([secretWords.pdf])) },
  photo: { name: "ankle-xray.png", mimeType: "image/png", buffer: photo() },
  text: { name: "ankle-report.txt", mimeType: "text/plain", buffer: Buffer.from(`${secretWords.text}\n`) },
} as const;
