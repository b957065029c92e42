// The real service over a small real chain, its tables filled, in a process of its own; and beside it, in the same
// process, a bare Express route that answers with one ready page. Says on its standard output where they are.

import express from "express";
import type { Server } from "node:http";
import { readConfig, startService } from "#indexer/index.ts";
import { createLog } from "#indexer/log.ts";
import { signInDirectly } from "../chain/signed-in.ts";
import { load } from "./load.ts";
import type { LoadOptions } from "./load.ts";

const ASKERS = 64;

const sizes = JSON.parse(process.env["BENCH_SIZES"] ?? "{}") as LoadOptions;
const running = await startService(readConfig(process.env), { log: createLog(() => undefined) });
const { database } = running.service;
const { patients, providers } = await load(database, sizes);

const asPatient: string[] = [];
const asProvider: string[] = [];
for (let at = 0; at < ASKERS; at += 1) {
  const [patient, provider] = [patients[(at * 997) % patients.length], providers[(at * 31) % providers.length]];
  if (patient !== undefined) asPatient.push(await signInDirectly(database, patient));
  if (provider !== undefined) asProvider.push(await signInDirectly(database, provider));
}

// What a bare route sends is what the trail sends: the same page, made once. So the two differ by what is done for it.
const page: unknown = await (
  await fetch(`${running.url}/api/trail?limit=20`, { headers: { cookie: asProvider[0] ?? "" } })
).json();
const bare = express();
bare.disable("x-powered-by");
bare.get("/bare", (_request, response) => void response.json(page));
const server: Server = await new Promise((resolve) => {
  const listening = bare.listen(0, "127.0.0.1", () => resolve(listening));
});
const address = server.address();
const bareUrl = typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
process.stdout.write(`${JSON.stringify({ url: running.url, bareUrl, asPatient, asProvider })}\n`);
process.on("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
  void running.stop().then(() => process.exit(0));
});
