// A Word document as its words: paragraphs, headings, lists and tables of word/document.xml (ECMA-376), and nothing else of
// it. Rule: no part but that one is opened, so macros, links, templates and embedded objects are never looked at; and a
// document type, which is where XML's own attacks live, is refused.
import { readZipEntry } from "./read-zip.ts";
import type { Shown, Stage } from "./shown.ts";

/** More XML than this is no document that a person reads on a screen. */
const MOST_XML = 16_000_000;
/** More blocks than this make a browser crawl; the rest is for the download. */
const MOST_BLOCKS = 5_000;
const DEEPEST_TABLE = 4;

type Left = { blocks: number };

/** Shows a Word document's words. Throws where it is damaged, or is built to do harm. */
export async function showDocx(stage: Stage): Promise<Shown> {
  const bytes = await readZipEntry(stage.bytes, { name: "word/document.xml", mostBytes: MOST_XML });
  if (!bytes) throw new Error("There is no text part.");
  const xml = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  if (/<!(DOCTYPE|ENTITY)/i.test(xml)) throw new Error("A Word document has no document type.");
  const parsed = new DOMParser().parseFromString(xml, "application/xml");
  if (parsed.getElementsByTagName("parsererror").length > 0) throw new Error("The text part is damaged.");
  const [body] = parsed.getElementsByTagNameNS("*", "body");
  if (!body) throw new Error("There is no text part.");

  const page = document.createElement("article");
  page.className = "words";
  const left: Left = { blocks: MOST_BLOCKS };
  showBlocks(body, page, { left, depth: 0 });
  stage.root.replaceChildren(page);
  const note = left.blocks <= 0 ? stage.cutLabel : page.textContent.trim() === "" ? stage.noTextLabel : "";
  if (note !== "") {
    const line = document.createElement("p");
    line.className = "cut";
    line.textContent = note;
    stage.root.append(line);
  }
  return {
    pages: 1,
    zoom: (factor) => document.documentElement.style.setProperty("--zoom", String(factor)),
    goTo: () => stage.root.scrollTo({ top: 0 }),
  };
}

function showBlocks(from: Element, into: HTMLElement, state: { left: Left; depth: number }): void {
  for (const child of from.children) {
    if (state.left.blocks <= 0) return;
    if (child.localName === "p") {
      state.left.blocks -= 1;
      into.append(showParagraph(child));
    } else if (child.localName === "tbl" && state.depth < DEEPEST_TABLE) into.append(showTable(child, state));
    else if (child.localName === "sdt" || child.localName === "sdtContent") showBlocks(child, into, state);
  }
}

function showParagraph(paragraph: Element): HTMLElement {
  const style = attributeOf(paragraph, "pStyle");
  const level = /^(?:heading|title|berschrift)\s*([1-6])?/i.exec(style)?.[1];
  const isHeading = /^(heading|title)/i.test(style);
  const isItem = paragraph.getElementsByTagNameNS("*", "numPr").length > 0;
  const block = document.createElement(isHeading ? `h${Math.min(6, Number(level ?? 1) + 1)}` : "p");
  if (isItem) block.className = "item";
  block.textContent = textOf(paragraph);
  return block;
}

function attributeOf(paragraph: Element, name: string): string {
  const [found] = paragraph.getElementsByTagNameNS("*", name);
  return [...(found?.attributes ?? [])].find(({ localName }) => localName === "val")?.value ?? "";
}

function textOf(paragraph: Element): string {
  let text = "";
  for (const run of paragraph.getElementsByTagNameNS("*", "*")) {
    if (run.localName === "t") text += run.textContent;
    else if (run.localName === "tab") text += "\t";
    else if (run.localName === "br" || run.localName === "cr") text += "\n";
  }
  return text;
}

function showTable(table: Element, state: { left: Left; depth: number }): HTMLElement {
  const shown = document.createElement("table");
  for (const row of table.children) {
    if (row.localName !== "tr" || state.left.blocks <= 0) continue;
    const line = shown.insertRow();
    for (const cell of row.children) {
      if (cell.localName === "tc") showBlocks(cell, line.insertCell(), { ...state, depth: state.depth + 1 });
    }
  }
  return shown;
}
