// Whether the ledger would take a signed act now. Rule: what it refuses is refused in its own words; while it does not answer
// nothing is taken on but a person's own revoke, which takes effect here before it is there.

import { encodeFunctionData, isAddressEqual, recoverTypedDataAddress } from "viem";
import type { Hex } from "viem";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { Failure } from "#protocol/failure.ts";
import { actCall, typedAct, type Act, type ActSignature } from "#protocol/typed-data/index.ts";
import type { Gateway } from "../gateway/index.ts";
import type { Foundation } from "../service.ts";
import { readVaultAccount } from "../store/relays.ts";
import { explainRevert, isRevert } from "./revert-words.ts";

// What the ledger answers when the act was overtaken by another one, as against one that was never good.
const OVERTAKEN = new Set([
  "AlreadyEnded",
  "AlreadySent",
  "OutOfTurn",
  "AlreadyBooked",
  "WrongVersion",
  "StillInForce",
  "NotInForce",
  "WrongEpoch",
  "DocumentEnded",
  "WrongState",
  "ScopeUsed",
  "StillOpen",
  "NotArmed",
  "UsedUp",
]);

/** The questions that are asked of a signed act before it is taken on. */
export type Simulate = {
  /** Whether the ledger would take it: gives the call's data. Throws Failure("refused" | "conflict" | "unavailable"). */
  simulate(act: Act, signed: ActSignature): Promise<Hex>;
  /** Whether a key of the patient's, or their vault's, signed this revoke: no contract has to be asked. */
  isOwnRevoke(act: Revoke, signature: Hex): Promise<boolean>;
};

/** Half of the order of secp256k1's group. */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** Whether a key's signature has the one form that the ledger takes; viem recovers from others, which it gives to code. */
function isTakenForm(signature: Hex): boolean {
  const [, s, v] = /^0x[0-9a-f]{64}([0-9a-f]{64})([0-9a-f]{2})$/i.exec(signature) ?? [];
  return s !== undefined && BigInt(`0x${s}`) <= HALF_ORDER && (v?.toLowerCase() === "1b" || v?.toLowerCase() === "1c");
}

type Revoke = Extract<Act, { name: "revoke" | "revokeMany" }>;

/** Makes the questions. */
export function createSimulate({ chain, database, gateway }: Foundation & { gateway: Gateway }): Simulate {
  const { chainId, ledger } = chain.deployment;

  async function simulate(act: Act, signed: ActSignature): Promise<Hex> {
    const { functionName, args } = actCall(act, signed);
    // The table's names are the ABI's; a name that is not fails here.
    const data = encodeFunctionData({ abi: ledgerAbi as readonly unknown[], functionName, args } as Parameters<
      typeof encodeFunctionData
    >[0]);
    try {
      await chain.client.call({ account: gateway.address, to: ledger, data });
      return data;
    } catch (error) {
      if (isRevert(error)) {
        const { reason, detail } = explainRevert(error);
        throw new Failure(OVERTAKEN.has(reason) ? "conflict" : "refused", detail, { reason });
      }
      // A node that is away delays a revoke's way to the ledger, but not its effect here.
      if ((act.name === "revoke" || act.name === "revokeMany") && (await isOwnRevoke(act, signed.signature)))
        return data;
      throw new Failure(
        "unavailable",
        "The ledger cannot be asked right now. Nothing was sent. Try again in a moment, or send it from your own wallet.",
        { cause: error },
      );
    }
  }

  async function isOwnRevoke(act: Revoke, signature: Hex): Promise<boolean> {
    if (!isTakenForm(signature)) return false;
    const typed = typedAct({ chainId, ledger }, act);
    const signer = await recoverTypedDataAddress({ ...typed, signature } as Parameters<
      typeof recoverTypedDataAddress
    >[0]).catch(() => null);
    if (signer === null) return false;
    const vault = await readVaultAccount(database, act.args.subject);
    return isAddressEqual(signer, act.args.subject) || (vault !== null && isAddressEqual(signer, vault));
  }

  return { simulate, isOwnRevoke };
}
