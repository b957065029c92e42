// Capsules, bundles and notes: what a consent hands over, and the words beside it.
import type { Handlers } from "#app/workers/index.ts";
import { fromHex } from "#protocol/bytes.ts";
import type { Opening } from "#protocol/consent/index.ts";
import type { Hex } from "viem";
import {
  makeBundle,
  makeCapsule,
  openNote,
  openOpening,
  wrapNote,
  type CapsuleContent,
  type ConsentName,
  type ToldGateway,
} from "#protocol/keys/index.ts";
import type { KeyedParty, VaultCalls } from "../calls.ts";
import { currentPair, holdCapsule, holderOf, openRing, wipeContent, withEachKey } from "./keyring.ts";
import { openKeys } from "./open-keys.ts";

const toParty = ({ address, key }: KeyedParty) => ({ address, key: fromHex(key, 32) });

/** One key for each category and each single document that the consent names, and the gateways to be told of. */
function contentOf(opening: Opening, epoch: number, told: readonly ToldGateway[]): CapsuleContent {
  const { compartments } = openRing();
  return {
    epoch,
    opening,
    gateways: told,
    categories: opening.categories.map((category) => ({ category, key: compartments.keyOf(category, epoch) })),
    documents: opening.documents.map((document) => ({
      document: document as Hex,
      key: compartments.documentKeyOf(document as Hex, epoch),
    })),
  };
}

/** The fresh capsule in a bundle, whose keys are held from now on; null where it has none for us. */
async function openFresh(consent: ConsentName, index: Uint8Array): Promise<CapsuleContent | null> {
  const from = { asked: openRing(), by: holderOf(consent.grantee) };
  const content = await openKeys(consent, { index });
  if (content) holdCapsule(from, consent, content);
  return content;
}

function toldBy(content: CapsuleContent | null): VaultCalls["readTold"]["result"] {
  return content && { epoch: content.epoch, gateways: content.gateways ?? [] };
}

/** The calls about consents. */
export const consentCalls: Pick<
  Handlers<VaultCalls>,
  "makeCapsule" | "openOpening" | "openFreshCapsule" | "readTold" | "makeBundle" | "wrapNote" | "openNote"
> = {
  makeCapsule({ place, subject, scope, grantee, gateways, opening, epoch, mayRead, told }) {
    return makeCapsule(
      { place, subject, scope },
      {
        grantee: toParty(grantee),
        subjectKey: currentPair().publicKey,
        gateways: gateways.map(toParty),
        content: mayRead ? contentOf(opening, epoch, told) : { epoch, opening, categories: [], documents: [] },
      },
    );
  },

  openOpening({ place, subject, scope, bytes }) {
    return withEachKey((secretKey) => openOpening({ place, subject, scope }, { recipient: subject, secretKey, bytes }));
  },

  async openFreshCapsule({ place, subject, grantee, scope, index }) {
    const content = await openFresh({ place, subject, grantee, scope }, index);
    return content && { opening: content.opening, epoch: content.epoch };
  },

  async readTold({ place, subject, grantee, scope, from }) {
    const consent = { place, subject, grantee, scope };
    if ("index" in from) return toldBy(await openFresh(consent, from.index));
    const content = await openKeys(consent, from);
    const told = toldBy(content);
    if (content) wipeContent(content);
    return told;
  },

  makeBundle({ place, subject, consents, epoch, told }) {
    return makeBundle(
      consents.map(({ grantee, scope, opening }) => ({
        consent: { place, subject, grantee: grantee.address, scope },
        granteeKey: fromHex(grantee.key, 32),
        content: contentOf(opening, epoch, told),
      })),
    );
  },

  wrapNote({ place, kind, subject, ref, recipients, note }) {
    return wrapNote({ place, kind, subject, ref }, { recipients: recipients.map(toParty), note });
  },

  openNote({ place, kind, subject, ref, recipient, bytes }) {
    const name = { place, kind, subject, ref };
    return withEachKey((secretKey) => openNote(name, { recipient, secretKey, bytes }), recipient);
  },
};
