// Running the command-line tools of installed packages (hardhat, vite, tsc, ...), by their own entry files, so that
// neither a shell nor the PATH decides which one is meant.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { projectRoot } from "./project-root.ts";

/** How a tool ended and, where it was not shown, what it said. */
export type ToolResult = { code: number; said: string };

/** Runs a tool of a package and waits for its end. `show` passes what it says straight on to the terminal. */
export function runTool(options: {
  package: string;
  tool?: string;
  args: string[];
  env?: Record<string, string | undefined>;
  show?: boolean;
}): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [findTool(options), ...options.args], {
      cwd: projectRoot,
      env: { ...process.env, ...options.env },
      stdio: options.show ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stdout?.on("data", (bytes: Buffer) => (said += bytes.toString()));
    child.stderr?.on("data", (bytes: Buffer) => (said += bytes.toString()));
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code: code ?? 1, said: signal ? `${said}\nended by ${signal}` : said }));
  });
}

/**
 * Runs a tool whose failure leaves nothing to go on with.
 * @throws {Failure} "internal" with everything that the tool said
 */
export async function requireTool(options: Parameters<typeof runTool>[0] & { what: string }): Promise<void> {
  const { code, said } = await runTool(options);
  if (code !== 0) throw new Failure("internal", `${options.what} failed:\n\n${said.trim()}`);
}

const manifest = z.object({ bin: z.union([z.string(), z.record(z.string(), z.string())]) });

function findTool(options: { package: string; tool?: string }): string {
  const folder = join(projectRoot, "node_modules", options.package);
  const { bin } = manifest.parse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
  const file = typeof bin === "string" ? bin : bin[options.tool ?? options.package];
  if (file === undefined) throw new Failure("internal", `The package ${options.package} has no such tool.`);
  return join(folder, file);
}
