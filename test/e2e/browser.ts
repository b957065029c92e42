// A real browser for the tests: a Chrome or Chromium that is there, or one that the system's own package manager puts
// there where it may. When neither can be had, the tests fail and say how to get one.

import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";
import { Failure } from "#protocol/failure.ts";

const run = promisify(execFile);

/**
 * Starts the browser without a window; whoever starts it closes it.
 * @throws {Failure} "unavailable" when there is none, or when it cannot run here
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = await findBrowser();
  // Chromium's sandbox refuses to run as root; anybody else keeps it.
  const isRoot = process.getuid?.() === 0;
  const args = [...(isRoot ? ["--no-sandbox"] : []), "--disable-dev-shm-usage", "--lang=en-GB"];
  try {
    return await chromium.launch({ executablePath, chromiumSandbox: !isRoot, args });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    const sandbox = /sandbox/i.test(said)
      ? " Its sandbox may not run for this user on this computer: allow unprivileged user namespaces, or run as root."
      : "";
    throw new Failure("unavailable", `${executablePath} did not start.${sandbox} It said:\n${said}`, { cause });
  }
}

/**
 * The path of a Chrome or Chromium that runs.
 * @throws {Failure} "unavailable" with what to do
 */
export async function findBrowser(): Promise<string> {
  const found = await findInstalled();
  if (found !== undefined) return found;
  const refusal = await installByApt();
  const installed = refusal === undefined ? await findInstalled() : undefined;
  if (installed !== undefined) return installed;
  throw new Failure(
    "unavailable",
    "The end-to-end tests need Chrome or Chromium, and none was found on this computer. " +
      `${refusal ?? "The package was installed, but holds no browser that runs."}\n` +
      "Install one (Debian, Ubuntu: apt-get install chromium; Fedora: dnf install chromium; macOS: brew install " +
      "--cask google-chrome), or name the program in PLACET_BROWSER, and run the tests again.",
  );
}

async function findInstalled(): Promise<string | undefined> {
  const named = process.env["PLACET_BROWSER"];
  if (named !== undefined) {
    if (await runs(named)) return named;
    throw new Failure("bad-input", `PLACET_BROWSER names ${named}, which is no browser that runs.`);
  }
  for (const file of [...usualPlaces(), ...(await playwrightPlaces())]) if (await runs(file)) return file;
  return undefined;
}

function usualPlaces(): string[] {
  const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge"];
  const folders = (process.env["PATH"] ?? "").split(process.platform === "win32" ? ";" : ":");
  const mac = ["Google Chrome", "Chromium", "Microsoft Edge"].flatMap((name) =>
    ["/Applications", join(homedir(), "Applications")].map((root) => `${root}/${name}.app/Contents/MacOS/${name}`),
  );
  const windows = ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"].flatMap((variable) => {
    const root = process.env[variable];
    return root === undefined ? [] : [join(root, "Google/Chrome/Application/chrome.exe")];
  });
  if (process.platform === "darwin") return mac;
  if (process.platform === "win32") return windows;
  return [...new Set([...folders, "/usr/bin", "/snap/bin"])].flatMap((folder) =>
    names.map((name) => join(folder, name)),
  );
}

/** Browsers that Playwright downloaded for other projects. */
async function playwrightPlaces(): Promise<string[]> {
  const cache = join(homedir(), process.platform === "darwin" ? "Library/Caches" : ".cache", "ms-playwright");
  const folders = await readdir(cache).catch(() => []);
  return folders.filter((name) => /^chromium-\d+$/.test(name)).map((name) => join(cache, name, "chrome-linux/chrome"));
}

/** A file of that name may be a stub that only tells how to install: it must say its version. */
async function runs(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    const { stdout } = await run(file, ["--version"], { timeout: 20_000 });
    return /chrom|edge/i.test(stdout);
  } catch {
    return false;
  }
}

/** Installs Chromium with apt-get. Returns why it could not, or undefined when it did. */
async function installByApt(): Promise<string | undefined> {
  if (process.platform !== "linux") return "It is installed automatically on Debian and Ubuntu only.";
  if (process.getuid?.() !== 0) return "Installing it needs root, and this user is not.";
  try {
    console.log("No Chrome or Chromium found: installing the system's package. This takes a minute.");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update"], { env, timeout: 300_000, maxBuffer: 1e8 });
    await run("apt-get", ["install", "--yes", "--no-install-recommends", "chromium"], {
      env,
      timeout: 600_000,
      maxBuffer: 1e8,
    });
    return undefined;
  } catch (error) {
    return `apt-get could not install it: ${error instanceof Error ? error.message.split("\n").slice(0, 3).join(" ") : error}`;
  }
}
