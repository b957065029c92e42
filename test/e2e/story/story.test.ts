// The whole road, walked once in a real browser on the real stack: chain, contracts, database, IPFS, service, app.
// Each test is one step and rests on those before it.

import { afterAll, beforeAll, beforeEach, describe, onTestFailed } from "vitest";
import { launchBrowser } from "../browser.ts";
import { takePictures } from "../person.ts";
import { startStack } from "../stack.ts";
import { auditSteps } from "./audit-steps.ts";
import { careSteps } from "./care-steps.ts";
import type { Cast } from "./cast.ts";

const traffic: string[] = [];
const cast = { traffic, heard: { onTraffic: (text: string) => void traffic.push(text) } } as unknown as Cast;

beforeAll(async () => {
  cast.stack = await startStack({ demo: true, seeded: false, env: { PLACET_RECEIPT_INTERVAL: "5" } });
  cast.browser = await launchBrowser();
});
afterAll(async () => {
  await cast.browser?.close();
  await cast.stack?.stop();
});

// What everybody saw when a step failed.
beforeEach(({ task }) => onTestFailed(() => takePictures(cast.browser, task.name.split(".")[0] ?? "")));

describe("The whole road", () => {
  careSteps(cast);
  auditSteps(cast);
});
