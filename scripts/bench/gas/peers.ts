// The peers' own code, installed when it is first asked for, into a folder of the build: nothing else needs it.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { projectRoot } from "../../build/project-root.ts";

/** The packages that are measured beside the ledger, and their versions. */
export const peerVersions = {
  "@ethereum-attestation-service/eas-contracts": "1.9.0",
  solady: "0.1.26",
};

const manifest = z.object({ version: z.string() });

/** Where the peers' packages lie; installs them there when they are missing. No script of theirs is run. */
export async function installPeers(): Promise<string> {
  const folder = join(projectRoot, "build/bench-gas");
  if (await isInstalled(folder)) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const wanted = {
    private: true,
    dependencies: peerVersions,
    // EAS names Hardhat 2 as a dependency of its contracts, which need no such thing.
    overrides: { hardhat: "npm:empty-npm-package@1.0.0" },
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(wanted, null, 2));
  await runNpm(folder);
  return folder;
}

async function isInstalled(folder: string): Promise<boolean> {
  for (const [name, version] of Object.entries(peerVersions)) {
    const file = join(folder, "node_modules", name, "package.json");
    if (!existsSync(file)) return false;
    if (manifest.parse(JSON.parse(await readFile(file, "utf8"))).version !== version) return false;
  }
  return true;
}

function runNpm(folder: string): Promise<void> {
  const options = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  const npm = process.env["npm_execpath"];
  const [command, args] = npm?.endsWith(".js") ? [process.execPath, [npm, ...options]] : ["npm", options];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (bytes: Buffer) => (said += bytes.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else
        reject(new Failure("unavailable", `The peers' packages could not be installed. npm said:\n\n${said.trim()}`));
    });
  });
}
