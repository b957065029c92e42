// What a patient's vault tells another gateway, signed by the vault's account: no session there, and no wallet window.
// Rule: a gateway hears no message whose time is not later than that of the last one, so times are counted on here, and
// where another device was faster the message is signed anew with a later time.
import { digestShape, type AskGateway, type GatewayInfo } from "#app/service/index.ts";
import { HAND_IN_SECONDS, typedAskHeld, typedHandIn, type HandedSeal } from "#protocol/documents/index.ts";
import { erasureCertificateSchema, typedAskErasure, type ErasureCertificate } from "#protocol/erasure/index.ts";
import { Failure } from "#protocol/failure.ts";
import type { Address, Hex, TypedDataDefinition } from "viem";
import { z } from "zod";
import { nameSeal } from "./wanted.ts";

/** So far ahead of the clock a message's time may be counted on before the next one waits. */
const MOST_AHEAD = HAND_IN_SECONDS - 40;
const MOST_TRIES = 8;
/** A gateway that has had enough for the moment is asked again after so long. */
const BREATHER_MS = 3_000;

/** A gateway that gives pages without end is heard no longer: what it has not said by then is handed in once more. */
const MOST_PAGES = 200;

const heldShape = z.object({
  items: z
    .array(z.object({ document: digestShape, version: z.number().int(), keyedBy: z.enum(["category", "document"]) }))
    .max(1_000),
  next: z.string().max(400).nullable(),
});
const keptShape = z.object({ kept: z.number().int(), skipped: z.number().int() });
const droppedShape = z.object({ dropped: z.number().int() });

/** An erasure of very many versions is done in parts, each as long as a person waits. */
const MOST_PARTS = 20;

/** The time of the last message to each gateway, for this page's life. */
const lastTimes = new Map<Address, number>();

const pause = (milliseconds: number): Promise<void> => new Promise((resume) => setTimeout(resume, milliseconds));
const now = (): number => Math.floor(Date.now() / 1000);

/** The time for the next message: now, or one later than the last. */
function timeAfter(last: number | undefined, present: number): number {
  return Math.max(present, (last ?? 0) + 1);
}

/** A conversation with one gateway; `sign` is the vault account's signature. */
export function createTalk(
  ask: AskGateway,
  {
    place,
    subject,
    gateway,
    sign,
  }: {
    place: Pick<GatewayInfo, "chainId" | "ledger">;
    subject: Address;
    gateway: Address;
    sign: (typed: TypedDataDefinition) => Promise<Hex>;
  },
) {
  async function patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let left = MOST_TRIES; ; left -= 1) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Failure) || left <= 1) throw error;
        if (error.code === "too-many-requests") await pause(BREATHER_MS);
        else if (error.reason === "hand-in-repeated") {
          // Another device, or this page before it was loaded anew, has counted on further.
          lastTimes.set(gateway, (lastTimes.get(gateway) ?? now()) + 3 * (MOST_TRIES - left + 1));
        } else throw error;
      }
    }
  }

  async function say<T>(
    path: "/api/entrusted/seals" | "/api/entrusted/drop",
    { what, schema }: { what: readonly HandedSeal[] | "drop"; schema: z.ZodType<T> },
  ): Promise<T> {
    return patiently(async () => {
      let time = timeAfter(lastTimes.get(gateway), now());
      while (time > now() + MOST_AHEAD) {
        await pause(1_000);
        time = timeAfter(lastTimes.get(gateway), now());
      }
      lastTimes.set(gateway, time);
      const signature = await sign(typedHandIn(place, { subject, gateway, time, what }));
      const seals = what === "drop" ? {} : { seals: what };
      return ask(path, { schema, body: { subject, time, signature, ...seals } });
    });
  }

  return {
    /** Hands in seals; gives how many were kept. */
    handIn: (seals: readonly HandedSeal[]) => say("/api/entrusted/seals", { what: seals, schema: keptShape }),
    /** Has the gateway let go of all of them. */
    drop: () => say("/api/entrusted/drop", { what: "drop", schema: droppedShape }),
    /** Has the gateway destroy what it holds of a document that was taken out; its certificate is for the caller to check. */
    async erase(document: Hex): Promise<ErasureCertificate> {
      for (let part = 1; ; part += 1) {
        try {
          return await patiently(async () => {
            const time = now();
            const signature = await sign(typedAskErasure(place, { subject, gateway, document, time }));
            const body = { subject, document, time, signature };
            return ask("/api/entrusted/erase", { schema: erasureCertificateSchema, body });
          });
        } catch (error) {
          if (part === MOST_PARTS || !(error instanceof Failure) || error.reason !== "erasure-unfinished") throw error;
        }
      }
    },
    /** The names of the seals that the gateway says it holds. */
    async readHeld(): Promise<Set<string>> {
      const held = new Set<string>();
      let cursor: string | null = null;
      for (let pages = 0; pages === 0 || (cursor !== null && pages < MOST_PAGES); pages += 1) {
        const time = now();
        const signature = await sign(typedAskHeld(place, { subject, gateway, time }));
        const body = { subject, time, signature, ...(cursor === null ? {} : { cursor }) };
        const page: z.output<typeof heldShape> = await patiently(() =>
          ask("/api/entrusted/held", { schema: heldShape, body }),
        );
        for (const one of page.items) held.add(nameSeal(one));
        cursor = page.next;
      }
      return held;
    },
  };
}
