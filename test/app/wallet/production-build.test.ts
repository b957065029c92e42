import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { buildApp } from "#scripts/build/app.ts";
import { waitForTurn } from "#scripts/build/turn.ts";

/** Every file of a build that may hold code or words, as one text. */
async function readBuild(demo: boolean): Promise<string> {
  const turn = await waitForTurn(() => {});
  try {
    const { appDir } = await buildApp({ demo });
    const names = await readdir(appDir, { recursive: true });
    const texts = names.filter((name) => /\.(js|html|css|json|map)$/.test(name));
    return (await Promise.all(texts.map((name) => readFile(join(appDir, name), "utf8")))).join("\n");
  } finally {
    await turn.release();
  }
}

const traces = ["test test test test", "junk", "org.placet.demo"];

describe("A production build", () => {
  test("holds neither the demo wallet's mnemonic nor the wallet that would use it", { timeout: 240_000 }, async () => {
    const text = await readBuild(false);
    expect(text.length).toBeGreaterThan(100_000);
    for (const trace of traces) expect(text.includes(trace), trace).toBe(false);
  });

  test(
    "differs in this from a demo build, which does hold them: the search finds what it looks for",
    { timeout: 240_000 },
    async () => {
      const text = await readBuild(true);
      for (const trace of traces) expect(text.includes(trace), trace).toBe(true);
    },
  );
});
