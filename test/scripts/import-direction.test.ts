import { expect, test } from "vitest";
import { explainForbidden } from "#scripts/lint/import-direction.ts";

const forbidden = [
  ["protocol/consent/terms.ts", "indexer/config.ts"],
  ["indexer/store/rows.ts", "indexer/http/route.ts"],
  ["indexer/main.ts", "app/src/lib/ui/index.ts"],
  ["app/src/lib/records/list.ts", "app/src/lib/consents/index.ts"],
  ["app/src/lib/records/list.ts", "app/src/lib/wallet/connect.ts"],
  ["app/src/routes/+page.svelte", "app/src/lib/records/list.ts"],
  ["app/src/lib/ui/Card.svelte", "scripts/demo-people.ts"],
] as const;

const allowed = [
  ["indexer/http/releases.ts", "indexer/gateway/release.ts"],
  ["indexer/store/rows.ts", "protocol/failure.ts"],
  ["app/src/lib/records/list.ts", "app/src/lib/wallet/index.ts"],
  ["app/src/lib/records/list.ts", "app/src/lib/records/row.ts"],
  ["app/src/routes/+page.svelte", "app/src/lib/records/index.ts"],
  ["test/e2e/story.test.ts", "scripts/seed.ts"],
] as const;

test.each(forbidden)("A contributor who imports the wrong way is stopped: %s -> %s", (from, to) => {
  expect(explainForbidden({ from, to })).toBeTypeOf("string");
});

test.each(allowed)("A contributor may import along the one way: %s -> %s", (from, to) => {
  expect(explainForbidden({ from, to })).toBeUndefined();
});
