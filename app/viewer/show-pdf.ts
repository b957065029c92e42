// PDF by pdf.js, without anything in it that acts: no scripts, no forms, no links, no attachments. Pages are drawn when
// they come near the screen, with a text layer above, so that text can be found, copied and read aloud.
import { getDocument, GlobalWorkerOptions, PDFDataRangeTransport, TextLayer } from "pdfjs-dist/legacy/build/pdf.mjs";
import * as pdfWorker from "pdfjs-dist/legacy/build/pdf.worker.mjs";
import type { PDFPageProxy } from "pdfjs-dist";
import type { Shown, Stage } from "./shown.ts";

// pdf.js takes its worker's code from here and runs it in this frame, which is a process of its own already: an opaque
// origin may not load a worker script.
Object.assign(globalThis, { pdfjsWorker: pdfWorker });
GlobalWorkerOptions.workerSrc = "none";

/** A canvas larger than this (in device pixels) is drawn coarser. */
const MOST_CANVAS_PIXELS = 16_000_000;
/** A document says itself how many pages it has: beyond these it is for the download. */
const MOST_PAGES = 5_000;
/** Pages further than this many screens away give their canvas back. */
const NEAR = "150% 0px";
/** Bytes that are asked for at a time where a document is read in parts: what lies in one chunk. */
const PART = 524_272;

/** Fetches a static helper (font, character map, decoder) by its pdf.js kind and file name. */
export type FetchAsset = (kind: string, name: string) => Promise<Uint8Array<ArrayBuffer>>;

type Slot = { number: number; box: HTMLElement; page: PDFPageProxy | undefined; drawnAt: number; drawing: boolean };

/** Shows a PDF. Throws pdf.js's errors: PasswordException when it is locked, others when it is damaged. */
export async function showPdf(stage: Stage, options: { fetchAsset: FetchAsset }): Promise<Shown> {
  class PortDataFactory {
    fetch(wanted: { kind: string; filename: string }): Promise<Uint8Array<ArrayBuffer>> {
      return options.fetchAsset(wanted.kind, wanted.filename);
    }
  }
  const loading = getDocument({
    ...(await sourceOf(stage)),
    BinaryDataFactory: PortDataFactory,
    cMapUrl: "port:/",
    standardFontDataUrl: "port:/",
    wasmUrl: "port:/",
    useWorkerFetch: false,
    disableWorkerRendering: true,
    enableXfa: false,
    isImageDecoderSupported: false,
    useSystemFonts: false, // the same document looks the same on every device
    verbosity: 0,
  });
  const pdf = await loading.promise;
  const pages = Math.min(pdf.numPages, MOST_PAGES);
  const first = await pdf.getPage(1);
  const slots: Slot[] = [];
  let factor = 1;

  const scaleOf = (page: PDFPageProxy): number => {
    const room = Math.max(200, stage.root.clientWidth - 32);
    return (Math.min(room, 1000) / page.getViewport({ scale: 1 }).width) * factor;
  };
  const place = (slot: Slot): void => {
    const page = slot.page ?? first;
    const viewport = page.getViewport({ scale: scaleOf(page) });
    slot.box.style.width = `${Math.floor(viewport.width)}px`;
    slot.box.style.height = `${Math.floor(viewport.height)}px`;
    slot.box.style.setProperty("--total-scale-factor", String(viewport.scale));
  };
  const draw = async (slot: Slot): Promise<void> => {
    slot.page ??= slot.number === 1 ? first : await pdf.getPage(slot.number);
    const scale = scaleOf(slot.page);
    if (slot.drawing || slot.drawnAt === scale) return;
    slot.drawing = true;
    try {
      place(slot);
      await drawPage(slot.page, slot.box, scale);
      slot.drawnAt = scale;
    } finally {
      slot.drawing = false;
    }
    if (scaleOf(slot.page) !== scale && near.has(slot)) void draw(slot); // the zoom changed meanwhile
  };

  const near = new Set<Slot>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const slot = slots.find((one) => one.box === entry.target);
        if (!slot) continue;
        if (entry.isIntersecting) {
          near.add(slot);
          void draw(slot);
        } else {
          near.delete(slot);
          slot.box.replaceChildren();
          slot.drawnAt = 0;
          slot.page?.cleanup();
        }
      }
    },
    { root: stage.root, rootMargin: NEAR },
  );

  stage.root.replaceChildren();
  for (let number = 1; number <= pages; number++) {
    const box = document.createElement("section");
    box.className = "page";
    box.setAttribute("aria-label", stage.pageLabel.replace("{page}", String(number)).replace("{pages}", String(pages)));
    const slot: Slot = { number, box, page: number === 1 ? first : undefined, drawnAt: 0, drawing: false };
    place(slot);
    slots.push(slot);
    stage.root.append(box);
    observer.observe(box);
  }

  const layOut = (): void => {
    for (const slot of slots) place(slot);
    for (const slot of near) void draw(slot);
  };
  let width = stage.root.clientWidth;
  new ResizeObserver(() => {
    if (stage.root.clientWidth === width) return;
    width = stage.root.clientWidth;
    layOut();
  }).observe(stage.root);

  let current = 1;
  stage.root.addEventListener(
    "scroll",
    () => {
      const middle = stage.root.scrollTop + stage.root.clientHeight / 3;
      const page = slots.findLast((slot) => slot.box.offsetTop <= middle)?.number ?? 1;
      if (page !== current) stage.onPage((current = page));
    },
    { passive: true },
  );

  return {
    pages,
    zoom: (next) => {
      const before = stage.root.scrollTop / Math.max(1, stage.root.scrollHeight);
      factor = next;
      layOut();
      stage.root.scrollTop = before * stage.root.scrollHeight;
    },
    goTo: (page) => slots[page - 1]?.box.scrollIntoView({ block: "start" }),
  };
}

/** The bytes; or, for a document that is read in parts, a way for pdf.js to ask for those that a page needs. */
async function sourceOf({ bytes, parts }: Stage): Promise<object> {
  if (!parts) return { data: bytes };
  const first = await parts.read(0, Math.min(PART, parts.size));
  let failed: (error: unknown) => void = () => undefined;
  class PortTransport extends PDFDataRangeTransport {
    override requestDataRange(begin: number, end: number): void {
      parts?.read(begin, Math.min(end, parts.size)).then(
        (chunk) => this.onDataRange(begin, chunk),
        (error: unknown) => failed(error),
      );
    }
  }
  const range = new PortTransport(parts.size, first);
  failed = () => range.abort();
  return { range, length: parts.size, rangeChunkSize: PART, disableAutoFetch: true, disableStream: true };
}

async function drawPage(page: PDFPageProxy, box: HTMLElement, scale: number): Promise<void> {
  const viewport = page.getViewport({ scale });
  const area = viewport.width * viewport.height;
  const density = Math.min(globalThis.devicePixelRatio || 1, Math.sqrt(MOST_CANVAS_PIXELS / area));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.floor(viewport.width * density));
  canvas.height = Math.max(1, Math.floor(viewport.height * density));
  canvas.setAttribute("aria-hidden", "true");
  const words = document.createElement("div");
  words.className = "textLayer";
  await page.render({ canvas, viewport: page.getViewport({ scale: scale * density }), annotationMode: 1 }).promise;
  const layer = new TextLayer({
    textContentSource: page.streamTextContent({ includeMarkedContent: true, disableNormalization: true }),
    container: words,
    viewport,
  });
  await layer.render();
  box.replaceChildren(canvas, words);
}
