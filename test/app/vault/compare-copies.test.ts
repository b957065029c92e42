import { describe, expect, it } from "vitest";
import { compareCopies } from "#app/vault/compare-copies.ts";
import { presenceWays } from "#app/vault/presence-ways.ts";
import { didComeOtherwise, FRESH_MS, isFresh, noteConfirmed } from "#app/vault/step-up-clock.ts";
import type { Unlocker } from "#protocol/keys/index.ts";

const digest = (letter: string) => `0x${letter.repeat(64)}` as const;
const ours = (revision: number, letter: string) => ({
  digest: digest(letter),
  standing: { kind: "ours" as const, revision },
});
const left = { revision: 7, digest: digest("a") };

describe("A device that looks at the copy of its vault at the service", () => {
  it("finds what it left there, whatever else may be said of it", () => {
    const there = { digest: left.digest, standing: { kind: "foreign" as const } };
    expect(compareCopies({ there, left, own: 7 })).toBe("same");
  });

  it("takes a later revision that its root vouches for as another device's", () => {
    expect(compareCopies({ there: ours(8, "b"), left, own: 7 })).toBe("newer");
    expect(compareCopies({ there: ours(1, "b"), left: undefined, own: 1 })).toBe("newer");
  });

  it("notices that an older copy was put back, and another one of the same revision", () => {
    expect(compareCopies({ there: ours(6, "b"), left, own: 7 })).toBe("older");
    expect(compareCopies({ there: ours(7, "b"), left, own: 7 })).toBe("older");
  });

  it("goes by its own revision where it kept no account of what it left", () => {
    expect(compareCopies({ there: ours(6, "b"), left: undefined, own: 7 })).toBe("older");
    expect(compareCopies({ there: ours(7, "b"), left: undefined, own: 7 })).toBe("newer");
    expect(compareCopies({ there: ours(8, "b"), left: undefined, own: 7 })).toBe("newer");
  });

  it("notices that the copy is gone, and one that its root does not vouch for", () => {
    expect(compareCopies({ there: undefined, left, own: 7 })).toBe("missing");
    const there = { digest: digest("c"), standing: { kind: "foreign" as const } };
    expect(compareCopies({ there, left, own: 7 })).toBe("foreign");
    expect(compareCopies({ there, left: undefined, own: 1 })).toBe("foreign");
  });
});

describe("A person who was asked who they are", () => {
  it("is not asked again for five minutes, and then is", () => {
    noteConfirmed(1_000_000);
    expect(isFresh(1_000_000)).toBe(true);
    expect(isFresh(1_000_000 + FRESH_MS - 1)).toBe(true);
    expect(isFresh(1_000_000 + FRESH_MS)).toBe(false);
  });

  it("is asked when the clock was set back", () => {
    noteConfirmed(1_000_000);
    expect(isFresh(999_999)).toBe(false);
  });

  it("may add a way in unasked only while nothing but a kit or guardians opened the vault", () => {
    noteConfirmed(1_000_000, { otherwise: true });
    expect(didComeOtherwise()).toBe(true);
    expect(isFresh(1_000_000 + FRESH_MS)).toBe(false);
    noteConfirmed(1_000_000);
    expect(didComeOtherwise()).toBe(false);
  });

  it("is not asked for a passkey of another address, which nobody could show here", () => {
    const common = { id: "0a".repeat(16), label: "", createdAt: 1, publicKey: "A".repeat(43) };
    const passkey = {
      ...common,
      type: "passkey",
      credentialId: "AA",
      rpId: "one.example",
      salt: "A".repeat(43),
    } as const;
    const kit: Unlocker = { ...common, type: "kit" };
    expect(presenceWays([kit, passkey], "one.example")).toEqual({ passphrase: false, passkey: true });
    expect(presenceWays([kit, passkey], "two.example")).toEqual({ passphrase: false, passkey: false });
    expect(presenceWays([kit, passkey], undefined)).toEqual({ passphrase: false, passkey: false });
  });
});
