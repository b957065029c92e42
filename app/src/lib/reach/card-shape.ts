// What a gateway says of itself to anybody. Rule: it is its own word until the ledger, or a person, has confirmed it.
import { addressShape, digestShape } from "#app/service/index.ts";
import { z } from "zod";

/** The shape of a gateway's card. */
export const cardShape = z.object({
  address: addressShape,
  encryptionKey: digestShape,
  chainId: z.number().int().positive(),
  ledger: addressShape,
  genesisHash: digestShape,
});
/** A gateway's card as it gives it. */
export type GatewayCard = z.output<typeof cardShape>;
