// The document viewer in a real browser: it draws what it is given, and whatever runs inside it reaches nothing.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makePdf } from "./make-pdf.ts";
import { makeDocx } from "./make-docx.ts";
import { startViewer, type ViewerStage } from "./stage.ts";

let stage: ViewerStage;
let page: Page;

beforeAll(async () => {
  stage = await startViewer();
}, 120_000);
afterAll(() => stage?.close());
beforeEach(async () => {
  await stage.freshPage();
  page = stage.page();
});

const WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const show = (options: Parameters<ViewerStage["show"]>[0]) => stage.show(options);
const text = (words: string) => new TextEncoder().encode(words);

describe("A person who opens a document", () => {
  test("reads a PDF's words on the drawn page", async () => {
    const { frame, outcome } = await show({
      mediaType: "application/pdf",
      bytes: makePdf(["Haemoglobin 13.9 g/dL", "Second page"]),
    });
    expect(outcome).toBe("shown 2");
    await frame.getByText("Haemoglobin 13.9 g/dL").waitFor({ timeout: 10_000 });
    const inked = await frame.evaluate(() => {
      const canvas = document.querySelector("canvas");
      const pixels = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let dark = 0;
      for (let at = 0; at < pixels.length; at += 4) if ((pixels[at] ?? 255) < 100) dark++;
      return dark;
    });
    expect(inked).toBeGreaterThan(50);
    expect(stage.requests().some((path) => path.includes("/assets/standard_fonts/"))).toBe(true);
  });

  test("sees a text as text, whatever it says", async () => {
    const { frame, outcome } = await show({
      mediaType: "text/plain",
      bytes: new TextEncoder().encode("<img src=x onerror=\"document.title='ran'\"> Take one a day"),
    });
    expect(outcome).toBe("shown 1");
    expect(await frame.locator("pre").textContent()).toContain("<img src=x");
    expect(await frame.locator("img").count()).toBe(0);
  });

  test("sees a picture", async () => {
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP8z8Dwn4EBiAEKAQICk9NSOAAAAABJRU5ErkJggg==",
      "base64",
    );
    const drawn = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(40, 30);
      canvas.getContext("2d")?.fillRect(0, 0, 40, 30);
      return [...new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer())];
    });
    expect((await show({ mediaType: "image/png", bytes: Uint8Array.from(drawn) })).outcome).toBe("shown 1");
    expect((await show({ mediaType: "image/jpeg", bytes: png.subarray(0, 20) })).outcome).toBe("problem damaged");
  });

  test("reads the first page of a long PDF before the rest has come", async () => {
    const lines = Array.from({ length: 400 }, (_, page) => `Page ${page} ${"lorem ipsum ".repeat(400)}`);
    const bytes = makePdf(["First of many", ...lines]);
    expect(bytes.length).toBeGreaterThan(1_800_000);
    const { frame, outcome, asked } = await show({ mediaType: "application/pdf", bytes, inParts: true });
    expect(outcome).toBe("shown 401");
    await frame.getByText("First of many").waitFor({ timeout: 10_000 });
    expect(asked).toBeLessThan(bytes.length * 0.8);
  });

  test("is told that a picture is not shown in parts", async () => {
    const { outcome } = await show({ mediaType: "image/png", bytes: makePdf(["x"]), inParts: true });
    expect(outcome).toBe("problem unsupported");
  });

  test("reads a Word document's words: headings, paragraphs, lists and tables", async () => {
    const bytes = makeDocx({
      body:
        '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Discharge letter</w:t></w:r></w:p>' +
        "<w:p><w:r><w:t>Dear colleague,</w:t><w:br/><w:t>she is well.</w:t></w:r></w:p>" +
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Ramipril</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>5 mg</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
    });
    const { frame, outcome } = await show({ mediaType: WORD, bytes });
    expect(outcome).toBe("shown 1");
    expect(await frame.getByRole("heading", { name: "Discharge letter" }).count()).toBe(1);
    expect(await frame.locator("article").innerText()).toContain("Dear colleague,\nshe is well.");
    expect(await frame.getByRole("cell").allInnerTexts()).toEqual(["Ramipril", "5 mg"]);
  });

  test("reads a FHIR resource as a page: names, values with units, codes by their words", async () => {
    const resource = {
      resourceType: "Observation",
      status: "final",
      text: { status: "generated", div: "<div><script>document.title='ran'</script>narrative</div>" },
      code: { coding: [{ system: "http://loinc.org", code: "718-7", display: "Haemoglobin" }] },
      valueQuantity: { value: 13.9, unit: "g/dL" },
      effectivePeriod: { start: "2026-11-01", end: "2026-11-03" },
      contained: [{ resourceType: "Practitioner", name: [{ given: ["Lena"], family: "Lindqvist" }] }],
    };
    const { frame } = await show({ mediaType: "application/fhir+json", bytes: text(JSON.stringify(resource)) });
    const words = await frame.locator("article").innerText();
    for (const line of [
      "Observation",
      "Haemoglobin",
      "Value quantity",
      "13.9 g/dL",
      "2026-11-01 – 2026-11-03",
      "Lena Lindqvist",
    ])
      expect(words).toContain(line);
    expect(words).not.toContain("narrative");
    expect((await show({ mediaType: "application/fhir+json", bytes: text("{ no json") })).outcome).toBe("shown 1");
  });

  test("is told when it is damaged or of a kind that cannot be shown", async () => {
    const damaged = new TextEncoder().encode("%PDF-1.7 and then nothing");
    expect((await show({ mediaType: "application/pdf", bytes: damaged })).outcome).toBe("problem damaged");
    expect((await show({ mediaType: "image/svg+xml", bytes: damaged })).outcome).toBe("problem unsupported");
  });
});

