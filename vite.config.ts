// How the app is built: SvelteKit, static, one page that the service serves for every address. The built page carries
// its own content security policy (with the hash of Kit's inline script), which the service copies into its header.
// PLACET_DEMO=1 builds the demo wallet in, into a folder of its own; a production build does not contain it.

import { fileURLToPath } from "node:url";
import adapter from "@sveltejs/adapter-static";
import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vite";

const withDemo = process.env["PLACET_DEMO"] === "1";
const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: folder("./app"),
  cacheDir: folder("./node_modules/.vite"),
  define: { __PLACET_DEMO__: JSON.stringify(withDemo) },
  build: { target: "es2023", reportCompressedSize: false },
  worker: { format: "es" },
  plugins: [
    sveltekit({
      adapter: adapter({
        pages: folder(withDemo ? "./build/app-demo" : "./build/app"),
        fallback: "index.html",
        strict: true,
      }),
      // Named by what was built, not by the clock, so that equal sources give equal files.
      version: { name: process.env["PLACET_BUILD"] ?? "development", pollInterval: 0 },
      paths: { relative: false },
      prerender: { entries: [] },
      csp: {
        mode: "hash",
        directives: {
          "default-src": ["none"],
          "script-src": ["self", "wasm-unsafe-eval"],
          "style-src": ["self"],
          "connect-src": ["self"],
          "img-src": ["self", "blob:", "data:"],
          "font-src": ["self"],
          "frame-src": ["self"],
          "worker-src": ["self"],
          "manifest-src": ["self"],
          "base-uri": ["none"],
          "form-action": ["none"],
        },
      },
    }),
  ],
});
