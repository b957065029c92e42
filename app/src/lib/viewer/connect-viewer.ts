// Talks to the sandboxed frame. One channel for each document: the port is handed over once, when the frame has loaded,
// and a frame that loads a second time (which ours never does) is cut off.
import {
  assetFolders,
  readFrameMessage,
  type FrameLook,
  type FrameProblem,
  type FromFrame,
  type PartSource,
  type ToFrame,
} from "./messages.ts";

/** Where the frame's page lies; served with a policy of its own. */
export const viewerAddress = "/viewer/index.html";

/** A document that shows nothing for so long is given up: it may be built never to end. */
const LONGEST_MS = 30_000;
/** How often it is looked at in that time. */
const PULSES = 30;

/** A document being shown. */
export type ViewerLink = {
  zoom: (factor: number) => void;
  goTo: (page: number) => void;
  close: () => void;
};

/** Sends a document into a frame that has just loaded. The bytes are moved, not copied: the caller's are gone. */
export function connectViewer(
  frame: HTMLIFrameElement,
  options: {
    mediaType: string;
    /** The document, or where to read its parts. */
    bytes: Uint8Array<ArrayBuffer> | PartSource;
    title: string;
    look: FrameLook;
    /** Milliseconds until a document that shows nothing is given up; by default 30 seconds. */
    longestMs?: number;
    onShown: (pages: number) => void;
    onPage: (page: number) => void;
    onProblem: (problem: FrameProblem) => void;
  },
): ViewerLink {
  const { mediaType, bytes, title, look, longestMs = LONGEST_MS } = options;
  let isShown = false;
  let unshown = 0;
  let silent = 0;
  const { port1: port, port2 } = new MessageChannel();
  const send = (message: ToFrame, transfer: Transferable[] = []): void => port.postMessage(message, transfer);
  port.onmessage = (event) => {
    const message = readFrameMessage(event.data);
    silent = 0;
    if (message?.type === "shown" || message?.type === "problem") isShown = true;
    if (message?.type === "shown") options.onShown(message.pages);
    else if (message?.type === "page") options.onPage(message.page);
    else if (message?.type === "problem") options.onProblem(message.problem);
    else if (message?.type === "asset") void sendAsset(send, message);
    else if (message?.type === "part" && "read" in bytes) void sendPart(send, message, bytes);
  };
  // Two patiences: something must be shown, and whatever the frame draws later, it must answer in between. Both are counted
  // in pulses and not by the clock: while a computer sleeps or stands still, the frame cannot work either.
  const pulse = setInterval(() => {
    silent += 1;
    if (!isShown) unshown += 1;
    if (Math.max(silent, unshown) < PULSES) return send({ type: "ping" });
    close();
    options.onProblem("slow"); // whoever hears it takes the frame away, and with it whatever still runs in it
  }, longestMs / PULSES);
  const close = (): void => {
    clearInterval(pulse);
    port.close();
  };
  // The frame's origin is opaque and cannot be named; its contents are ours by its address and the frame-src policy.
  frame.contentWindow?.postMessage({ type: "placet-viewer" }, "*", [port2]);
  if ("read" in bytes) send({ type: "show-parts", mediaType, size: bytes.size, title, look });
  else {
    const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
    send({ type: "show", mediaType, bytes: whole, title, look }, [whole]);
  }
  return {
    zoom: (factor) => send({ type: "zoom", factor }),
    goTo: (page) => send({ type: "page", page }),
    close,
  };
}

/** Fetches one of pdf.js's own helpers for the frame; a missing one is told as null, and pdf.js copes. */
async function sendAsset(
  send: (message: ToFrame, transfer?: Transferable[]) => void,
  wanted: Extract<FromFrame, { type: "asset" }>,
): Promise<void> {
  let bytes: ArrayBuffer | null = null;
  try {
    const answer = await fetch(`/viewer/assets/${assetFolders[wanted.kind]}/${wanted.name}`);
    if (answer.ok) bytes = await answer.arrayBuffer();
  } catch {
    bytes = null;
  }
  send({ type: "asset", id: wanted.id, bytes }, bytes ? [bytes] : []);
}

/** Reads a part of the document for the frame; null where it could not be read, or lies outside. */
async function sendPart(
  send: (message: ToFrame, transfer?: Transferable[]) => void,
  wanted: Extract<FromFrame, { type: "part" }>,
  source: PartSource,
): Promise<void> {
  let bytes: ArrayBuffer | null = null;
  try {
    if (wanted.end <= source.size) bytes = (await source.read(wanted.start, wanted.end)).slice().buffer;
  } catch {
    bytes = null; // the frame says that the document is damaged
  }
  send({ type: "part", id: wanted.id, bytes }, bytes ? [bytes] : []);
}
