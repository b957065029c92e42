// An operator who sets something wrong is told what and why, before anything is opened.

import { fork } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { readConfig, settingNames } from "#indexer/config.ts";
import { takeLock } from "#indexer/lock.ts";

describe("An operator who configures the service", () => {
  it("needs to set nothing for development", () => {
    expect(readConfig({})).toMatchObject({
      port: 4280,
      host: "127.0.0.1",
      demo: false,
      databaseUrl: null,
      ipfsApiUrl: null,
    });
  });

  it("is told every wrong setting at once, by name", () => {
    const read = () =>
      readConfig({
        PLACET_PORT: "seventy",
        PLACET_RPC_URL: "nowhere",
        PLACET_GATEWAY_KEY: "0x12",
        DATABASE_URL: "mysql://x",
      });
    for (const name of ["PLACET_PORT", "PLACET_RPC_URL", "PLACET_GATEWAY_KEY", "DATABASE_URL"])
      expect(read).toThrow(name);
  });

  it("is told of a limit that does not exist, instead of having it ignored", () => {
    expect(() => readConfig({ PLACET_RATE_SINGIN: "3" })).toThrow("PLACET_RATE_SINGIN");
  });

  it("finds every setting in the example, once, with a value that is taken as it stands", async () => {
    const text = await readFile(new URL("../../.env.example", import.meta.url), "utf8");
    const settings = [...text.matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]);
    expect(settings.map(([name]) => name).toSorted()).toEqual([...settingNames].toSorted());
    expect(() => readConfig(Object.fromEntries(settings) as Record<string, string>)).not.toThrow();
  });

  it("never sees a key repeated in the message", () => {
    const key = `0x${"ab".repeat(31)}`;
    expect(() => readConfig({ PLACET_GATEWAY_KEY: key })).toThrow(/^(?!.*abab)/);
  });

  it("names origins only as origins", () => {
    expect(readConfig({ PLACET_ORIGIN: "https://a.example/path, http://b.example:8080" }).origins).toEqual([
      "https://a.example",
      "http://b.example:8080",
    ]);
    expect(() => readConfig({ PLACET_ORIGIN: "a.example" })).toThrow("a.example");
  });
});

describe("The lock of a data folder", () => {
  let folder = "";
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("is never taken from a process that lives", async () => {
    folder = await mkdtemp(join(tmpdir(), "placet-lock-"));
    const script = join(folder, "wait.mjs");
    await writeFile(script, "process.send('up'); setInterval(() => {}, 1000);");
    const other = fork(script);
    await new Promise((resolve) => other.once("message", resolve));
    await writeFile(join(folder, "service.pid"), `${other.pid}\n`);
    await expect(takeLock(folder)).rejects.toMatchObject({ code: "conflict" });
    const ended = new Promise((resolve) => other.once("exit", resolve));
    other.kill("SIGKILL");
    await ended;
    const release = await takeLock(folder);
    expect(await readFile(join(folder, "service.pid"), "utf8")).toBe(`${process.pid}\n`);
    await release();
    await expect(readFile(join(folder, "service.pid"))).rejects.toThrow();
  });
});
