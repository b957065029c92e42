// keccak256 in WebAssembly, for whoever hashes thousands of things: several times as fast as in JavaScript. Rule: where it
// cannot be loaded, the plain one goes on and everything is as it was, only slower.

import { createKeccak } from "hash-wasm";
import { useKeccak } from "./keccak.ts";

let done: Promise<void> | null = null;

/** Puts it in place for this process or worker, once; the plain one goes on until then. Never throws. */
export function quickenKeccak(): Promise<void> {
  done ??= createKeccak(256).then(
    (hasher) => useKeccak((bytes) => `0x${hasher.init().update(bytes).digest("hex")}`),
    () => undefined,
  );
  return done;
}
