// Talks to another gateway through a frame of this service whose own policy names that gateway alone: the page itself may
// connect to nobody else. Rule: what comes back is hostile until a schema has passed it; a frame lives for one piece of work.
import type { AskGateway, ReachedPath } from "#app/service/index.ts";
import { t } from "#app/ui/index.ts";
import { Failure } from "#protocol/failure.ts";
import { mayLeadTo } from "#protocol/keys/index.ts";
import { z } from "zod";
import { readAnswer, type Answered } from "./read-answer.ts";

/** The frame gives up after thirty seconds by itself: this is for a frame that never came. */
const PATIENCE_MS = 40_000;

const answerShape = z.object({ id: z.number(), status: z.number(), text: z.string() });

/**
 * Opens the way to a gateway (its origin) for as long as the work takes. Throws Failure("refused", reason "inside") for one
 * that lies further in than this page: whoever told of it does not send this browser to what stands behind its router.
 */
export async function withReach<T>(url: string, work: (ask: AskGateway) => Promise<T>): Promise<T> {
  if (!mayLeadTo(location.origin, url))
    throw new Failure("refused", t("gateways.error.inside", { host: hostOf(url) }), { reason: "inside" });
  const { port1: port, port2 } = new MessageChannel();
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = t("gateways.frame");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.src = `/reach?to=${encodeURIComponent(url)}`;
  const loaded = new Promise<void>((resolve) => {
    const handOver = (): void => {
      // The frame's origin is opaque and cannot be named; what is in it is ours by its address and the frame-src policy.
      frame.contentWindow?.postMessage("placet-reach", "*", [port2]);
      resolve();
    };
    frame.addEventListener("load", handOver, { once: true });
  });
  const waiting = new Map<number, (answer: z.output<typeof answerShape>) => void>();
  port.onmessage = ({ data }) => {
    const answer = answerShape.safeParse(data).data;
    if (answer) waiting.get(answer.id)?.(answer);
  };
  document.body.append(frame);
  let last = 0;

  async function send(path: ReachedPath, body: unknown): Promise<Answered> {
    await loaded;
    const id = (last += 1);
    return new Promise((resolve) => {
      const answered = (answer: Answered): void => {
        clearTimeout(patience);
        waiting.delete(id);
        resolve(answer);
      };
      const patience = setTimeout(() => answered({ status: 0, text: "" }), PATIENCE_MS);
      waiting.set(id, answered);
      port.postMessage({ id, path, body: body === undefined ? undefined : JSON.stringify(body) });
    });
  }

  const host = hostOf(url);
  const words = {
    silent: t("gateways.error.silent", { host }),
    strange: t("gateways.error.strange", { host }),
    busy: t("gateways.error.busy", { host }),
    away: t("gateways.error.away", { host }),
    unsigned: t("gateways.error.unsigned", { host }),
    notYet: t("gateways.error.notYet", { host }),
    notFinal: t("gateways.error.notFinal", { host }),
    refused: t("gateways.error.refused", { host }),
  };
  try {
    return await work(async (path, { schema, body }) => readAnswer(await send(path, body), { schema, words }));
  } finally {
    port.close();
    frame.remove();
  }
}

/** What a person calls a gateway: its host, with the port where it has one. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
