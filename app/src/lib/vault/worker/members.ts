// An organisation's key: given to its members, and held by a member who reads in its name. Rule: its secret half is in clear
// here alone, and the organisation's root goes to nobody.
import { fromBase64Url, fromHex, toBase64Url, toHex } from "#protocol/bytes.ts";
import { Failure } from "#protocol/failure.ts";
import { makeMemberKey, openMemberKey } from "#protocol/keys/index.ts";
import type { Handlers } from "#app/workers/index.ts";
import type { VaultCalls } from "../calls.ts";
import { isAddressEqual } from "viem";
import { currentPair, dropOrganisation, holdOrganisation, openRing, withEachKey } from "./keyring.ts";

/** The calls about an organisation's key. */
export const memberCalls: Pick<Handlers<VaultCalls>, "shareWithMembers" | "holdOrganisation" | "dropOrganisation"> = {
  shareWithMembers({ place, members }) {
    const { vault, pairs } = openRing();
    const secretKeys = pairs.map(({ secretKey }) => secretKey);
    const boxes = members.map(({ address, key }) => {
      const member = { address, key: fromHex(key, 32) };
      const { box } = makeMemberKey({ place, organisation: vault.account, member, secretKeys });
      return { member: address, box: toBase64Url(box) };
    });
    return { key: toHex(currentPair().publicKey), boxes };
  },

  holdOrganisation({ place, organisation, key, box }) {
    const ring = openRing();
    if (isAddressEqual(organisation, ring.vault.account)) {
      // Whoever made that box up would else have what is wrapped for this person opened with keys of theirs.
      throw new Failure(
        "tampered",
        "This service names your own account as the organisation that you read for. Its key was not taken. Sign in again; if it stays, tell the people who run the service.",
        { reason: "own-account" },
      );
    }
    const name = { place, organisation, member: ring.vault.account, key };
    const opened = withEachKey((secretKey) => openMemberKey(name, { secretKey, box: fromBase64Url(box) }));
    holdOrganisation(ring, organisation, opened);
    return { keys: opened.map(({ publicKey }) => toHex(publicKey)) };
  },

  dropOrganisation() {
    dropOrganisation();
    return undefined;
  },
};
