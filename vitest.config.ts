// Everything that is tested but the contracts, in projects that `npm run test:NAME` runs alone.

import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const root = fileURLToPath(new URL(".", import.meta.url));
// A project inherits nothing of this from the whole. Two workers, since vitest alone would leave one of two cores idle.
const common = {
  pool: "forks",
  maxWorkers: 2,
  testTimeout: 60_000,
  hookTimeout: 120_000,
  // What is looked at until it is so is waited for as long as Playwright waits: a second, vitest's own choice, is short for a
  // vault that is locked anew on a busy computer.
  expect: { poll: { timeout: 15_000 } },
} as const;
const plain = (name: string) => ({ test: { name, include: [`test/${name}/**/*.test.ts`], ...common } });

/** Files that take minutes. They begin first: one that begins last runs on alone, with the other core idle. */
const longest = [
  ...["story/story", "pending", "big-document", "unlockers", "documents", "moved", "organisation"].map(
    (name) => `test/e2e/${name}.test.ts`,
  ),
  ...["gateway/killed-at-each-step", "sync/reorg", "processes/takeover", "gateway/killed"].map(
    (name) => `test/indexer/${name}.test.ts`,
  ),
  ...["scripts/audit", "app/viewer/hostile", "app/wallet/production-build"].map((name) => `test/${name}.test.ts`),
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification): number => {
      const rank = longest.findIndex((file) => moduleId.endsWith(file));
      return rank === -1 ? longest.length : rank;
    };
    return (await super.sort(files)).sort((a, b) => rankOf(a) - rankOf(b));
  }
}

export default defineConfig({
  root,
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      // Pure functions: nothing that a file does can reach another.
      { test: { ...plain("protocol").test, isolate: false } },
      // What takes several processes takes PostgreSQL: that part of the folder runs in the project below alone.
      // The service takes three seconds to load: the files share what is loaded.
      { test: { ...plain("indexer").test, isolate: false, exclude: ["test/indexer/processes/**"] } },
      {
        test: {
          name: "postgres",
          include: ["test/indexer/**/*.test.ts"],
          // What opens no database of the service's, or PGlite by name, would only be run twice; half of the seeds are
          // enough for a second time.
          exclude: [
            "test/indexer/{rpc,ipfs}/**",
            "test/indexer/sim/seeds-101-to-200.test.ts",
            "test/indexer/{config,metrics,gateway/gateway-key,http/compressed,http/limits,http/openapi,http/reach}.test.ts",
            "test/indexer/gateway/{killed-at-each-step,two-gateways}.test.ts",
            "test/indexer/sync/{header-hash,heads}.test.ts",
          ],
          globalSetup: "test/indexer/support/postgres-setup.ts",
          ...common,
          isolate: false,
        },
      },
      plain("scripts"),
      {
        plugins: [svelte({ configFile: false })],
        resolve: { conditions: ["browser"] },
        define: { __PLACET_DEMO__: "true" },
        test: { name: "app", include: ["test/app/**/*.test.ts"], ...common },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          ...common,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
      // Wants a Kubo node's program: see scripts/testing/find-kubo.ts.
      plain("kubo"),
    ],
  },
});
