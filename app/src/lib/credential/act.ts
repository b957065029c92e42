// Applying for verification, and changing one's card. Both are sent by the own wallet: the registry hears nobody else.
// Rule: the licence's number is in no card in clear; the registry holds a salted hash, the card a box for the gateway.
import { fromHex } from "#protocol/bytes.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { createLicence, encodeCard, licenceHash, wrapLicence, type Card } from "#protocol/providers/index.ts";
import { gatewayInfo, putBlock } from "#app/service/index.ts";
import { perform, type Performed } from "#app/transactions/index.ts";
import { t } from "#app/ui/index.ts";
import type { Address, Hex } from "viem";
import { cardOf, type CardDraft } from "./card-draft.ts";

async function storeCard(card: Card): Promise<Hex> {
  const { bytes, digest } = encodeCard(card);
  await putBlock(manifestCid(digest), bytes);
  return digest;
}

/** Stores the card with the licence wrapped for the gateway, then asks the wallet. Throws Failure before that. */
export async function applyForVerification(draft: CardDraft, account: Address): Promise<Performed> {
  const gateway = await gatewayInfo();
  const licence = createLicence({ authority: draft.authority, number: draft.number });
  const box = wrapLicence({
    place: { chainId: gateway.chainId, ledger: gateway.ledger },
    account,
    gateway: { address: gateway.address, key: fromHex(gateway.encryptionKey, 32) },
    licence,
  });
  const card = await storeCard(cardOf(draft, box));
  return perform({
    act: { name: "applyFor", args: { account, kind: Number(draft.kind), licence: licenceHash(licence), card } },
    title: t("provider.act.apply"),
    how: "plain",
    context: { kind: "apply" },
  });
}

/** Stores a changed card, with the licence's box as it was, then asks the wallet. */
export async function publishCard(draft: CardDraft, options: { account: Address; present: Card }): Promise<Performed> {
  const { account, present } = options;
  const card = await storeCard(cardOf(draft, present.licence));
  return perform({
    act: { name: "publishCard", args: { account, card } },
    title: t("provider.act.card"),
    how: "plain",
    context: { kind: "card" },
  });
}
