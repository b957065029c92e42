// What a gateway can be asked from a page of another service.
import type { z } from "zod";

/** The ten addresses of a gateway that any page may call. */
export type ReachedPath =
  | "/api/gateway"
  | `/api/entrusted/${"seals" | "drop" | "held" | "erase" | "revokes" | "nonce" | "releases" | "blocks" | "receipts"}`;

/**
 * One call; with a body a POST. Throws Failure: the problem's code; "unavailable" where nobody answered; "tampered" for an
 * answer of another shape.
 */
export type AskGateway = <T>(path: ReachedPath, options: { schema: z.ZodType<T>; body?: unknown }) => Promise<T>;
