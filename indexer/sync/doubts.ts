// Which accounts a block may have acts of that no log told of. A block's bloom never hides an act: it speaks of the
// contract and of the account. So when a contract's logs may be incomplete, exactly the accounts that the bloom speaks of
// are held against the contract, and the roll for those that are new.

import { pad } from "viem/utils";
import type { Address, Hex } from "viem";
import { listRoll } from "../store/acts.ts";
import type { Database } from "../store/database.ts";
import { bloomBits, bloomMayHold } from "./bloom.ts";
import type { BloomBits } from "./bloom.ts";
import type { ContractName } from "./batch.ts";

/** A block whose bloom speaks of a contract, while its logs may not all have come. */
export type Doubt = { contract: ContractName; bloom: Hex };

/** The accounts of both contracts, asked by bloom. */
export type Accounts = {
  /** Every account that ever acted on a contract. */
  all(contract: ContractName): Promise<readonly Address[]>;
  /** Those that one of these blooms speaks of. */
  spokenOf(contract: ContractName, blooms: readonly Hex[]): Promise<Address[]>;
  /** Takes in accounts that joined. */
  join(contract: ContractName, accounts: readonly Address[]): void;
  forget(): void;
};

const PAGE = 20_000;

/** Makes the list; it is read from the database when it is first needed. */
export function createAccounts(database: Database): Accounts {
  const lists = new Map<ContractName, Address[]>();
  const bits = new Map<Address, BloomBits>();

  async function all(contract: ContractName): Promise<Address[]> {
    const known = lists.get(contract);
    if (known !== undefined) return known;
    const list: Address[] = [];
    for (let after = -1; ;) {
      const page = await listRoll(database, { contract, after, limit: PAGE });
      for (const { account } of page) list.push(account);
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) break;
      after = last.place;
    }
    lists.set(contract, list);
    return list;
  }

  function bitsOf(account: Address): BloomBits {
    const made = bits.get(account) ?? bloomBits(pad(account));
    bits.set(account, made);
    return made;
  }

  return {
    all,
    async spokenOf(contract, blooms) {
      if (blooms.length === 0) return [];
      return (await all(contract)).filter((account) => {
        const own = bitsOf(account);
        return blooms.some((bloom) => bloomMayHold(bloom, own));
      });
    },
    join(contract, accounts) {
      lists.get(contract)?.push(...accounts);
    },
    forget() {
      lists.clear();
    },
  };
}
