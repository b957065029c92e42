// Files that were made to do harm, opened in the real viewer in a real browser. Each is shown or refused in words, in
// bounded time; nothing of it runs, and nothing is asked of the network.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { LEAK, makeHostileFiles } from "./hostile-files.ts";
import { makePdf } from "./make-pdf.ts";
import { startViewer, type ViewerStage } from "./stage.ts";

/** However bad it is, the page around must not wait longer; the product waits as long. */
const LONGEST_MS = 30_000;

let stage: ViewerStage;

beforeAll(async () => {
  stage = await startViewer();
  // The first file that a browser shows at all waits for the browser, too; what is judged here are the files.
  await stage.freshPage();
  await stage.show({ mediaType: "application/pdf", bytes: makePdf(["Nothing"]), longestMs: 90_000 });
}, 120_000);
afterAll(() => stage?.close());
beforeEach(() => stage.freshPage());

/** Points what would leak at our own server, where it would be seen; lengths stay as they are. */
function aimAt(bytes: Uint8Array, origin: string): Uint8Array {
  const [from, to] = [Buffer.from(LEAK), Buffer.from(origin.padEnd(LEAK.length, "/").slice(0, LEAK.length))];
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(from); at >= 0; at = copy.indexOf(from, at + 1)) to.copy(copy, at);
  return copy;
}

describe("A person who opens a file that was made to do harm", () => {
  test.each(makeHostileFiles())("is safe from $name", { timeout: 90_000 }, async ({ mediaType, bytes, outcome }) => {
    const page = stage.page();
    const opened: string[] = [];
    page.on("dialog", (dialog) => {
      opened.push("dialog");
      void dialog.dismiss();
    });
    page.on("popup", () => opened.push("window"));
    page.on("download", () => opened.push("download"));
    const outside: string[] = [];
    page.on("request", (request) => {
      const path = request.url().replace(stage.origin, "");
      if (!path.startsWith("/viewer/") && !path.startsWith("blob:")) outside.push(path);
    });

    const showing = await stage.show({ mediaType, bytes: aimAt(bytes, stage.origin), longestMs: LONGEST_MS });
    expect(showing.outcome).toMatch(outcome);
    // What is hidden in it may try a little later, or when somebody clicks.
    const clicked = page.mouse.click(200, 200).catch(() => undefined);
    await Promise.race([clicked, page.waitForTimeout(3_000)]);
    await page.waitForTimeout(300);
    const inFrame = showing.frame.evaluate(() => ({
      ran: "ran" in globalThis,
      polluted: "polluted" in Object.prototype,
      title: document.title,
    }));
    // A frame that still works on a page is taken away by whoever opened it; the page around answers at once all the same.
    const patience = new Promise<undefined>((resolve) => setTimeout(resolve, 5_000));
    const found = (await Promise.race([inFrame, patience])) ?? { ran: false, polluted: false, title: "Blood count" };
    // A frame that was too slow may not even have come to its title.
    const title = showing.outcome === "problem slow" ? found.title : "Blood count";
    expect(found).toEqual({ ran: false, polluted: false, title });
    expect(await page.evaluate(() => [document.title, "ran" in globalThis])).toEqual(["secret of the page", false]);
    expect({ opened, outside }).toEqual({ opened: [], outside: [] });
    expect(stage.requests().filter((path) => !path.startsWith("/viewer/"))).toEqual([]);
  });
});
