// The viewer frame's only script. It waits for one MessagePort from the page around it, draws what comes through, and has
// no other way in or out. Rule: nothing here fetches, stores, navigates or opens.
import type { FrameLook, FromFrame, ToFrame } from "#app/viewer/messages.ts";
import { showDocx } from "./show-docx.ts";
import { showFhir } from "./show-fhir.ts";
import { showImage } from "./show-image.ts";
import { showPdf } from "./show-pdf.ts";
import { showText } from "./show-text.ts";
import type { Shown, Stage } from "./shown.ts";

const WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

let shown: Shown | undefined;
let lastAsked = 0;
const parts = new Map<number, (bytes: ArrayBuffer | null) => void>();
const waiting = new Map<number, (bytes: ArrayBuffer | null) => void>();

window.addEventListener("message", receivePort);

function receivePort(event: MessageEvent): void {
  const port = event.ports[0];
  if (event.source !== window.parent || !port) return;
  window.removeEventListener("message", receivePort);
  port.onmessage = (message: MessageEvent<ToFrame>) => void receive(port, message.data);
}

async function receive(port: MessagePort, message: ToFrame): Promise<void> {
  if (message.type === "ping") port.postMessage({ type: "pong" } satisfies FromFrame);
  else if (message.type === "zoom") shown?.zoom(message.factor);
  else if (message.type === "page") shown?.goTo(message.page);
  else if (message.type === "asset") {
    waiting.get(message.id)?.(message.bytes);
    waiting.delete(message.id);
  } else if (message.type === "part") {
    parts.get(message.id)?.(message.bytes);
    parts.delete(message.id);
  } else await show(port, message);
}

async function show(port: MessagePort, message: Extract<ToFrame, { type: "show" | "show-parts" }>): Promise<void> {
  const tell = (answer: FromFrame): void => port.postMessage(answer);
  const root = document.getElementById("document");
  if (!root) return;
  applyLook(message.look, message.title, root);
  const stage: Stage = {
    root,
    ...(message.type === "show"
      ? { bytes: new Uint8Array(message.bytes) }
      : {
          bytes: new Uint8Array(0),
          parts: { size: message.size, read: (start, end) => fetchPart(tell, start, end) },
        }),
    title: message.title,
    pageLabel: message.look.pageLabel,
    cutLabel: message.look.cutLabel,
    noTextLabel: message.look.noTextLabel,
    onPage: (page) => tell({ type: "page", page }),
  };
  try {
    shown = await draw(stage, message.mediaType, (kind, name) => fetchAsset(tell, kind, name));
    tell(shown ? { type: "shown", pages: shown.pages } : { type: "problem", problem: "unsupported" });
  } catch (error) {
    const locked = error instanceof Error && error.name === "PasswordException";
    tell({ type: "problem", problem: locked ? "password" : "damaged" });
  }
}

async function draw(
  stage: Stage,
  mediaType: string,
  fetch: (kind: string, name: string) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Shown | undefined> {
  if (mediaType === "application/pdf") return showPdf(stage, { fetchAsset: fetch });
  if (stage.parts) return undefined; // nothing else is read in parts
  if (mediaType === "image/jpeg" || mediaType === "image/png") return showImage(stage, { mediaType });
  if (mediaType === "text/plain") return showText(stage);
  if (mediaType === "application/fhir+json") return showFhir(stage);
  if (mediaType === WORD) return showDocx(stage);
  return undefined;
}

function applyLook(look: FrameLook, title: string, root: HTMLElement): void {
  document.documentElement.lang = look.language;
  document.documentElement.toggleAttribute("data-dark", look.dark);
  document.title = title;
  root.setAttribute("aria-label", title);
}

function fetchAsset(tell: (answer: FromFrame) => void, kind: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  if (kind !== "cMapUrl" && kind !== "standardFontDataUrl" && kind !== "wasmUrl") {
    return Promise.reject(new Error(`pdf.js asked for an unknown kind of file: ${kind}`));
  }
  const id = ++lastAsked;
  return new Promise((resolve, reject) => {
    waiting.set(id, (bytes) => (bytes ? resolve(new Uint8Array(bytes)) : reject(new Error(`${name} is not there.`))));
    tell({ type: "asset", id, kind, name });
  });
}

function fetchPart(tell: (answer: FromFrame) => void, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const id = ++lastAsked;
  return new Promise((resolve, reject) => {
    parts.set(id, (bytes) => (bytes ? resolve(new Uint8Array(bytes)) : reject(new Error("A part could not be read."))));
    tell({ type: "part", id, start, end });
  });
}
