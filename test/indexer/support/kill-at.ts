// Loaded before the service in a test's own process (--import): at one named step the process kills itself with SIGKILL.
// The service's code knows nothing of it: the marks are put into its text while it is loaded, and only here. Which step
// it is, a file says that the test writes; a mark whose place is not found any more ends the process at once.

import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { killFile, marks } from "./kill-marks.ts";

const armed = process.env[killFile] ?? "";

Object.assign(globalThis, {
  killAt(step: string): void {
    let wanted = "";
    try {
      wanted = readFileSync(armed, "utf8");
    } catch {
      return; // not armed
    }
    if (wanted !== step) return;
    process.kill(process.pid, "SIGKILL");
    for (;;); // nothing may happen between the signal and the end
  },
});

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const own = marks.filter(({ file }) => url.endsWith(`/indexer/${file}`));
    if (own.length === 0) return loaded;
    let text = Buffer.from(loaded.source as Uint8Array).toString();
    for (const { step, before } of own) {
      if (text.split(before).length !== 2) throw new Error(`The place of the step "${step}" is not where it was.`);
      text = text.replace(before, () => `globalThis.killAt("${step}"); ${before}`);
    }
    return { ...loaded, source: text };
  },
});
