// The document viewer in a real browser: it draws what it is given, and whatever runs inside it reaches nothing.
import { readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Frame, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { viewerHeader } from "../../../app/viewer/policy.ts";
import { launchBrowser } from "../../e2e/browser.ts";
import { makePdf } from "./make-pdf.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const built = join(root, "build/viewer");

let server: Server;
let origin = "";
let requests: string[] = [];
let browser: Browser;
let page: Page;

async function bundle(): Promise<string> {
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

beforeAll(async () => {
  await build({ configFile: join(root, "app/viewer/vite.config.ts") });
  const parent = await bundle();
  server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    requests.push(request.url ?? "");
    if (path === "/") {
      response.setHeader("content-type", "text/html");
      response.setHeader("set-cookie", "placet_session=secret; Path=/");
      return response.end(
        `<title>secret of the page</title><iframe sandbox="allow-scripts" width=900 height=700></iframe><script>${parent}</script>`,
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
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});

beforeEach(async () => {
  page = await browser.newPage();
  await page.goto(origin);
  requests = [];
});

async function show(options: { mediaType: string; bytes: Uint8Array }): Promise<{ frame: Frame; outcome: string }> {
  const outcome = await page.evaluate(
    async ({ mediaType, base64 }) => {
      const frame = document.querySelector("iframe");
      if (!frame) throw new Error("no frame");
      await new Promise((resolve) => {
        frame.addEventListener("load", resolve, { once: true });
        frame.src = "/viewer/index.html";
      });
      const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
      return new Promise<string>((resolve) => {
        const { connectViewer } = (globalThis as unknown as { viewer: typeof import("#app/viewer/connect-viewer.ts") })
          .viewer;
        connectViewer(frame, {
          mediaType,
          bytes,
          title: "Blood count",
          look: { language: "en", dark: false, pageLabel: "Page {page} of {pages}", cutLabel: "Cut off here." },
          onShown: (pages) => resolve(`shown ${pages}`),
          onPage: () => undefined,
          onProblem: (problem) => resolve(`problem ${problem}`),
        });
      });
    },
    { mediaType: options.mediaType, base64: Buffer.from(options.bytes).toString("base64") },
  );
  const frame = page.frames().find((one) => one.url().includes("/viewer/"));
  if (!frame) throw new Error("The viewer frame is not there.");
  return { frame, outcome };
}

describe("A person who opens a document", () => {
  test("reads a PDF's words on the drawn page", async () => {
    const { frame, outcome } = await show({
      mediaType: "application/pdf",
      bytes: makePdf(["Haemoglobin 13.9 g/dL", "Second page"]),
    });
    expect(outcome).toBe("shown 2");
    await frame.getByText("Haemoglobin 13.9 g/dL").waitFor({ timeout: 10_000 });
    const inked = await frame.evaluate(() => {
      const canvas = document.querySelector("canvas");
      const pixels = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let dark = 0;
      for (let at = 0; at < pixels.length; at += 4) if ((pixels[at] ?? 255) < 100) dark++;
      return dark;
    });
    expect(inked).toBeGreaterThan(50);
    expect(requests.some((path) => path.includes("/assets/standard_fonts/"))).toBe(true);
  });

  test("sees a text as text, whatever it says", async () => {
    const { frame, outcome } = await show({
      mediaType: "text/plain",
      bytes: new TextEncoder().encode("<img src=x onerror=\"document.title='ran'\"> Take one a day"),
    });
    expect(outcome).toBe("shown 1");
    expect(await frame.locator("pre").textContent()).toContain("<img src=x");
    expect(await frame.locator("img").count()).toBe(0);
  });

  test("sees a picture", async () => {
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP8z8Dwn4EBiAEKAQICk9NSOAAAAABJRU5ErkJggg==",
      "base64",
    );
    const drawn = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(40, 30);
      canvas.getContext("2d")?.fillRect(0, 0, 40, 30);
      return [...new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer())];
    });
    expect((await show({ mediaType: "image/png", bytes: Uint8Array.from(drawn) })).outcome).toBe("shown 1");
    expect((await show({ mediaType: "image/jpeg", bytes: png.subarray(0, 20) })).outcome).toBe("problem damaged");
  });

  test("is told when it is damaged or of a kind that cannot be shown", async () => {
    const damaged = new TextEncoder().encode("%PDF-1.7 and then nothing");
    expect((await show({ mediaType: "application/pdf", bytes: damaged })).outcome).toBe("problem damaged");
    expect((await show({ mediaType: "image/svg+xml", bytes: damaged })).outcome).toBe("problem unsupported");
  });
});

describe("Code that runs inside the viewer", () => {
  test("reaches no storage, no network, no page around it", async () => {
    const { frame } = await show({ mediaType: "text/plain", bytes: new TextEncoder().encode("hello") });
    requests = [];
    const reached = await frame.evaluate(async (from) => {
      const tries: Record<string, () => unknown> = {
        localStorage: () => localStorage.length,
        sessionStorage: () => sessionStorage.length,
        cookie: () => document.cookie,
        indexedDB: () =>
          new Promise((resolve, reject) => {
            const opening = indexedDB.open("x");
            opening.onsuccess = resolve;
            opening.onerror = () => reject(new Error("refused"));
          }),
        caches: () => caches.open("x"),
        fetch: () => fetch(`${from}/api/session`),
        beacon: () => {
          navigator.sendBeacon(`${from}/beacon`); // says true even when the policy stops it: see the requests
          throw new Error("asked");
        },
        socket: () =>
          new Promise((resolve, reject) => {
            const socket = new WebSocket(`${from.replace("http", "ws")}/socket`);
            socket.onopen = resolve;
            socket.onerror = () => reject(new Error("refused"));
          }),
        image: () =>
          new Promise((resolve, reject) => {
            const picture = new Image();
            picture.onload = resolve;
            picture.onerror = () => reject(new Error("refused"));
            picture.src = `${from}/picture`;
          }),
        eval: () => (0, eval)("1"),
        parent: () => parent.document.title,
        top: () => {
          (top as Window).location.href = `${from}/elsewhere`;
          throw new Error("asked"); // whether it went anywhere shows in the requests
        },
        popup: () => {
          if (!window.open(`${from}/popup`)) throw new Error("refused");
        },
        worker: () => new Worker(`${from}/viewer/viewer.js`),
        script: () =>
          new Promise((resolve, reject) => {
            const script = document.createElement("script");
            script.textContent = "globalThis.ran = true";
            document.body.append(script);
            if ("ran" in globalThis) resolve(true);
            else reject(new Error("refused"));
          }),
      };
      const through: string[] = [];
      for (const [name, attempt] of Object.entries(tries)) {
        try {
          await attempt();
          through.push(name);
        } catch {
          // refused, as it should be
        }
      }
      return { through, origin: globalThis.origin };
    }, origin);
    expect(reached).toEqual({ through: [], origin: "null" });
    await page.waitForTimeout(500);
    expect(requests).toEqual([]);
    expect(await page.title()).toBe("secret of the page");
  });
});
