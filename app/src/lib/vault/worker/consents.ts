// Capsules, bundles and notes: what a consent hands over, and the words beside it.
import type { Handlers } from "#app/workers/index.ts";
import { fetchBlock } from "#app/service/index.ts";
import { fromHex } from "#protocol/bytes.ts";
import type { Opening } from "#protocol/consent/index.ts";
import { rawCid } from "#protocol/documents/index.ts";
import type { Hex } from "viem";
import {
  findInBundle,
  makeBundle,
  makeCapsule,
  openNote,
  openOpening,
  wrapNote,
  type CapsuleContent,
} from "#protocol/keys/index.ts";
import type { KeyedParty, VaultCalls } from "../calls.ts";
import { currentPair, holdCapsule, openRing, withEachKey } from "./keyring.ts";

const toParty = ({ address, key }: KeyedParty) => ({ address, key: fromHex(key, 32) });

/** One key for each category and each single document that the consent names. */
function contentOf(opening: Opening, epoch: number): CapsuleContent {
  const { compartments } = openRing();
  return {
    epoch,
    opening,
    categories: opening.categories.map((category) => ({ category, key: compartments.keyOf(category, epoch) })),
    documents: opening.documents.map((document) => ({
      document: document as Hex,
      key: compartments.documentKeyOf(document as Hex, epoch),
    })),
  };
}

/** The calls about consents. */
export const consentCalls: Pick<
  Handlers<VaultCalls>,
  "makeCapsule" | "openOpening" | "openFreshCapsule" | "makeBundle" | "wrapNote" | "openNote"
> = {
  makeCapsule({ place, subject, scope, grantee, gateways, opening, epoch, mayRead }) {
    return makeCapsule(
      { place, subject, scope },
      {
        grantee: toParty(grantee),
        subjectKey: currentPair().publicKey,
        gateways: gateways.map(toParty),
        content: mayRead ? contentOf(opening, epoch) : { epoch, opening, categories: [], documents: [] },
      },
    );
  },

  openOpening({ place, subject, scope, bytes }) {
    return withEachKey((secretKey) => openOpening({ place, subject, scope }, { recipient: subject, secretKey, bytes }));
  },

  async openFreshCapsule({ place, subject, grantee, scope, index }) {
    const ring = openRing();
    const { secretKey } = currentPair();
    const content = await findInBundle(
      { place, subject, grantee, scope },
      { secretKey, index, fetchPart: (digest) => fetchBlock(rawCid(digest)) },
    );
    if (!content) return null;
    holdCapsule(ring, { subject, grantee, scope }, content);
    return { opening: content.opening, epoch: content.epoch };
  },

  makeBundle({ place, subject, consents, epoch }) {
    return makeBundle(
      consents.map(({ grantee, scope, opening }) => ({
        consent: { place, subject, grantee: grantee.address, scope },
        granteeKey: fromHex(grantee.key, 32),
        content: contentOf(opening, epoch),
      })),
    );
  },

  wrapNote({ place, kind, subject, ref, recipients, note }) {
    return wrapNote({ place, kind, subject, ref }, { recipients: recipients.map(toParty), note });
  },

  openNote({ place, kind, subject, ref, recipient, bytes }) {
    return withEachKey((secretKey) => openNote({ place, kind, subject, ref }, { recipient, secretKey, bytes }));
  },
};
