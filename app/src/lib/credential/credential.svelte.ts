// One's own credential, kept fresh: a registrar's decision shows by itself.
import { createLoader, refreshOn } from "#app/live/index.ts";
import type { Address } from "viem";
import { readCredential, type Credential } from "./credential.ts";

/** A reactive credential. */
export type OwnCredential = ReturnType<typeof createOwnCredential>;

/** Starts reading; call `stop` when the page goes. */
export function createOwnCredential(options: { self: Address }) {
  let value = $state.raw<Credential | undefined>();
  const loader = createLoader(async () => {
    value = await readCredential(options.self, Math.floor(Date.now() / 1000));
  });
  const stop = refreshOn(["act"], () => void loader.reload());
  void loader.reload();
  return {
    loader,
    stop,
    get value(): Credential | undefined {
      return value;
    },
  };
}
