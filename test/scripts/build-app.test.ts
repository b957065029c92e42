import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { buildApp } from "#scripts/build/app.ts";
import { waitForTurn } from "#scripts/build/turn.ts";
import { DEMO_MNEMONIC, DEMO_PASSPHRASE } from "#scripts/demo-people.ts";

let page: string;
let files: { name: string; text: string }[];

async function readFolder(folder: string): Promise<{ name: string; text: string }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => ({ name, text: await readFile(join(parentPath, name), "latin1") })),
  );
}

beforeAll(async () => {
  const turn = await waitForTurn(() => {});
  const { appDir } = await buildApp({ demo: false });
  await turn.release();
  page = await readFile(join(appDir, "index.html"), "utf8");
  files = await readFolder(appDir);
}, 180_000);

test("A patient of a production build meets no demo wallet and none of its secrets", () => {
  for (const secret of [DEMO_MNEMONIC, DEMO_PASSPHRASE, "org.placet.demo", "Demo wallet"]) {
    expect(files.filter(({ text }) => text.includes(secret)).map(({ name }) => name)).toEqual([]);
  }
});

test("A patient's page runs no script but its own: the policy forbids inline code except by hash, and eval", () => {
  const policy = /http-equiv="content-security-policy" content="([^"]+)"/i.exec(page)?.[1] ?? "";
  const directives = new Map(
    policy
      .split(";")
      .map((part) => part.trim().split(" "))
      .map(([name, ...values]) => [name, values]),
  );
  expect(directives.get("default-src")).toEqual(["'none'"]);
  const scripts = directives.get("script-src") ?? [];
  expect(scripts.filter((value) => /unsafe-inline|unsafe-eval/.test(value))).toEqual(["'wasm-unsafe-eval'"]);
  expect(directives.get("style-src")).not.toContain("'unsafe-inline'");
  const inline = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text ?? "");
  expect(inline).toHaveLength(1);
  const hash = createHash("sha256")
    .update(inline[0] ?? "")
    .digest("base64");
  expect(scripts).toContain(`'sha256-${hash}'`);
});

test("A patient's page fetches nothing from anybody else", () => {
  expect([...page.matchAll(/(?:src|href)="(https?:[^"]*)"/g)].map(([, address]) => address)).toEqual([]);
});
