// Running the command-line tools of installed packages (hardhat, vite, tsc, ...), by their own entry files, so that
// neither a shell nor the PATH decides which one is meant.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { plainEnvironment } from "./environment.ts";
import { projectRoot } from "./project-root.ts";

/** How a tool ended and, where it was not shown, what it said. */
export type ToolResult = { code: number; said: string };

/** A tool of an installed package (by default the one named like it), or a script of this project. */
type Tool = ({ package: string; tool?: string } | { script: string }) & {
  args: string[];
  env?: Record<string, string | undefined>;
  /** Passes what it says straight on to the terminal. */
  show?: boolean;
  /** Keeps what it says although it is shown. */
  keep?: boolean;
};

/** Runs a tool and waits for its end. */
export function runTool(options: Tool): Promise<ToolResult> {
  const file = "script" in options ? join(projectRoot, options.script) : findTool(options);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...options.args], {
      cwd: projectRoot,
      env: { ...plainEnvironment(), ...options.env },
      stdio: options.show && !options.keep ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const hear = (bytes: Buffer): void => {
      said += bytes.toString();
      if (options.show) process.stdout.write(bytes);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolve({ code: code ?? 1, said: signal ? `${said}\nended by ${signal}` : said }),
    );
  });
}

/**
 * Runs a tool whose failure leaves nothing to go on with.
 * @throws {Failure} "internal" with everything that the tool said
 */
export async function requireTool(options: Tool & { what: string }): Promise<void> {
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
