// A member who changes over quickly, while the service answers slowly: whose key is held in the end.
import { describe, expect, it } from "vitest";
import { createNewestHolder } from "#app/vault/hold-newest.ts";
import type { Address } from "viem";

const clinic: Address = `0x${"c".repeat(40)}`;
const other: Address = `0x${"d".repeat(40)}`;

/** A service that answers when it is told to, and a vault that notes what it holds. */
function start() {
  const answers = new Map<Address, (box: string | undefined) => void>();
  const vault: { held: string | undefined } = { held: undefined };
  const holder = createNewestHolder<string>({
    fetchBox: (organisation) => new Promise((resolve) => answers.set(organisation, resolve)),
    hold: async (box) => void (vault.held = box),
    drop: async () => void (vault.held = undefined),
  });
  return { holder, vault, answer: (organisation: Address, box?: string) => answers.get(organisation)?.(box) };
}

describe("A member who stops reading for an organisation before its key has come", () => {
  it("does not hold it when it comes", async () => {
    const { holder, vault, answer } = start();
    const asked = holder.hold(clinic);
    await holder.drop();
    answer(clinic, "the clinic's");
    expect(await asked).toBeUndefined();
    expect(vault.held).toBeUndefined();
  });

  it("holds the key of the one that they read for then, in whichever order the two come", async () => {
    const { holder, vault, answer } = start();
    const first = holder.hold(clinic);
    const second = holder.hold(other);
    answer(other, "the other's");
    expect(await second).toBe("the other's");
    answer(clinic, "the clinic's");
    expect(await first).toBeUndefined();
    expect(vault.held).toBe("the other's");
    answer(clinic, undefined);
  });

  it("lets go of what is held where nothing is handed out any more", async () => {
    const { holder, vault, answer } = start();
    const first = holder.hold(clinic);
    answer(clinic, "the clinic's");
    expect(await first).toBe("the clinic's");
    const again = holder.hold(clinic);
    answer(clinic, undefined);
    expect(await again).toBe("none");
    expect(vault.held).toBeUndefined();
  });
});
