// `npm run bench:crypto`: how fast documents are encrypted and opened and capsules unwrapped, in Chromium and in Node, against
// age, bare WebCrypto and eciesjs on the same machine in the same run. Only the ratios mean something elsewhere.

import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tellFailure } from "#scripts/build/tell-failure.ts";
import { findBrowser } from "../../../test/e2e/browser.ts";
import { measureInChromium } from "./chromium.ts";
import { measureInNode, type Measured, type Plan } from "./node.ts";
import { ratiosOf, tellTable } from "./tell.ts";

const help = `npm run bench:crypto [-- --json] [-- --quick] [-- --capsules]

Encrypts and opens 100 MB and 1 GiB, and wraps and unwraps capsules, in Chromium and in Node, against age-encryption,
bare WebCrypto AES-256-GCM at the same chunk size, and eciesjs. Takes about three minutes; nothing else should run.

  --json    prints the ratios alone: {"chromium": {"encryptVsAge", "decryptVsAge", "encryptVsWebCrypto", "peakMiB",
            "unwrapVsEciesjs", "capsulesVsEciesjs", "capsulesPerSecond"}, "node": {...}}; for documents the worse of the
            two sizes
  --quick   20 MB and 100 MB, to see that it runs
  --capsules  capsules alone, no documents`;

const GIB = 1_073_741_824;

async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help")) return console.log(help);
  const json = args.includes("--json");
  const quick = args.includes("--quick");
  const sizes = args.includes("--capsules")
    ? []
    : quick
      ? [
          { bytes: 20_000_000, rounds: 1 },
          { bytes: 100_000_000, rounds: 1 },
        ]
      : [
          { bytes: 100_000_000, rounds: 5 },
          { bytes: GIB, rounds: 1 },
        ];
  const plan: Plan = { sizes, boxes: quick ? 500 : 3000 };
  const folder = await mkdtemp(join(tmpdir(), "placet-bench-"));
  const file = join(folder, "bench.bin");
  try {
    const handle = await open(file, "w");
    await handle.truncate(quick ? 100_000_000 : GIB); // a hole takes no disk and is read like any file
    await handle.close();
    const sayFor = (where: string) => (line: string) => void (json || process.stderr.write(`${where}: ${line}\n`));
    const executablePath = await findBrowser();
    const chromium: Measured = await measureInChromium(plan, { executablePath, file, say: sayFor("chromium") });
    const node: Measured = await measureInNode(plan, { file, say: sayFor("node") });
    if (json) console.log(JSON.stringify({ chromium: ratiosOf(chromium), node: ratiosOf(node) }));
    else console.log(tellTable({ chromium, node }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await tellFailure(() => main(process.argv.slice(2)));
