// Building the app: the pages by Vite, and the document viewer, which is a page of its own with a policy of its own.

import { join } from "node:path";
import { projectRoot } from "./project-root.ts";
import { requireTool } from "./run-tool.ts";
import { buildOnce } from "./stamp.ts";

/** The folders that the service serves. */
export type BuiltApp = { built: boolean; appDir: string; viewerDir: string };

/**
 * Builds the app and the viewer unless they are up to date.
 * `demo` builds the demo wallet in, into a folder of its own; a production build does not contain it.
 */
export async function buildApp(options: { demo: boolean }): Promise<BuiltApp> {
  const appDir = options.demo ? "build/app-demo" : "build/app";
  const viewerDir = "build/viewer";
  const pages = await buildOnce({
    name: options.demo ? "app-demo" : "app",
    inputs: ["app", "protocol", "vite.config.ts", "package.json"],
    outputs: [join(appDir, "index.html")],
    build: (hash) =>
      requireTool({
        package: "vite",
        args: ["build", "--logLevel", "warn"],
        env: { PLACET_DEMO: options.demo ? "1" : "0", PLACET_BUILD: hash.slice(0, 16), NODE_ENV: "production" },
        what: "Building the app",
      }),
  });
  const viewer = await buildOnce({
    name: "viewer",
    inputs: ["app/viewer"],
    outputs: [join(viewerDir, "index.html"), join(viewerDir, "viewer.js")],
    build: () =>
      requireTool({
        package: "vite",
        args: ["build", "--config", "app/viewer/vite.config.ts", "--logLevel", "warn"],
        env: { NODE_ENV: "production" },
        what: "Building the document viewer",
      }),
  });
  return { built: pages || viewer, appDir: join(projectRoot, appDir), viewerDir: join(projectRoot, viewerDir) };
}
