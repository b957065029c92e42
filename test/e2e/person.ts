// A person at a browser of their own: connects with the demo wallet, signs in, enrols or unlocks, and answers what the
// wallet asks. Every page a person sees is checked with axe; whatever crosses the network can be collected.

import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { type Browser, type BrowserContext, type Page } from "playwright-core";
import { projectRoot } from "#scripts/build/project-root.ts";

/** Somebody with a browser context of their own. */
export type Person = { name: string; page: Page; context: BrowserContext };

/** Ways in which a person's browser can differ. */
export type Wishes = {
  viewport?: { width: number; height: number };
  colorScheme?: "light" | "dark";
  /** Told of every request and answer, headers and bodies as text. */
  onTraffic?: (text: string) => void;
};

/** The one window of the demo wallet. */
export const walletOf = (page: Page) => page.getByRole("dialog", { name: "Placet demo wallet" });

/** Opens a browser for somebody and fails the test on any error that a page does not handle. */
export async function openBrowserFor(browser: Browser, name: string, wishes: Wishes = {}): Promise<Person> {
  const context = await browser.newContext({
    viewport: wishes.viewport ?? { width: 1200, height: 900 },
    colorScheme: wishes.colorScheme ?? "light",
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "Europe/Lisbon",
  });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    throw new Error(`${name}'s page threw: ${error.message}`, { cause: error });
  });
  const { onTraffic } = wishes;
  if (onTraffic) {
    // What a page keeps in memory under a blob: address, as the viewer does with a picture, crosses no network.
    const crosses = (url: string) => !url.startsWith("blob:");
    context.on("request", (request) => {
      if (!crosses(request.url())) return;
      onTraffic(`${request.url()}\n${request.postDataBuffer()?.toString("latin1") ?? ""}`);
    });
    context.on("response", (response) => {
      if (!crosses(response.url())) return;
      // A stream never ends, and a closed page has no body left: neither is an answer that could be read.
      if (response.headers()["content-type"]?.startsWith("text/event-stream")) return;
      response.body().then(
        (body) => onTraffic(body.toString("latin1")),
        () => undefined,
      );
    });
  }
  return { name, page, context };
}

/** Says yes in the wallet's window, once; gives back the words that it showed. */
export async function approve(page: Page): Promise<string> {
  const wallet = walletOf(page);
  const yes = wallet.getByRole("button", { name: "Approve" });
  await yes.waitFor();
  const shown = await wallet.innerText();
  await yes.click();
  return shown;
}

/** Connects the demo wallet as this person and signs in. */
export async function connect({ page, name }: Person, url: string): Promise<void> {
  await page.goto(url);
  await page.getByRole("button", { name: "Connect your wallet" }).first().click();
  await page.getByRole("button", { name: /Connect with Placet demo wallet/ }).click();
  await walletOf(page)
    .getByRole("radio", { name: new RegExp(name) })
    .check();
  await walletOf(page).getByRole("button", { name: "Connect" }).click();
  await approve(page);
}

/** A new browser, connected and signed in as this person; whoever goes to another page sooner would leave signing in half done. */
export async function arrive(browser: Browser, options: { url: string; name: string } & Wishes): Promise<Person> {
  const { url, name, ...wishes } = options;
  const person = await openBrowserFor(browser, name, wishes);
  await connect(person, url);
  await person.page.getByRole("button", { name: /Account of/ }).waitFor();
  return person;
}

/** Leaves a picture of every open page in test-results/, for whoever looks into a failed test. */
export async function takePictures(browser: Browser, name: string): Promise<void> {
  const pages = browser.contexts().flatMap((context) => context.pages());
  await Promise.allSettled(
    pages.map((page, at) =>
      page.screenshot({ path: join(projectRoot, `test-results/${name}-${at}.png`), fullPage: true }),
    ),
  );
}

/** Fails, naming each finding, when the page breaks a rule of WCAG 2.2 AA that axe knows. */
export async function checkAccessible(page: Page): Promise<void> {
  // A colour on its way from light to dark has the contrast of neither.
  await page.evaluate(async () => {
    const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(transitions.map(({ finished }) => finished));
  });
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  const told = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${page.url()} ${id}: ${help} (${target.join(" ")}) ${failureSummary ?? ""}`,
    ),
  );
  if (told.length > 0) throw new Error(`Not accessible to everybody:\n${told.join("\n")}`);
}
