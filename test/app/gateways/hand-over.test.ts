// Handing over seals in parts: what comes meanwhile is handed over too, and a pause is heard between two parts.
import { describe, expect, it } from "vitest";
import { handOverSeals } from "#app/gateways/hand-over.ts";
import { nameSeal, type Wanted } from "#app/gateways/wanted.ts";
import type { Hex } from "viem";

const order = (at: number): Wanted => ({
  document: `0x${at.toString(16).padStart(64, "0")}` as Hex,
  version: 1,
  category: "labs",
  keyedBy: "category",
  manifestBytes: new Uint8Array(0),
});
const orders = (count: number): Wanted[] => Array.from({ length: count }, (_, at) => order(at));

function handOver({ all = orders(120), held = new Set<string>(), stopAfter = Infinity, fails = -1 } = {}) {
  const parts: number[] = [];
  let told = 0;
  const done = handOverSeals({
    wanted: () => all,
    held,
    goesOn: () => parts.length < stopAfter,
    make: async (some) => some.map(({ document, version }) => ({ document, version, seal: "seal" })),
    async handIn(seals) {
      if (parts.length === fails) throw new Error("away");
      parts.push(seals.length);
      // A record comes while the first part is on its way.
      if (parts.length === 1) all.push(order(5_000));
    },
    onPart: () => (told += 1),
  });
  return { done, parts, held, told: () => told };
}

describe("A gateway that is handed seals", () => {
  it("gets them some at a time, with those that come meanwhile, and each once", async () => {
    const { done, parts, held, told } = handOver({ held: new Set(orders(3).map(nameSeal)) });
    expect(await done).toBe(true);
    expect(parts).toEqual([50, 50, 18]);
    expect(held.size).toBe(121);
    expect(told()).toBe(4);
  });

  it("goes on from where it was paused, or from where the gateway went away", async () => {
    const paused = handOver({ stopAfter: 1 });
    expect(await paused.done).toBe(false);
    const away = handOver({ held: paused.held, fails: 1 });
    await expect(away.done).rejects.toThrow("away");
    expect(away.held.size).toBe(100);
    const rest = handOver({ held: away.held });
    expect(await rest.done).toBe(true);
    expect(rest.parts).toEqual([20, 1]);
  });
});
