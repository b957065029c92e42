// What the viewer frame may do: run its one script, draw, and nothing else. The frame is sandboxed besides
// (`sandbox="allow-scripts"`), so its origin is opaque: no storage, no cookies, no sight of the page around it.
// Rule: connect-src stays 'none'. Whatever pdf.js needs comes in through the MessagePort.

/** The directives, as they stand in the page itself. */
export const viewerPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src blob:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The header that the service sends with everything under /viewer/: what a page cannot say of itself is added. */
export const viewerHeader = `${viewerPolicy}; frame-ancestors 'self'; sandbox allow-scripts`;
