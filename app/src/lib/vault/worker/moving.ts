// Documents of an account that one moved from, for the one that one has now: the body stays where it is, under the same
// DEK; the manifest names the new account and wraps the DEK for its key. Rule: only what opens as one's own is rewritten.
import { isAddressEqual } from "viem";
import { wipe } from "#protocol/bytes.ts";
import {
  decodeManifest,
  encodeManifest,
  manifestDigest,
  openDocument,
  openOwner,
  wrapOwner,
} from "#protocol/documents/index.ts";
import { Failure } from "#protocol/failure.ts";
import type { Handlers } from "#app/workers/index.ts";
import type { VaultCalls } from "../calls.ts";
import { currentPair, openRing, withEachKey } from "./keyring.ts";

/** The call about moving documents. */
export const movingCalls: Pick<Handlers<VaultCalls>, "moveManifest"> = {
  moveManifest({ place, manifestBytes, from, to }) {
    const manifest = decodeManifest(manifestBytes);
    const { document, version, chainId, ledger, subject, owner } = manifest;
    const same = chainId === place.chainId && isAddressEqual(ledger, place.ledger) && isAddressEqual(subject, from);
    if (!same || !isAddressEqual(openRing().vault.account, to)) {
      throw new Failure("tampered", "This document is not one of your old account. It was left where it is.");
    }
    const dek = withEachKey((secretKey) => openOwner({ place, subject, document, version }, { secretKey, owner }));
    try {
      const { metadata } = openDocument(manifest, dek);
      const subjectKey = currentPair().publicKey;
      const wrapped = wrapOwner({ place, subject: to, document, version }, { subjectKey, dek });
      const bytes = encodeManifest({ ...manifest, subject: to, author: to, owner: wrapped });
      return { document, version, digest: manifestDigest(bytes), manifestBytes: bytes, metadata };
    } finally {
      wipe(dek);
    }
  },
};
