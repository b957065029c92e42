// Plain text, as text and nothing else: it only ever becomes a text node.
import type { Shown, Stage } from "./shown.ts";

/** More than this many characters make a browser crawl; the rest is for the download. */
const LONGEST = 500_000;

/** Shows bytes as UTF-8 text. What is no UTF-8 shows as replacement signs, never as something else. */
export function showText(stage: Stage): Shown {
  const whole = new TextDecoder("utf-8").decode(stage.bytes);
  const text = document.createElement("pre");
  text.className = "text";
  text.textContent = whole.slice(0, LONGEST);
  stage.root.replaceChildren(text);
  if (whole.length > LONGEST) {
    const cut = document.createElement("p");
    cut.className = "cut";
    cut.textContent = stage.cutLabel;
    stage.root.append(cut);
  }
  return {
    pages: 1,
    zoom: (factor) => document.documentElement.style.setProperty("--zoom", String(factor)),
    goTo: () => stage.root.scrollTo({ top: 0 }),
  };
}
