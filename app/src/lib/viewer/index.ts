// The document viewer's door: a sandboxed frame that draws PDF, pictures and text, and can do nothing else.
export { default as DocumentViewer } from "./DocumentViewer.svelte";
export { readToShow, type Readable, type ToShow } from "./read-to-show.ts";
