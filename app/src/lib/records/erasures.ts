// Erasure of a record that was taken out: asked of the service, and believed only with a certificate that its gateway's
// key signed.
import { forgetManifest } from "#app/documents/index.ts";
import { digestShape, gatewayInfo, readAll, request, timeShape } from "#app/service/index.ts";
import {
  encodeErasure,
  erasureCertificateSchema,
  requireErasure,
  type ErasureCertificate,
} from "#protocol/erasure/index.ts";
import { Failure } from "#protocol/failure.ts";
import type { Address, Hex } from "viem";
import { z } from "zod";
import type { ChartRecord } from "./record.ts";

/** What became of an erasure; without a certificate it is not done and can be asked for again. Unix seconds. */
export type RecordErasure = { requestedAt: number; certificate: ErasureCertificate | undefined };

const rowSchema = z.object({
  document: digestShape,
  requestedAt: timeShape,
  certificate: erasureCertificateSchema.nullable(),
});

/** The signed-in person's erasures by document. */
export async function readErasures(): Promise<Map<Hex, RecordErasure>> {
  const rows = await readAll("/api/erasures", { schema: rowSchema });
  return new Map(
    rows.map(({ document, requestedAt, certificate }) => [
      document,
      { requestedAt, certificate: certificate ?? undefined },
    ]),
  );
}

/** Throws Failure("tampered") unless a gateway (this service's, unless told) signed that it erased this very document. */
export async function checkCertificate(
  certificate: ErasureCertificate,
  { document, subject, gateway }: Pick<ChartRecord, "document" | "subject"> & { gateway?: Address | undefined },
): Promise<void> {
  const place = await gatewayInfo();
  await requireErasure(certificate, { place, gateway: gateway ?? place.address, subject, document });
}

// A record of very many versions, or many erasures at once: the service works in parts, each as long as a person waits.
const MOST_PARTS = 20;

async function askForErasure(document: Hex): Promise<ErasureCertificate> {
  for (let part = 1; ; part += 1) {
    try {
      const body = { document };
      const call = { method: "POST", signed: true, body, schema: erasureCertificateSchema } as const;
      return await request("/api/erasures", call);
    } catch (error) {
      if (part === MOST_PARTS || !(error instanceof Failure) || error.reason !== "erasure-unfinished") throw error;
    }
  }
}

/**
 * Has a withdrawn or rejected record destroyed. Throws Failure ("conflict" with the reason "not-final" where its end is not
 * yet for good); what was destroyed before it stays destroyed.
 */
export async function eraseRecord(record: ChartRecord): Promise<ErasureCertificate> {
  const { document, manifest } = record;
  const certificate = await askForErasure(document);
  await checkCertificate(certificate, { document, subject: record.subject });
  forgetManifest(manifest);
  return certificate;
}

/** The certificate as a file, letter by letter as it was signed. */
export function certificateFile(certificate: ErasureCertificate): { blob: Blob; name: string } {
  const blob = new Blob([encodeErasure(certificate)], { type: "application/json" });
  return { blob, name: `placet-erasure-${certificate.body.document.slice(2, 10)}.json` };
}
