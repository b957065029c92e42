// One row per account: its published key, vault account, generation and epoch, as Keys.sol and Consents.sol tell them.

import { zeroAddress } from "viem";
import { patch } from "./change.ts";
import type { Change, KnownAct } from "./change.ts";

const empty = {
  encryption_key: null,
  vault_account: null,
  published_at: null,
  generation: 0,
  epoch: 0,
  bundle: null,
  moved_to: null,
};

/** What an act does to the keys of accounts. */
export function keyChanges(act: KnownAct): Change[] {
  switch (act.event) {
    case "KeyPublished": {
      const { account, encryptionKey, vaultAccount } = act.args;
      const vault = vaultAccount === zeroAddress ? null : vaultAccount;
      return [
        patch(
          "accounts",
          account,
          { encryption_key: encryptionKey, vault_account: vault, published_at: act.stamp.time },
          empty,
        ),
      ];
    }
    case "SignedCancelled":
      return [patch("accounts", act.args.subject, { generation: Number(act.args.generation) }, empty)];
    case "Moved": {
      const { subject, newAccount, generation } = act.args;
      return [patch("accounts", subject, { generation: Number(generation), moved_to: newAccount }, empty)];
    }
    case "Rekeyed":
      return [patch("accounts", act.args.subject, { epoch: Number(act.args.epoch), bundle: act.args.bundle }, empty)];
    default:
      return [];
  }
}
