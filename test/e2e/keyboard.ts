// A person who uses the keyboard alone. Rule: every stop on the way must show where the focus is, on screen and not
// behind something else, and be named for whoever hears it instead.

import type { Page } from "playwright-core";

/** What has the focus, as it is announced: `button "Approve"`. Never with a value, which could be a secret. */
export async function focused(page: Page): Promise<string> {
  const snapshot = await page.locator(":focus").ariaSnapshot();
  return /^- ('?)(\w+(?: "(?:[^"\\]|\\.)*")?)/.exec(snapshot)?.[2] ?? "nothing";
}

/** Why nobody would see that this has the focus; undefined when all is well. */
async function whyUnseen(page: Page): Promise<string | undefined> {
  return page.locator(":focus").evaluate((node) => {
    // A choice shows the ring around its whole card.
    const card = node.closest("label");
    const ringed = [node, ...(card ? [card] : [])].find((one) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    });
    if (!ringed) return "has no ring";
    const { left, top, right, bottom } = ringed.getBoundingClientRect();
    if (right - left < 2 || bottom - top < 2) return "has no size";
    const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2;
    const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
    const above = document.elementFromPoint(x, y);
    if (!above) return "is outside of the window";
    // Another part of the same card or line may lie on its middle.
    return ringed.contains(above) || above.contains(ringed) ? undefined : `is behind ${above.outerHTML.slice(0, 80)}`;
  });
}

/**
 * Presses Tab (or `key`) until what has the focus is announced as wanted; gives back how it is announced.
 * @throws with the whole way when it is not reached, or when a stop cannot be seen
 */
export async function reach(
  page: Page,
  wanted: RegExp,
  options: { key?: string; most?: number } = {},
): Promise<string> {
  const way: string[] = [];
  for (let pressed = 0; pressed < (options.most ?? 60); pressed += 1) {
    await page.keyboard.press(options.key ?? "Tab");
    // Between the end of the page and its beginning, the browser itself has the focus.
    if ((await page.locator(":focus").count()) === 0) continue;
    const name = await focused(page);
    way.push(name);
    // The window scrolls a moment after the focus moved.
    let unseen = await whyUnseen(page);
    for (let look = 0; look < 5 && unseen !== undefined; look += 1) {
      await page.waitForTimeout(100);
      unseen = await whyUnseen(page);
    }
    if (unseen !== undefined) throw new Error(`${name} has the focus and ${unseen}. The way there: ${way.join(", ")}`);
    if (wanted.test(name)) return name;
  }
  throw new Error(`No key press reached ${wanted}. The way: ${way.join(", ")}`);
}
