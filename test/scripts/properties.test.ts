// Whoever reads docs/properties.md: finds every test that it names, under that name.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "#scripts/build/project-root.ts";

/** A file that a line of the page names, and the titles that follow it. */
const named = /`([a-z-]+)`: ((?:"[^"]+"(?:; )?)+)/g;

it("Whoever reads the page of properties finds every test that it names", async () => {
  const page = await readFile(join(projectRoot, "docs/properties.md"), "utf8");
  const missing: string[] = [];
  let found = 0;
  for (const [, file = "", titles = ""] of page.matchAll(named)) {
    const source = await readFile(join(projectRoot, `test/contracts/${file}.test.ts`), "utf8");
    for (const [, title = ""] of titles.matchAll(/"([^"]+)"/g)) {
      found += 1;
      if (!source.includes(`"${title}"`)) missing.push(`${file}: ${title}`);
    }
  }
  expect(missing).toEqual([]);
  expect(found).toBeGreaterThan(15);
  for (const [, file = ""] of page.matchAll(/`(test\/contracts\/[\w./-]+\.sol)`/g)) {
    await readFile(join(projectRoot, file), "utf8");
  }
});
