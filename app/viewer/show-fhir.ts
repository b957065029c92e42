// A FHIR resource as a page that a person reads: names and values, quantities with their units, codes by their words.
// Rule: everything becomes a text node. The narrative (`text.div`) is HTML that somebody else wrote and is left out.
import { showText } from "./show-text.ts";
import type { Shown, Stage } from "./shown.ts";

/** Deeper than any resource goes: below, values are left to the download. */
const DEEPEST = 24;
const MOST_VALUES = 5_000;

type Json = Record<string, unknown>;
type Left = { values: number };

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const asText = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";

/** Shows a resource; JSON that is none, or that a browser cannot take in, is shown as text. */
export function showFhir(stage: Stage): Shown {
  let resource: unknown;
  try {
    resource = JSON.parse(new TextDecoder("utf-8").decode(stage.bytes));
  } catch {
    return showText(stage);
  }
  if (!isObject(resource)) return showText(stage);
  const page = document.createElement("article");
  page.className = "words";
  const left: Left = { values: MOST_VALUES };
  const title = document.createElement("h2");
  title.textContent = inWords(asText(resource["resourceType"]));
  page.append(title, showMembers(resource, { left, depth: 0 }));
  stage.root.replaceChildren(page);
  if (left.values <= 0) {
    const cut = document.createElement("p");
    cut.className = "cut";
    cut.textContent = stage.cutLabel;
    stage.root.append(cut);
  }
  return {
    pages: 1,
    zoom: (factor) => document.documentElement.style.setProperty("--zoom", String(factor)),
    goTo: () => stage.root.scrollTo({ top: 0 }),
  };
}

/** "valueQuantity" as "Value quantity". */
function inWords(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What FHIR's common types say in one line (R4, section 2.24); undefined for the others. */
function inOneLine(value: unknown): string | undefined {
  if (!isObject(value)) return asText(value);
  if ("value" in value && !isObject(value["value"])) {
    const unit = asText(value["unit"]) || asText(value["code"]);
    const line = `${asText(value["comparator"])} ${asText(value["value"])} ${unit}`.trim();
    if ("unit" in value || "code" in value || "comparator" in value) return line;
  }
  if ("start" in value || "end" in value) return `${asText(value["start"]) || "…"} – ${asText(value["end"]) || "…"}`;
  if (Array.isArray(value["coding"])) {
    const codes = value["coding"].filter(isObject).map((one) => asText(one["display"]) || asText(one["code"]));
    return asText(value["text"]) || codes.filter((code) => code !== "").join(", ");
  }
  if ("reference" in value) return asText(value["display"]) || asText(value["reference"]);
  if ("family" in value || "given" in value) {
    const given = Array.isArray(value["given"]) ? value["given"].map(asText).join(" ") : "";
    return asText(value["text"]) || `${given} ${asText(value["family"])}`.trim();
  }
  return undefined;
}

function showMembers(value: Json, state: { left: Left; depth: number }): HTMLElement {
  const list = document.createElement("dl");
  for (const [name, member] of Object.entries(value)) {
    // The resource's kind stands in the title, and its narrative is somebody else's HTML.
    if (name === "resourceType" || (name === "text" && isObject(member) && "div" in member)) continue;
    if (state.left.values <= 0 || state.depth > DEEPEST) break;
    const term = document.createElement("dt");
    term.textContent = inWords(name);
    list.append(term);
    for (const one of Array.isArray(member) ? member : [member]) {
      if (state.left.values-- <= 0) break;
      const shown = document.createElement("dd");
      const line = inOneLine(one);
      if (line !== undefined) shown.textContent = line;
      else if (isObject(one)) {
        if (typeof one["resourceType"] === "string") {
          const kind = document.createElement("h3");
          kind.textContent = inWords(one["resourceType"]);
          shown.append(kind);
        }
        shown.append(showMembers(one, { ...state, depth: state.depth + 1 }));
      }
      list.append(shown);
    }
  }
  return list;
}
