// The app runs in the browser alone: keys never exist anywhere else, so nothing is rendered on a server.

/** No server rendering: every page is drawn from the one static file. */
export const ssr = false;
