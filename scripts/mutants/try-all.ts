// Trying mutants in two processes (the work of two cores). One that takes the tests' process down with it, or that never
// comes to an end, is dead as well.

import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { projectRoot } from "../build/project-root.ts";
import { environmentOf } from "../solidity/rewritten.ts";
import type { Test, Verdict } from "./worker.ts";

const verdict = z.object({ id: z.number(), killer: z.string().optional(), tests: z.number() });
const tests = z.array(z.object({ title: z.string(), points: z.array(z.number()), failure: z.string().optional() }));

/** How long an answer may take. */
const patience = 600_000;

/** How many processes work at once. */
const processes = 2;

/** A mutant to try, with the tests that can notice it, and whether it could matter when the contracts are deployed. */
export type Trial = { id: number; titles: string[]; isAtDeployment: boolean };

/**
 * Every test, and what it reaches in the contracts as they are.
 * @throws {Failure} "internal" when one of them fails without any mutant, since then no failure says anything
 */
export async function findReach(folder: string): Promise<Test[]> {
  const shares = Array.from({ length: processes }, (_, index) => findShare(folder, index));
  const ended = await Promise.allSettled(shares);
  const found = ended.flatMap((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
  const failed = found.flatMap(({ title, failure }) => (failure === undefined ? [] : `${title}\n    ${failure}`));
  if (failed.length > 0) throw new Failure("internal", `Without any mutant these fail:\n${failed.join("\n")}`);
  return found;
}

async function findShare(folder: string, index: number): Promise<Test[]> {
  const worker = await startWorker(folder, ["--reach", String(index), String(processes)]);
  try {
    const answer = await ask(worker, { id: 0, titles: [], isAtDeployment: true });
    if (answer === undefined) throw new Failure("internal", "The tests broke off without any mutant.");
    return tests.parse(answer);
  } finally {
    worker.kill();
  }
}

/** Tries mutants; `next` gives one after the other, `hear` is told what became of each. */
export async function tryAll(options: {
  folder: string;
  next: () => Trial | undefined;
  hear: (verdict: Verdict) => void;
}): Promise<void> {
  const work = async (): Promise<void> => {
    let worker: ChildProcess | undefined;
    for (let trial = options.next(); trial !== undefined; trial = options.next()) {
      worker ??= await startWorker(options.folder, []);
      const answer = await ask(worker, trial);
      if (answer === undefined) {
        worker.kill("SIGKILL");
        worker = undefined;
        options.hear({ id: trial.id, killer: "the tests' process broke off", tests: 0 });
      } else {
        const { killer, ...rest } = verdict.parse(answer);
        options.hear({ ...rest, killer });
      }
    }
    worker?.kill();
  };
  const ended = await Promise.allSettled(Array.from({ length: processes }, work));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
}

async function startWorker(folder: string, args: string[]): Promise<ChildProcess> {
  const worker = fork(join(projectRoot, "scripts/mutants/worker.ts"), args, {
    cwd: projectRoot,
    env: { ...process.env, ...environmentOf(folder) },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let said = "";
  worker.stderr?.on("data", (bytes: Buffer) => (said = (said + bytes.toString()).slice(-4000)));
  const ready = await new Promise<boolean>((resolve) => {
    worker.once("message", () => resolve(true));
    worker.once("exit", () => resolve(false));
  });
  if (!ready) throw new Failure("internal", `The tests could not be loaded:\n\n${said}`);
  return worker;
}

/** The answer of a process, or undefined when it did not live to tell. */
function ask(worker: ChildProcess, trial: Trial): Promise<unknown> {
  return new Promise((resolve) => {
    const end = (answer: unknown): void => {
      clearTimeout(timer);
      worker.off("message", end);
      worker.off("exit", leave);
      resolve(answer);
    };
    const leave = (): void => end(undefined);
    const timer = setTimeout(leave, patience);
    worker.once("message", end);
    worker.once("exit", leave);
    worker.send(trial);
  });
}
