// An organisation's members and its key, kept fresh: what is left to do is worked out from the ledger, the vault and the
// service each time, so that whoever reloads in the middle finds exactly that.
import { createLoader, refreshOn } from "#app/live/index.ts";
import { readAll } from "#app/service/index.ts";
import {
  findFormer,
  hasPublishedKeyTwice,
  leftWithKey,
  readLeftKeys,
  sharedWith,
  stopSharing,
  vault,
  type LeftKey,
  type PublishedKey,
} from "#app/vault/index.ts";
import { addressShape, timeShape } from "#app/service/index.ts";
import type { Address } from "viem";
import { z } from "zod";
import { keyStateOf, listBehind, listStrays, type KeyState, type Member, type Shared } from "./member.ts";

const memberShape = z.object({ member: addressShape, role: z.number().int(), changedAt: timeShape });

/** The present members, in the order in which they came. Throws Failure. */
export async function readMembers(organisation: Address): Promise<Member[]> {
  const items = await readAll("/api/members", { query: { organisation }, schema: memberShape });
  return items
    .map(({ member, role, changedAt }) => ({ address: member, role, since: changedAt }))
    .sort((a, b) => a.since - b.since || a.address.localeCompare(b.address));
}

/** An organisation's members, reactive. */
export type Members = ReturnType<typeof createMembers>;

/** Starts reading; call `stop` when the page goes. */
export function createMembers(options: { self: Address }) {
  let list = $state.raw<readonly Member[]>([]);
  let left = $state.raw<readonly LeftKey[]>([]);
  let gone = $state.raw<readonly Address[]>([]);
  let published = $state<PublishedKey | undefined>();

  const loader = createLoader(async () => {
    const [members, boxes, without, key] = await Promise.all([
      readMembers(options.self),
      readLeftKeys(),
      leftWithKey(),
      vault.publicKey === undefined ? undefined : hasPublishedKeyTwice(options.self, vault.publicKey, vault.formerKeys),
    ]);
    list = members;
    left = boxes;
    gone = without;
    published = key;
    await clearStrays();
  });
  const stop = refreshOn(["act", "member-key"], () => void loader.reload());
  void loader.reload();

  /**
   * A page that was closed after a member was removed left their box where it was. The ledger says who that is: a service
   * whose index is being filled lists fewer than there are.
   */
  async function clearStrays(): Promise<void> {
    for (const member of await findFormer(listStrays(list, { left }))) {
      await stopSharing(member).catch(() => undefined); // It is handed to no stranger, and tried again the next time.
      left = left.filter((one) => one.member !== member);
    }
  }

  const shared = $derived<Shared>({
    given: vault.state === "unlocked" ? sharedWith() : [],
    left,
    key: vault.publicKey,
  });
  const behind = $derived(listBehind(list, shared));

  return {
    loader,
    stop,
    get list(): readonly Member[] {
      return list;
    },
    find: (address: string): Member | undefined =>
      list.find((one) => one.address.toLowerCase() === address.toLowerCase()),
    keyOf: (member: Member): KeyState => keyStateOf(member.address, shared),
    /** Who has the present key and is a member no more. */
    get gone(): readonly Address[] {
      return gone;
    },
    /** Members who have an earlier key only. */
    get behind(): readonly Member[] {
      return behind;
    },
    /** How the ledger's key stands to the vault's; undefined until it was asked. */
    get published(): PublishedKey | undefined {
      return published;
    },
    /** True while one of the steps of a change of the key is left. */
    get isChangeDue(): boolean {
      return gone.length > 0 || published === "former" || behind.length > 0;
    },
  };
}
