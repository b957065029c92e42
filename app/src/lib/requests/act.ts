// Saying no: decline with a reason that only the asker can read, and muting somebody who keeps asking.
import { rawCid } from "#protocol/documents/index.ts";
import { readLedgerKey } from "#app/people/index.ts";
import { putBlock } from "#app/service/index.ts";
import { perform, type Performed } from "#app/transactions/index.ts";
import { t } from "#app/ui/index.ts";
import { wrapNote } from "#app/vault/index.ts";
import { Failure } from "#protocol/failure.ts";
import type { Hex } from "viem";
import type { AccessRequest } from "./request.ts";

const NO_NOTE: Hex = `0x${"0".repeat(64)}`;

/** Declines a request. Without a reason the ledger holds no note. Throws Failure before anything is signed. */
export async function declineRequest(
  request: AccessRequest,
  options: { reason: string; name: string },
): Promise<Performed> {
  let note = NO_NOTE;
  if (options.reason.trim() !== "") {
    const [asker, self] = await Promise.all([readLedgerKey(request.grantee), readLedgerKey(request.subject)]);
    if (!asker || !self) throw new Failure("not-found", t("patient.request.error.noKey", { name: options.name }));
    const sealed = await wrapNote({
      kind: "decline",
      subject: request.subject,
      ref: request.id,
      recipients: [
        { address: request.grantee, key: asker.key },
        { address: request.subject, key: self.key },
      ],
      note: { reason: options.reason.trim() },
    });
    await putBlock(rawCid(sealed.digest), sealed.bytes);
    note = sealed.digest;
  }
  return perform({
    act: {
      name: "decline",
      args: { subject: request.subject, grantee: request.grantee, request: request.id, note },
    },
    title: t("patient.act.decline", { name: options.name }),
    context: { kind: "decline", request: request.id },
  });
}

/** Hides further requests of somebody, or shows them again. They are not told. */
export function muteGrantee(request: AccessRequest, options: { muted: boolean; name: string }): Performed {
  return perform({
    act: {
      name: "mute",
      args: { subject: request.subject, grantee: request.grantee, muted: options.muted },
    },
    title: t(options.muted ? "patient.act.mute" : "patient.act.unmute", { name: options.name }),
    context: { kind: "mute", grantee: request.grantee },
  });
}
