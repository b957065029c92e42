// An app that builds what a person signs: the same digests, for every act, as the frozen vectors that the ledger accepts.

import { hashTypedData, recoverTypedDataAddress } from "viem";
import type { Address, Hex } from "viem";
import { describe, expect, it } from "vitest";
import { actorOf, parseAct, typedAct, type SigningState } from "#protocol/typed-data/index.ts";
import vectors from "../../vectors/typed-data.json" with { type: "json" };

describe("An app that builds what a person signs", () => {
  const place = { chainId: vectors.place.chainId, ledger: vectors.place.ledger as Address };

  for (const step of vectors.acts) {
    const { act: json, state, primaryType, digest, signature } = step;
    it(`arrives at the frozen digest of ${primaryType}`, async () => {
      const act = parseAct(json);
      const { generation, proxyGeneration, ...rest } = state as unknown as Omit<
        SigningState,
        "generation" | "proxyGeneration"
      > & { generation?: number; proxyGeneration?: number };
      const signing: SigningState = {
        ...rest,
        ...(generation === undefined ? {} : { generation: BigInt(generation) }),
        ...(proxyGeneration === undefined ? {} : { proxyGeneration: BigInt(proxyGeneration) }),
      };
      const typed = typedAct(place, act, signing);
      expect(typed.primaryType).toBe(primaryType);
      expect(hashTypedData(typed)).toBe(digest);
      expect(await recoverTypedDataAddress({ ...typed, signature: signature as Hex })).toBe(
        "signer" in step ? step.signer : actorOf(act),
      );
      expect(hashTypedData(typedAct({ ...place, chainId: 1 }, act, signing))).not.toBe(digest);
    });
  }
});
