// The few messages that pass between a page and the sandboxed viewer frame, over one MessagePort. The frame shows
// bytes that may be hostile, so the page believes nothing that comes back: it reads answers by `readFrameMessage`.

/** The media types that the frame can draw. Everything else is offered as a download only. */
export const viewableTypes = [
  "application/pdf",
  "image/jpeg",
  "image/png",
  "text/plain",
  "application/fhir+json",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
];

/** Most bytes that are handed to the frame as a whole. A larger PDF is read in parts; anything else is for the download. */
export const LARGEST_WHOLE = 64 * 1_048_576;
/** Most bytes that the frame may ask for at a time. */
export const LARGEST_PART = 8 * 1_048_576;

/** A document that is read in parts, as the frame asks for them. */
export type PartSource = { size: number; read: (start: number, end: number) => Promise<Uint8Array<ArrayBuffer>> };

/** Where the frame's static helpers (fonts, character maps, decoders) lie, by what pdf.js calls them. */
export const assetFolders = { cMapUrl: "cmaps", standardFontDataUrl: "standard_fonts", wasmUrl: "wasm" } as const;

/** A kind of static helper. */
export type AssetKind = keyof typeof assetFolders;

/** The words and colours that the frame uses; it has no catalogue and no style sheet of ours. */
export type FrameLook = {
  language: string;
  dark: boolean;
  /** "Page {page} of {pages}" for each page's label. */
  pageLabel: string;
  /** Shown under a text that was cut off. */
  cutLabel: string;
  /** Shown in place of a Word document that holds no text. */
  noTextLabel: string;
};

/** What the page tells the frame. */
export type ToFrame =
  | { type: "show"; mediaType: string; bytes: ArrayBuffer; title: string; look: FrameLook }
  | { type: "show-parts"; mediaType: string; size: number; title: string; look: FrameLook }
  | { type: "part"; id: number; bytes: ArrayBuffer | null }
  | { type: "ping" }
  | { type: "zoom"; factor: number }
  | { type: "page"; page: number }
  | { type: "asset"; id: number; bytes: ArrayBuffer | null };

/** Why the frame could not draw something. */
export type FrameProblem = "damaged" | "password" | "unsupported" | "slow";

/** What the frame tells the page. */
export type FromFrame =
  | { type: "shown"; pages: number }
  | { type: "pong" }
  | { type: "page"; page: number }
  | { type: "problem"; problem: FrameProblem }
  | { type: "asset"; id: number; kind: AssetKind; name: string }
  | { type: "part"; id: number; start: number; end: number };

/** Reads an answer of the frame; null for anything that is not exactly one of the known messages. */
export function readFrameMessage(data: unknown): FromFrame | null {
  if (typeof data !== "object" || data === null) return null;
  const message = data as Record<string, unknown>;
  const { type } = message;
  if (type === "shown") {
    const pages = readCount(message["pages"]);
    return pages === null ? null : { type, pages };
  }
  if (type === "pong") return { type };
  if (type === "page") {
    const page = readCount(message["page"]);
    return page === null ? null : { type, page };
  }
  if (type === "problem") {
    const { problem } = message;
    return problem === "damaged" || problem === "password" || problem === "unsupported" ? { type, problem } : null;
  }
  if (type === "asset") {
    const { kind, name } = message;
    const id = readCount(message["id"]);
    if (id === null || typeof name !== "string" || !/^[A-Za-z0-9_-]{1,60}(\.[a-z0-9]{1,6})?$/.test(name)) return null;
    if (kind !== "cMapUrl" && kind !== "standardFontDataUrl" && kind !== "wasmUrl") return null;
    return { type, id, kind, name };
  }
  if (type === "part") {
    const id = readCount(message["id"]);
    const start = readCount(message["start"], 2 ** 40);
    const end = readCount(message["end"], 2 ** 40);
    if (id === null || start === null || end === null || start >= end || end - start > LARGEST_PART) return null;
    return { type, id, start, end };
  }
  return null;
}

function readCount(value: unknown, below = 1_000_000): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < below ? value : null;
}
