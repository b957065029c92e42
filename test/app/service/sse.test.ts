import { fc } from "../../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import { createSseParser } from "../../../app/src/lib/service/sse.ts";

const STREAM =
  'id: 7\nevent: act\ndata: {"a":\ndata: 1}\n\n: keep-alive\n\nid: 8\r\nevent: receipt\r\ndata: {}\r\n\r\ndata: plain\n\n';
const EVENTS = [
  { id: "7", event: "act", data: '{"a":\n1}' },
  { id: "8", event: "receipt", data: "{}" },
  { id: "8", event: "message", data: "plain" },
];

describe("A page that listens to the live stream", () => {
  test("hears each event once, with the last id that was named", () => {
    expect(createSseParser()(STREAM)).toEqual(EVENTS);
  });

  test("hears the same wherever the network cuts the text", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: STREAM.length - 1 }), { maxLength: 8 }), (cuts) => {
        const parse = createSseParser();
        const places = [0, ...[...new Set(cuts)].sort((a, b) => a - b), STREAM.length];
        const heard = places.slice(1).flatMap((end, index) => parse(STREAM.slice(places[index], end)));
        expect(heard).toEqual(EVENTS);
      }),
    );
  });

  test("does not take half an event for a whole one", () => {
    expect(createSseParser()("id: 9\ndata: {}\n")).toEqual([]);
  });
});
