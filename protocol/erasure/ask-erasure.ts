// What a patient tells a gateway without being signed in there: destroy what you hold of this document, which I took out of
// my records. Rule: the vault's account (the patient's own where the ledger names none) signs which document, for which
// gateway and when; saying it twice does no more than saying it once, so that no message makes a later one worthless.

import type { Address, Hex, TypedDataDefinition } from "viem";
import type { Place } from "../keys/wrap.ts";

/** The EIP-712 typed data of such a message, under the ledger's domain. `time` in Unix seconds on the patient's clock. */
export function typedAskErasure(
  { chainId, ledger }: Place,
  message: { subject: Address; gateway: Address; document: Hex; time: number },
): TypedDataDefinition<Record<"AskErasure", { name: string; type: string }[]>, "AskErasure"> {
  return {
    domain: { name: "Placet", version: "1", chainId, verifyingContract: ledger },
    types: {
      AskErasure: [
        { name: "subject", type: "address" },
        { name: "gateway", type: "address" },
        { name: "document", type: "bytes32" },
        { name: "time", type: "uint40" },
      ],
    },
    primaryType: "AskErasure",
    message,
  };
}
