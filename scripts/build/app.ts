// Building the app: the pages by Vite, then the document viewer, which is a page of its own with a policy of its own.

import { cp } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "./project-root.ts";
import { requireTool } from "./run-tool.ts";
import { buildOnce } from "./stamp.ts";

/**
 * Builds the app unless it is up to date.
 * `demo` builds the demo wallet in, into a folder of its own; a production build does not contain it.
 * @returns whether it was built, and the folder to serve
 */
export async function buildApp(options: { demo: boolean }): Promise<{ built: boolean; folder: string }> {
  const folder = options.demo ? "build/app-demo" : "build/app";
  const built = await buildOnce({
    name: options.demo ? "app-demo" : "app",
    inputs: ["app", "protocol", "vite.config.ts", "scripts/build/app.ts", "package.json"],
    outputs: [join(folder, "index.html"), join(folder, "viewer/index.html")],
    build: async (hash) => {
      const env = { PLACET_DEMO: options.demo ? "1" : "0", PLACET_BUILD: hash.slice(0, 16), NODE_ENV: "production" };
      await requireTool({
        package: "vite",
        args: ["build", "--logLevel", "warn"],
        env,
        what: "Building the app",
      });
      await requireTool({
        package: "vite",
        args: ["build", "--config", "app/viewer/vite.config.ts", "--logLevel", "warn"],
        env: { ...env, PLACET_VIEWER_DIR: join(projectRoot, folder, "viewer") },
        what: "Building the document viewer",
      });
      await copyPdfData(join(projectRoot, folder, "viewer/pdfjs"));
    },
  });
  return { built, folder: join(projectRoot, folder) };
}

/** The fonts, character maps and decoders that pdf.js asks for: the page hands them to the viewer, which has no network. */
async function copyPdfData(target: string): Promise<void> {
  for (const name of ["cmaps", "standard_fonts", "wasm", "iccs"]) {
    await cp(join(projectRoot, "node_modules/pdfjs-dist", name), join(target, name), { recursive: true });
  }
}
