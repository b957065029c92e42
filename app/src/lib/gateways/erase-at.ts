// Has an added gateway destroy a record that was taken out and erased at the service. Rule: it is believed only with a
// certificate about this very record that the gateway's own key signed.
import { gatewayInfo } from "#app/service/index.ts";
import { signWithVaultAccount as sign } from "#app/vault/index.ts";
import { requireErasure, type ErasureCertificate } from "#protocol/erasure/index.ts";
import type { AddedGateway } from "#protocol/keys/index.ts";
import type { Address, Hex } from "viem";
import { withReach } from "#app/reach/index.ts";
import { createTalk } from "./talk.ts";

/** Gives the gateway's certificate, checked; asked again, the same one. Throws Failure. */
export async function eraseAt(
  { url, address: gateway }: AddedGateway,
  { subject, document }: { subject: Address; document: Hex },
): Promise<ErasureCertificate> {
  const place = await gatewayInfo();
  return withReach(url, async (ask) => {
    const certificate = await createTalk(ask, { place, subject, gateway, sign }).erase(document);
    await requireErasure(certificate, { place, gateway, subject, document });
    return certificate;
  });
}