describe("Code that runs inside the viewer", () => {
  test("reaches no storage, no network, no page around it", async () => {
    const { frame } = await show({ mediaType: "text/plain", bytes: new TextEncoder().encode("hello") });
    stage.forgetRequests();
    const reached = await frame.evaluate(async (from) => {
      const tries: Record<string, () => unknown> = {
        localStorage: () => localStorage.length,
        sessionStorage: () => sessionStorage.length,
        cookie: () => document.cookie,
        indexedDB: () =>
          new Promise((resolve, reject) => {
            const opening = indexedDB.open("x");
            opening.onsuccess = resolve;
            opening.onerror = () => reject(new Error("refused"));
          }),
        caches: () => caches.open("x"),
        fetch: () => fetch(`${from}/api/session`),
        beacon: () => {
          navigator.sendBeacon(`${from}/beacon`); // says true even when the policy stops it: see the requests
          throw new Error("asked");
        },
        socket: () =>
          new Promise((resolve, reject) => {
            const socket = new WebSocket(`${from.replace("http", "ws")}/socket`);
            socket.onopen = resolve;
            socket.onerror = () => reject(new Error("refused"));
          }),
        image: () =>
          new Promise((resolve, reject) => {
            const picture = new Image();
            picture.onload = resolve;
            picture.onerror = () => reject(new Error("refused"));
            picture.src = `${from}/picture`;
          }),
        eval: () => (0, eval)("1"),
        parent: () => parent.document.title,
        top: () => {
          (top as Window).location.href = `${from}/elsewhere`;
          throw new Error("asked"); // whether it went anywhere shows in the requests
        },
        popup: () => {
          if (!window.open(`${from}/popup`)) throw new Error("refused");
        },
        worker: () => new Worker(`${from}/viewer/viewer.js`),
        script: () =>
          new Promise((resolve, reject) => {
            const script = document.createElement("script");
            script.textContent = "globalThis.ran = true";
            document.body.append(script);
            if ("ran" in globalThis) resolve(true);
            else reject(new Error("refused"));
          }),
      };
      const through: string[] = [];
      for (const [name, attempt] of Object.entries(tries)) {
        try {
          await attempt();
          through.push(name);
        } catch {
          // refused, as it should be
        }
      }
      return { through, origin: globalThis.origin };
    }, stage.origin);
    expect(reached).toEqual({ through: [], origin: "null" });
    await page.waitForTimeout(500);
    expect(stage.requests()).toEqual([]);
    expect(await page.title()).toBe("secret of the page");
  });
});
