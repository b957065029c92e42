// Talks to the sandboxed frame. One channel for each document: the port is handed over once, when the frame has loaded,
// and a frame that loads a second time (which ours never does) is cut off.
import {
  assetFolders,
  readFrameMessage,
  type FrameLook,
  type FrameProblem,
  type FromFrame,
  type ToFrame,
} from "./messages.ts";

/** Where the frame's page lies; served with a policy of its own. */
export const viewerAddress = "/viewer/index.html";

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
    bytes: Uint8Array<ArrayBuffer>;
    title: string;
    look: FrameLook;
    onShown: (pages: number) => void;
    onPage: (page: number) => void;
    onProblem: (problem: FrameProblem) => void;
  },
): ViewerLink {
  const { port1: port, port2 } = new MessageChannel();
  const send = (message: ToFrame, transfer: Transferable[] = []): void => port.postMessage(message, transfer);
  port.onmessage = (event) => {
    const message = readFrameMessage(event.data);
    if (message?.type === "shown") options.onShown(message.pages);
    else if (message?.type === "page") options.onPage(message.page);
    else if (message?.type === "problem") options.onProblem(message.problem);
    else if (message?.type === "asset") void sendAsset(send, message);
  };
  // The frame's origin is opaque and cannot be named; its contents are ours by its address and the frame-src policy.
  frame.contentWindow?.postMessage({ type: "placet-viewer" }, "*", [port2]);
  const whole = options.bytes.byteLength === options.bytes.buffer.byteLength;
  const bytes = whole ? options.bytes.buffer : options.bytes.slice().buffer;
  send({ type: "show", mediaType: options.mediaType, bytes, title: options.title, look: options.look }, [bytes]);
  return {
    zoom: (factor) => send({ type: "zoom", factor }),
    goTo: (page) => send({ type: "page", page }),
    close: () => port.close(),
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
