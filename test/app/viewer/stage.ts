// The viewer frame, built and served with its own policy, in a page of a real browser. What any of them asks the network
// for is written down.
import { readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Frame, Page } from "playwright-core";
import { build } from "vite";
import { viewerHeader } from "../../../app/viewer/policy.ts";
import { launchBrowser } from "../../e2e/browser.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** How a document was shown: "shown 2" for two pages, or "problem damaged". */
export type Showing = { frame: Frame; outcome: string };

/** A page with a viewer frame. */
export type ViewerStage = {
  origin: string;
  page(): Page;
  /** Every address that was asked for since `freshPage` or `forgetRequests`. */
  requests(): readonly string[];
  forgetRequests(): void;
  freshPage(): Promise<void>;
  /** Shows bytes; with `inParts` the frame is given only the parts that it asks for, which `asked` then counts. */
  show(options: {
    mediaType: string;
    bytes: Uint8Array;
    inParts?: boolean;
    longestMs?: number;
  }): Promise<Showing & { asked: number }>;
  close(): Promise<void>;
};

async function bundleParent(): Promise<string> {
  const result = await build({
    configFile: false,
    root,
    logLevel: "error",
    build: {
      write: false,
      lib: {
        entry: join(root, "app/src/lib/viewer/connect-viewer.ts"),
        formats: ["iife"],
        name: "viewer",
        fileName: "viewer",
      },
    },
  });
  const output = Array.isArray(result) ? result[0] : result;
  if (!output || !("output" in output)) throw new Error("Nothing was built.");
  return output.output[0].code;
}

/** Builds and serves the viewer and starts a browser; whoever starts it closes it. */
export async function startViewer(): Promise<ViewerStage> {
  // Each stage builds into a folder of its own: two at once would empty one under the other's frame.
  const built = await mkdtemp(join(tmpdir(), "placet-viewer-"));
  await build({ configFile: join(root, "app/viewer/vite.config.ts"), build: { outDir: built } });
  const parent = await bundleParent();
  let requests: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    requests.push(request.url ?? "");
    if (path === "/") {
      response.setHeader("content-type", "text/html");
      response.setHeader("set-cookie", "placet_session=secret; Path=/");
      return response.end(
        `<title>secret of the page</title><link rel=icon href="data:,"><iframe sandbox="allow-scripts" width=900 height=700></iframe><script>${parent}</script>`,
      );
    }
    const file = join(built, path.replace("/viewer/", ""));
    if (!path.startsWith("/viewer/") || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.statusCode = 404;
      return response.end();
    }
    const type = { html: "text/html", js: "text/javascript", css: "text/css" }[file.split(".").pop() ?? ""];
    response.setHeader("content-type", type ?? "application/octet-stream");
    response.setHeader("content-security-policy", viewerHeader);
    response.setHeader("cross-origin-resource-policy", "cross-origin");
    return response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser: Browser = await launchBrowser();
  let page = await browser.newPage();
  return {
    origin,
    page: () => page,
    requests: () => requests,
    forgetRequests: () => void (requests = []),
    async freshPage() {
      await page.close();
      page = await browser.newPage();
      await page.goto(origin);
      requests = [];
    },
    async show(options) {
      const { outcome, asked } = await showOn(page, options);
      const frame = page.frames().find((one) => one.url().includes("/viewer/"));
      if (!frame) throw new Error("The viewer frame is not there.");
      return { frame, outcome, asked };
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
      await rm(built, { recursive: true, force: true });
    },
  };
}

function showOn(
  page: Page,
  options: { mediaType: string; bytes: Uint8Array; inParts?: boolean; longestMs?: number },
): Promise<{ outcome: string; asked: number }> {
  const { mediaType, bytes, inParts = false, longestMs = 20_000 } = options;
  return page.evaluate(
    async (given) => {
      const frame = document.querySelector("iframe");
      if (!frame) throw new Error("no frame");
      await new Promise((resolve) => {
        frame.addEventListener("load", resolve, { once: true });
        frame.src = "/viewer/index.html";
      });
      const whole = Uint8Array.from(atob(given.base64), (sign) => sign.charCodeAt(0));
      let asked = 0;
      const parts = {
        size: whole.length,
        read: async (start: number, end: number) => {
          asked += end - start;
          return whole.slice(start, end);
        },
      };
      const outcome = await new Promise<string>((resolve) => {
        const { connectViewer } = (globalThis as unknown as { viewer: typeof import("#app/viewer/connect-viewer.ts") })
          .viewer;
        connectViewer(frame, {
          mediaType: given.mediaType,
          bytes: given.inParts ? parts : whole,
          title: "Blood count",
          look: {
            language: "en",
            dark: false,
            pageLabel: "Page {page} of {pages}",
            cutLabel: "Cut off here.",
            noTextLabel: "No text.",
          },
          longestMs: given.longestMs,
          onShown: (pages) => resolve(`shown ${pages}`),
          onPage: () => undefined,
          onProblem: (problem) => resolve(`problem ${problem}`),
        });
      });
      return { outcome, asked };
    },
    { mediaType, base64: Buffer.from(bytes).toString("base64"), inParts, longestMs },
  );
}
