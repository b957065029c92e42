// Where a page may be led when somebody names a gateway.

import { describe, expect, it } from "vitest";
import { mayLeadTo } from "#protocol/keys/index.ts";

const outside = [
  "https://b.example",
  "https://8.8.8.8",
  "https://172.32.0.1",
  "https://[2001:db8::1]",
  "https://100.63.0.1",
  ...["https://192.0.1.1", "https://198.17.0.1", "https://223.255.0.1", "https://[64:ff9b::8.8.8.8]"],
  ...["https://[2001:1::1]", "https://[3fff::1]", "https://box.example", "https://home.example", "https://myfritz.box"],
];
const network = [
  ...[
    "https://192.168.1.1",
    "https://10.0.0.1",
    "https://172.16.0.9:8443",
    "https://169.254.1.1",
    "https://100.64.0.1",
  ],
  ...["https://[fd00::1]", "https://[fe80::1]", "https://[::ffff:192.168.1.1]", "https://[64:ff9b::10.0.0.1]"],
  ...["https://router", "https://nas.local", "https://ehr.internal", "https://box.lan", "https://box.home.arpa."],
  ...[
    "https://[2002:c0a8:101::1]",
    "https://[64:ff9b:1::c0a8:101]",
    "https://[::ffff:0:c0a8:101]",
    "https://[ff02::1]",
  ],
  ...["https://[2001:0:1:1:1:1:3f57:fefe]", "https://[2001::1]", "https://[fec0::1]", "https://[::ffff:8.8.8.8]"],
  ...["https://192.0.0.1", "https://198.18.0.1", "https://198.19.0.1", "https://224.0.0.1", "https://255.255.255.255"],
  ...["https://fritz.box", "https://a.fritz.box", "https://speedport.ip", "https://router.home", "https://nas.corp"],
  ...["https://db.intranet", "https://nas.private", "https://x.localdomain", "https://metadata.google.internal"],
];
const computer = [
  ...["http://127.0.0.1:8080", "http://localhost", "https://localhost.", "https://a.localhost", "https://0.0.0.0"],
  ...["https://2130706433", "https://0x7f.1", "https://[::1]", "https://[::]", "https://[::ffff:127.0.0.1]"],
  ...["https://localhost.localdomain", "https://[64:ff9b::127.0.0.1]"],
];
const origin = (text: string): string => new URL(text).origin;
const ledTo = (page: string, all: readonly string[]) => all.filter((to) => mayLeadTo(page, origin(to)));

describe("A page that is told of a gateway", () => {
  it("is led nowhere further in than it stands itself", () => {
    expect(ledTo("https://placet.example", [...outside, ...network, ...computer])).toEqual(outside);
    for (const page of ["https://placet.hospital.internal", "https://10.1.2.3"])
      expect(ledTo(page, [...outside, ...network, ...computer])).toEqual([...outside, ...network]);
    const all = [...outside, ...network, ...computer];
    for (const page of ["http://127.0.0.1:3000", "http://localhost:3000"]) expect(ledTo(page, all)).toEqual(all);
  });

  it("is led to no name with an empty part, wherever it stands", () => {
    const empty = ["https://localhost..", "https://192.168.1.1..", "https://a..example", "https://.example"];
    expect(ledTo("http://localhost:3000", empty)).toEqual([]);
    expect(ledTo("https://placet.example..", ["https://192.168.1.1"])).toEqual([]);
  });
});
