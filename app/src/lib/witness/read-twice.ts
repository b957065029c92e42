// One question to the ledger, asked of the service's node and again of somebody who is not the service. Rule: what both
// do not say alike is not used; who refuses to answer counts as not asked, and that is told to whoever asked.
import type { Address, Hex } from "viem";
import { Failure } from "#protocol/failure.ts";

/** Asks a node (EIP-1193's request, JSON-RPC's call). */
export type Ask = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** Somebody besides the service who can be asked: the wallet's own node, or one that the person named. */
export type Second = { by: "wallet" | "endpoint"; ask: Ask };

/** Whose word a fact rests on besides the service's. "nobody": nobody else answered. */
export type CheckedBy = Second["by"] | "nobody";

/** An answer of the ledger, and who besides the service gave it. */
export type Twice = { data: Hex; checkedBy: CheckedBy };

/** Where to ask, and how to know that it is the same chain. */
export type TwoReaders = {
  service: Ask;
  seconds: readonly Second[];
  chainId: number;
  genesisHash: Hex;
  /** Milliseconds between two tries when the answers differ: one node may be a block behind. */
  pause?: number;
  /** Milliseconds after which a second that says nothing counts as refusing. */
  patience?: number;
};

const TRIES = 5;
const PAUSE_MS = 1_000;
const PATIENCE_MS = 8_000;

/**
 * Calls a view function at both. Throws Failure("tampered", reason "ledger-differs") when they keep differing, the same
 * with reason "another-chain" when a second stands on another chain of the same number, Failure("unavailable") when the
 * service's node does not answer.
 */
export async function callTwice(call: { to: Address; data: Hex }, readers: TwoReaders): Promise<Twice> {
  const params = [{ to: call.to, data: call.data }, "latest"];
  for (let left = TRIES; ; left -= 1) {
    const [told, ...others] = await Promise.all([
      askService(readers.service, params),
      ...readers.seconds.map((second) => askSecond(second, { params, readers })),
    ]);
    const heard = others.filter((one) => one !== undefined);
    if (heard.every(({ data }) => data === told)) return { data: told, checkedBy: heard[0]?.by ?? "nobody" };
    if (left <= 1) {
      throw new Failure(
        "tampered",
        "This service and your own view of the ledger do not say the same. Nothing was encrypted, signed or sent. Do not go on with this service; tell the people who run it.",
        { reason: "ledger-differs" },
      );
    }
    await new Promise((resume) => setTimeout(resume, readers.pause ?? PAUSE_MS));
  }
}

async function askService(ask: Ask, params: readonly unknown[]): Promise<Hex> {
  return readHex(await ask("eth_call", params));
}

async function askSecond(
  { by, ask }: Second,
  { params, readers }: { params: readonly unknown[]; readers: TwoReaders },
): Promise<{ by: Second["by"]; data: Hex } | undefined> {
  try {
    return await within(readers.patience ?? PATIENCE_MS, async () => {
      if (Number(await ask("eth_chainId", [])) !== readers.chainId) return undefined;
      const first = await ask("eth_getBlockByNumber", ["0x0", false]).catch(() => undefined);
      const genesis = typeof first === "object" && first !== null && "hash" in first ? first.hash : undefined;
      if (typeof genesis === "string" && genesis.toLowerCase() !== readers.genesisHash.toLowerCase()) {
        throw new Failure(
          "tampered",
          "Your own view of the ledger is another chain than the one that this service names. Nothing was encrypted, signed or sent. Check your wallet’s network; if it is the right one, do not go on with this service.",
          { reason: "another-chain" },
        );
      }
      return { by, data: readHex(await ask("eth_call", params)) };
    });
  } catch (error) {
    if (error instanceof Failure && error.code === "tampered") throw error;
    return undefined; // It refuses, or it cannot be reached: it was not asked, and `checkedBy` says so.
  }
}

function readHex(value: unknown): Hex {
  if (typeof value === "string" && /^0x([0-9a-fA-F]{2})+$/.test(value)) return value.toLowerCase() as Hex;
  throw new Failure("unavailable", "The ledger did not answer. Nothing was encrypted or sent. Try again in a moment.");
}

function within<T>(milliseconds: number, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("No answer in time")), milliseconds);
    run()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
