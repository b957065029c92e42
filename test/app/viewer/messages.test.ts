// What the page believes of the viewer frame: nothing but the few messages it knows, in their exact shape.
import { expect, test } from "vitest";
import { readFrameMessage } from "#app/viewer/messages.ts";

test("A frame gone bad cannot name a file outside its helpers, nor send anything else", () => {
  expect(readFrameMessage({ type: "asset", id: 1, kind: "cMapUrl", name: "Adobe-Japan1-UCS2.bcmap" })).not.toBeNull();
  for (const name of ["../../api/session", "a/b", "..", ".hidden", "x".repeat(80), 7, "a.js?x=1"]) {
    expect(readFrameMessage({ type: "asset", id: 1, kind: "cMapUrl", name })).toBeNull();
  }
  expect(readFrameMessage({ type: "asset", id: 1, kind: "session", name: "a" })).toBeNull();
  expect(readFrameMessage({ type: "shown", pages: -1 })).toBeNull();
  expect(readFrameMessage({ type: "page", page: 1.5 })).toBeNull();
  expect(readFrameMessage({ type: "problem", problem: "<b>" })).toBeNull();
  expect(readFrameMessage({ type: "run", code: "1" })).toBeNull();
  expect(readFrameMessage(null)).toBeNull();
});
