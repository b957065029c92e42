// An app that builds what a person signs: the same digests, for every act, as the frozen vectors that the ledger accepts.

import { hashTypedData, recoverTypedDataAddress } from "viem";
import type { Address, Hex } from "viem";
import { describe, expect, it } from "vitest";
import { actorOf, parseAct, typedAct, type SigningState } from "#protocol/typed-data/index.ts";
import vectors from "../../vectors/typed-data.json" with { type: "json" };

describe("An app that builds what a person signs", () => {
  const place = { chainId: vectors.place.chainId, ledger: vectors.place.ledger as Address };

  for (const { act: json, state, primaryType, digest, signature } of vectors.acts) {
    it(`arrives at the frozen digest of ${primaryType}`, async () => {
      const act = parseAct(json);
      const { generation, ...rest } = state as Omit<SigningState, "generation"> & { generation?: number };
      const signing: SigningState = {
        ...rest,
        ...(generation === undefined ? {} : { generation: BigInt(generation) }),
      };
      const typed = typedAct(place, act, signing);
      expect(typed.primaryType).toBe(primaryType);
      expect(hashTypedData(typed)).toBe(digest);
      expect(await recoverTypedDataAddress({ ...typed, signature: signature as Hex })).toBe(actorOf(act));
      expect(hashTypedData(typedAct({ ...place, chainId: 1 }, act, signing))).not.toBe(digest);
    });
  }
});
