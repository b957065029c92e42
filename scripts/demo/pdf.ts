// A small PDF writer for the demonstration's letters and reports: A4 pages, the standard fonts, headings, paragraphs and
// tables, with real text that a reader can search and select. It writes PDF 1.7 (ISO 32000-1) with an exact xref table.

/** One thing on a page, from top to bottom. */
export type PdfPart =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "facts"; readonly facts: readonly (readonly [name: string, value: string])[] }
  | {
      readonly kind: "table";
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
      readonly widths: readonly number[];
    };

/** A document to be written. */
export type PdfSource = {
  readonly letterhead: string;
  readonly place: string;
  readonly title: string;
  readonly parts: readonly PdfPart[];
  /** Printed small at the foot of every page. */
  readonly footer: string;
};

const PAGE = { width: 595, height: 842, left: 56, right: 539, top: 780, bottom: 72 };

// Characters of WinAnsiEncoding (ISO 32000-1, annex D) that Latin-1 does not have at the same place.
const WIN_ANSI: Readonly<Record<string, number>> = {
  "–": 0x96,
  "—": 0x97,
  "’": 0x92,
  "“": 0x93,
  "”": 0x94,
  "•": 0x95,
  "€": 0x80,
};

/** A string as a PDF literal in WinAnsi; throws RangeError for a character that the standard fonts lack. */
function literal(text: string): string {
  let out = "";
  for (const character of text) {
    const code = WIN_ANSI[character] ?? character.codePointAt(0) ?? 0;
    if (code > 0xff) throw new RangeError(`The standard fonts have no ${JSON.stringify(character)}.`);
    out +=
      code < 0x20 || code > 0x7e || "()\\".includes(character) ? `\\${code.toString(8).padStart(3, "0")}` : character;
  }
  return `(${out})`;
}

// Widths of Helvetica are between 222 and 1015 thousandths; this estimate is wide enough that no line overruns.
function widthOf(text: string, size: number): number {
  let units = 0;
  for (const character of text) {
    if ("ijl.,:;'|!I ".includes(character)) units += 280;
    else if (/[A-Zmw%@—]/.test(character)) units += 720;
    else units += 545;
  }
  return (units * size) / 1000;
}

function wrapText(text: string, size: number, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && widthOf(longer, size) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line === "" ? lines : [...lines, line];
}

type Pages = { readonly done: string[]; now: string[]; y: number };

function text(pages: Pages, at: { x: number; font: "F1" | "F2"; size: number; grey?: number }, words: string): void {
  pages.now.push(
    `${at.grey ?? 0.1} g BT /${at.font} ${at.size} Tf ${at.x} ${pages.y.toFixed(1)} Td ${literal(words)} Tj ET`,
  );
}

function rule(pages: Pages, y: number): void {
  pages.now.push(`0.75 G 0.6 w ${PAGE.left} ${y.toFixed(1)} m ${PAGE.right} ${y.toFixed(1)} l S`);
}

/** Begins another page when fewer than `height` points are left on this one. */
function makeRoom(pages: Pages, height: number): void {
  if (pages.y - height >= PAGE.bottom) return;
  pages.done.push(pages.now.join("\n"));
  pages.now = [];
  pages.y = PAGE.top;
}

function drawPart(pages: Pages, part: PdfPart): void {
  if (part.kind === "heading") {
    makeRoom(pages, 50);
    pages.y -= 24;
    text(pages, { x: PAGE.left, font: "F2", size: 12.5 }, part.text);
    pages.y -= 6;
  } else if (part.kind === "paragraph") {
    for (const line of wrapText(part.text, 10.5, PAGE.right - PAGE.left)) {
      makeRoom(pages, 16);
      pages.y -= 15;
      text(pages, { x: PAGE.left, font: "F1", size: 10.5 }, line);
    }
    pages.y -= 6;
  } else if (part.kind === "facts") {
    for (const [name, value] of part.facts) {
      makeRoom(pages, 16);
      pages.y -= 15;
      text(pages, { x: PAGE.left, font: "F1", size: 10, grey: 0.4 }, name);
      text(pages, { x: PAGE.left + 120, font: "F1", size: 10 }, value);
    }
    pages.y -= 6;
  } else drawTable(pages, part);
}

function drawTable(pages: Pages, table: Extract<PdfPart, { kind: "table" }>): void {
  const starts = table.widths.map((_, i) => PAGE.left + table.widths.slice(0, i).reduce((a, b) => a + b, 0));
  const row = (cells: readonly string[], font: "F1" | "F2"): void => {
    makeRoom(pages, 20);
    pages.y -= 17;
    cells.forEach((cell, i) => text(pages, { x: starts[i] ?? PAGE.left, font, size: 9.5 }, cell));
    rule(pages, pages.y - 5);
  };
  pages.y -= 4;
  row(table.head, "F2");
  for (const cells of table.rows) row(cells, "F1");
  pages.y -= 8;
}

/** Writes a PDF file; its text can be found by any reader. */
export function writePdf(source: PdfSource): Uint8Array {
  const pages: Pages = { done: [], now: [], y: PAGE.top };
  text(pages, { x: PAGE.left, font: "F2", size: 15 }, source.letterhead);
  pages.y -= 15;
  text(pages, { x: PAGE.left, font: "F1", size: 9.5, grey: 0.4 }, source.place);
  rule(pages, pages.y - 10);
  pages.y -= 42;
  text(pages, { x: PAGE.left, font: "F2", size: 18 }, source.title);
  pages.y -= 10;
  for (const part of source.parts) drawPart(pages, part);
  pages.done.push(pages.now.join("\n"));

  const bodies = pages.done.map((page, i) => {
    const foot = `${source.footer}  •  Page ${i + 1} of ${pages.done.length}`;
    return `${page}\n0.45 g BT /F1 8 Tf ${PAGE.left} 44 Td ${literal(foot)} Tj ET`;
  });
  const first = 6; // objects 1 to 5 are the catalogue, the page tree, two fonts and the information dictionary
  const kids = bodies.map((_, i) => `${first + i * 2} 0 R`).join(" ");
  const font = (name: string): string =>
    `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${kids}] /Count ${bodies.length} >>`,
    font("Helvetica"),
    font("Helvetica-Bold"),
    `<< /Title ${literal(source.title)} /Producer (Placet demonstration) >>`,
    ...bodies.flatMap((body, i) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents ${first + i * 2 + 1} 0 R >>`,
      `<< /Length ${body.length} >>\nstream\n${body}\nendstream`,
    ]),
  ];
  let file = "%PDF-1.7\n";
  const offsets = objects.map((object, i) => {
    const at = file.length;
    file += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const xref = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  file += offsets.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
  return new TextEncoder().encode(file); // every character is ASCII by now: literal() escaped the others
}
