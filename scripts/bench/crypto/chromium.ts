// Measures in a real browser: a page of its own, a worker in it, and the memory of the page's process from outside.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { build } from "vite";
import { projectRoot } from "#scripts/build/project-root.ts";
import { Failure } from "#protocol/failure.ts";
import { watchMemory } from "./memory.ts";
import type { Measured, Plan } from "./node.ts";
import type { Speeds } from "./measure.ts";

async function bundle(file: string): Promise<string> {
  const result = await build({
    configFile: false,
    root: projectRoot,
    logLevel: "error",
    build: {
      write: false,
      target: "es2023",
      lib: {
        entry: join(projectRoot, "scripts/bench/crypto", file),
        formats: ["iife"],
        name: "bench",
        fileName: "bench",
      },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (!output || !("output" in output)) throw new Failure("internal", "The benchmark could not be built.");
  return output.output[0].code;
}

async function rendererPids(browser: Browser): Promise<number[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
}

/** Measures in the browser at `executablePath`. `file` is a file on this computer that is encrypted as a page reads it. */
export async function measureInChromium(
  plan: Plan,
  options: { executablePath: string; file: string; say(line: string): void },
): Promise<Measured> {
  const { executablePath, file, say } = options;
  const scripts = new Map([
    ["/worker.js", await bundle("in-browser.ts")],
    ["/thread.js", await bundle("thread-in-browser.ts")],
  ]);
  const server = createServer((request, response) => {
    const script = scripts.get(request.url ?? "");
    response.setHeader("content-type", script === undefined ? "text/html" : "text/javascript");
    // The app's own rule for scripts: what is checked by code that is made at run time elsewhere is not, in the app.
    response.setHeader("content-security-policy", "script-src 'self' 'wasm-unsafe-eval'");
    response.end(script ?? "<!doctype html><title>Bench</title><input type=file>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const isRoot = process.getuid?.() === 0;
  const browser = await chromium.launch({
    executablePath,
    chromiumSandbox: !isRoot,
    args: [...(isRoot ? ["--no-sandbox"] : []), "--disable-dev-shm-usage", "--js-flags=--expose-gc"],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await page.setInputFiles("input", file);
    const pids = await rendererPids(browser);
    let watching: Awaited<ReturnType<typeof watchMemory>> | undefined;
    let peak = 0;
    await page.exposeFunction("benchSay", say);
    await page.exposeFunction("benchWatch", async (what: "start" | "stop") => {
      if (what === "start") watching = await watchMemory(pids);
      else peak = Math.max(peak, (await watching?.stop()) ?? 0);
    });
    const speeds = await page.evaluate(
      (order) =>
        new Promise<Speeds>((resolve, reject) => {
          const { benchSay, benchWatch } = globalThis as unknown as {
            benchSay(line: string): void;
            benchWatch(what: string): Promise<void>;
          };
          const run = new Worker("/worker.js");
          run.onerror = (event) => reject(new Error(event.message));
          run.onmessage = ({ data }) => {
            if (data.line) benchSay(data.line);
            else if (data.watch) void benchWatch(data.watch).then(() => run.postMessage({ id: data.id }));
            else if (data.speeds) resolve(data.speeds);
            else reject(new Error(data.failed));
          };
          run.postMessage({ ...order, file: document.querySelector("input")?.files?.[0] });
        }),
      plan,
    );
    return { speeds, peak };
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}
