// How the viewer frame is built: one classic script (an opaque origin can load no module and no worker), one page, one
// style sheet, and pdf.js's static helpers beside them. Output: build/viewer, served under /viewer/.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { viewerPolicy } from "./policy.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const pdfjs = dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"));

/** Puts the page, its style sheet and the helpers beside the script, wherever that was built. */
function copyBeside(out: string): void {
  writeFileSync(
    join(out, "index.html"),
    readFileSync(join(here, "index.html"), "utf8").replace("%POLICY%", viewerPolicy),
  );
  cpSync(join(here, "viewer.css"), join(out, "viewer.css"));
  for (const folder of ["cmaps", "standard_fonts", "wasm"]) {
    const to = join(out, "assets", folder);
    mkdirSync(to, { recursive: true });
    // Only data: the JavaScript fallbacks and the engine for scripts inside PDFs stay out.
    for (const file of readdirSync(join(pdfjs, folder))) {
      if (!file.endsWith(".js") && !file.startsWith("quickjs")) cpSync(join(pdfjs, folder, file), join(to, file));
    }
  }
}

export default defineConfig({
  root: here,
  publicDir: false,
  logLevel: "warn",
  build: {
    outDir: fileURLToPath(new URL("../../build/viewer/", import.meta.url)),
    emptyOutDir: true,
    target: "es2023",
    reportCompressedSize: false,
    // pdf.js asks import.meta only where it runs under Node.
    rolldownOptions: { transform: { define: { "import.meta": "{}" } } },
    lib: { entry: join(here, "main.ts"), formats: ["iife"], name: "placetViewer", fileName: () => "viewer.js" },
  },
  plugins: [
    {
      name: "placet-viewer-files",
      writeBundle: ({ dir }) => {
        if (dir !== undefined) copyBeside(dir);
      },
    },
  ],
});
