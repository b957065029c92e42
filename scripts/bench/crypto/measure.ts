// Runs all contenders, by turns, and takes each one's median: whatever else the machine does then falls on all of them
// alike. Runs in Node and, bundled, in a browser's worker.

import type { Digester } from "#protocol/documents/index.ts";
import { makeBoxes } from "./boxes.ts";
import { makeCapsules } from "./capsules.ts";
import { decryptOurs, encryptBare, encryptOurs, makeAge, makeHeld, type Held } from "./contenders.ts";

/** What was measured, in bytes a second and boxes a second. */
export type Speeds = {
  sizes: { bytes: number; ours: InOut; age: InOut; bare: { encrypt: number } }[];
  wrap: { ours: number; eciesjs: number };
  /** Boxes alone. */
  unwrap: { ours: number; eciesjs: number };
  /** Whole ones, with all that is checked in them. */
  capsules: { ours: number; eciesjs: number };
};
type InOut = { encrypt: number; decrypt: number };

/** How the measuring side is told what goes on. */
export type Hooks = {
  say(line: string): void;
  /** Watches the process's memory while our own part of it runs. */
  watch<T>(run: () => Promise<T>): Promise<T>;
};

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function rate(amount: number, run: () => unknown): Promise<number> {
  const began = performance.now();
  await run();
  return (amount * 1000) / (performance.now() - began);
}

/** Measures documents of these sizes, `rounds` times each, and boxes. `file` is what is encrypted while memory is watched. */
export async function measure(
  options: {
    sizes: { bytes: number; rounds: number }[];
    boxes: number;
    file?: Blob | undefined;
    /** Where a thread does its WebCrypto one call after another, as in a browser: another one, that hashes. */
    digester?: Digester;
  },
  hooks: Hooks,
): Promise<Speeds> {
  const { digester } = options;
  const age = await makeAge();
  // Once over everything first: engines compile what runs often.
  const small = 8_000_000;
  const held = makeHeld(small);
  await decryptOurs(await encryptOurs(small, { held, digester }), held);
  await age.encrypt(small);
  await encryptBare(small);
  const unwrap = await measureBoxes(options.boxes, hooks);

  const sizes: Speeds["sizes"] = [];
  for (const { bytes, rounds } of options.sizes) {
    const found = { oursIn: [], oursOut: [], ageIn: [], ageOut: [], bare: [] } as Record<string, number[]>;
    const note = (name: string, speed: number): void => {
      (found[name] ??= []).push(speed);
      hooks.say(`${name} ${(bytes / 1e6).toFixed(0)} MB: ${(speed / 1e6).toFixed(0)} MB/s`);
    };
    const store: Held = makeHeld(bytes);
    for (let round = 0; round < rounds; round++) {
      note("oursIn", await rate(bytes, () => encryptOurs(bytes, { digester })));
      note("ageIn", await rate(bytes, () => age.encrypt(bytes)));
      note("bare", await rate(bytes, () => encryptBare(bytes)));
      store.places.clear();
      store.used = 0;
      const made = await encryptOurs(bytes, { held: store, digester });
      note("oursOut", await hooks.watch(() => rate(bytes, () => decryptOurs(made, store))));
      await age.encrypt(bytes, store);
      note("ageOut", await rate(bytes, () => age.decrypt(store)));
    }
    const of = (name: string): number => median(found[name] ?? []);
    sizes.push({
      bytes,
      ours: { encrypt: of("oursIn"), decrypt: of("oursOut") },
      age: { encrypt: of("ageIn"), decrypt: of("ageOut") },
      bare: { encrypt: of("bare") },
    });
  }
  const { file } = options;
  if (file && sizes.length > 0) {
    const speed = await hooks.watch(() => rate(file.size, () => encryptOurs(file.size, { source: file, digester })));
    hooks.say(`ours from a file of ${(file.size / 1e6).toFixed(0)} MB: ${(speed / 1e6).toFixed(0)} MB/s`);
  }
  return { sizes, ...unwrap };
}

async function measureBoxes(count: number, hooks: Hooks): Promise<Pick<Speeds, "wrap" | "unwrap" | "capsules">> {
  const contenders = { ...(await makeBoxes()), ...(await makeCapsules()) };
  const few = Math.ceil(count / 10);
  const found: Partial<Record<keyof typeof contenders, number[]>> = {};
  for (let round = -1; round < 5; round++) {
    for (const name of ["unwrapEciesjs", "unwrapOurs", "wrapEciesjs", "wrapOurs", "openEciesjs", "openOurs"] as const) {
      const amount = name === "unwrapOurs" || name === "openOurs" ? count : few;
      const speed = await rate(amount, () => contenders[name](amount));
      if (round >= 0) (found[name] ??= []).push(speed);
    }
  }
  const of = (name: keyof typeof contenders): number => median(found[name] ?? []);
  for (const name of Object.keys(found) as (keyof typeof found)[]) hooks.say(`${name}: ${of(name).toFixed(0)}/s`);
  return {
    wrap: { ours: of("wrapOurs"), eciesjs: of("wrapEciesjs") },
    unwrap: { ours: of("unwrapOurs"), eciesjs: of("unwrapEciesjs") },
    capsules: { ours: of("openOurs"), eciesjs: of("openEciesjs") },
  };
}
