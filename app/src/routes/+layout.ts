// The app runs in the browser alone: keys never exist anywhere else, so nothing is rendered on a server.
import { loadLanguage } from "#app/ui/index.ts";

/** No server rendering: every page is drawn from the one static file. */
export const ssr = false;

/** The language comes before the first word. */
export const load = (): Promise<void> => loadLanguage();
