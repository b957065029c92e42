// A small, real PDF with one line of text a page, in a font that every reader has to bring along itself.

/** What a PDF begins with. */
export const PDF_HEAD = "%PDF-1.7\n";

/**
 * The bytes of a PDF whose pages show these lines in Helvetica: all pages first, then what is drawn on them. `gap`: so many
 * bytes, of which nobody reads one, are to be put after its head.
 */
export function makePdf(lines: readonly string[], { gap = 0 } = {}): Uint8Array<ArrayBuffer> {
  const objects: string[] = [];
  const pages = lines.map((_, index) => `${4 + index} 0 R`).join(" ");
  objects.push("<< /Type /Catalog /Pages 2 0 R >>");
  objects.push(`<< /Type /Pages /Kids [${pages}] /Count ${lines.length} >>`);
  objects.push("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
  lines.forEach((_, index) =>
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${4 + lines.length + index} 0 R >>`,
    ),
  );
  lines.forEach((line) => {
    const words = line.replace(/[\\()]/g, (sign) => `\\${sign}`);
    const drawing = `BT /F1 24 Tf 72 720 Td (${words}) Tj ET`;
    objects.push(`<< /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`);
  });
  let text = PDF_HEAD;
  const offsets = objects.map((object, index) => {
    const offset = text.length + gap;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = String(text.length + gap).padStart(10, "0");
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  text += offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return new TextEncoder().encode(text);
}
