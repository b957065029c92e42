// pdf.js ships no types for its worker; the viewer only hands its namespace on.
declare module "pdfjs-dist/legacy/build/pdf.worker.mjs" {
  export const WorkerMessageHandler: unknown;
}
