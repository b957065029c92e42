// What the build itself puts into the app.

declare global {
  /** True in a development build, which carries the demo wallet; a production build drops all that hangs on it. */
  const __PLACET_DEMO__: boolean;
}

export {};
