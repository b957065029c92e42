// Pictures: decoded by the browser from a blob, whose type is fixed here, so that an SVG or HTML in disguise is no picture.
import { countPixels } from "./picture-size.ts";
import type { Shown, Stage } from "./shown.ts";

/** A picture of more pixels than this would take half a gigabyte to decode. Phones and scanners make up to 100 million. */
const MOST_PIXELS = 120_000_000;

/** Shows a JPEG or PNG. Throws when the browser cannot decode it, or when it is too large to. */
export async function showImage(stage: Stage, options: { mediaType: "image/jpeg" | "image/png" }): Promise<Shown> {
  const pixels = countPixels(stage.bytes, options.mediaType);
  if (pixels === undefined || pixels > MOST_PIXELS) throw new Error("The picture is damaged, or too large.");
  const picture = new Image();
  picture.className = "picture";
  picture.alt = stage.title;
  const url = URL.createObjectURL(new Blob([stage.bytes], { type: options.mediaType }));
  picture.src = url;
  await new Promise<void>((resolve, reject) => {
    picture.onload = () => resolve();
    picture.onerror = () => reject(new Error("The picture does not decode."));
  });
  stage.root.replaceChildren(picture);
  let factor = 1;
  const fit = (): void => {
    const room = Math.max(100, stage.root.clientWidth - 32);
    picture.style.width = `${Math.min(picture.naturalWidth, room) * factor}px`;
  };
  fit();
  new ResizeObserver(fit).observe(stage.root);
  return {
    pages: 1,
    zoom: (next) => {
      factor = next;
      fit();
    },
    goTo: () => stage.root.scrollTo({ top: 0 }),
  };
}
