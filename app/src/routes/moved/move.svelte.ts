// Moving to a new wallet, step by step, each of which can be gone on with after a break: what is done is read from the
// ledger and from both accounts' lists, never from a note about it.
import { consentId, createConsentReader, endByVault, isOpen, type Consent } from "#app/consents/index.ts";
import { anchorRecords, createRecordReader, findLeftBehind, takeAlong, type ChartRecord } from "#app/records/index.ts";
import { readAccount } from "#app/service/index.ts";
import { perform, type Performed } from "#app/transactions/index.ts";
import { t } from "#app/ui/index.ts";
import { hasPublishedKey, readMove, rememberMove, vault, type MovedFrom } from "#app/vault/index.ts";
import { hasOp, MANAGE } from "#protocol/codes/index.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import { isAddressEqual, type Address } from "viem";

/** say: the ledger does not know of the move yet; end: old consents stand; bring: records are left; again: all is over. */
export type MoveStep = "say" | "end" | "bring" | "again";

/** An old consent, and whether the same was given again. */
export type OldConsent = { consent: Consent; given: boolean; canAgain: boolean };

const now = (): number => Math.floor(Date.now() / 1000);
const list = (values: readonly string[]): string => [...values].sort().join();

function isSame(a: Consent, b: Consent): boolean {
  return (
    isAddressEqual(a.grantee, b.grantee) &&
    list(a.opening?.categories ?? []) === list(b.opening?.categories ?? []) &&
    list(a.opening?.documents ?? []) === list(b.opening?.documents ?? []) &&
    list(a.opening?.purposes ?? []) === list(b.opening?.purposes ?? [])
  );
}

/** The move of the open vault to this account. */
export function createMove(options: { move: MovedFrom; to: Address }) {
  const { to } = options;
  const from = options.move.account;
  const readOld = createConsentReader(from);
  const readNew = createConsentReader(to);
  const readOldRecords = createRecordReader(from);
  const readNewRecords = createRecordReader(to);

  let step = $state<MoveStep | undefined>();
  let left = $state.raw<readonly ChartRecord[]>([]);
  let brought = $state(0);
  let again = $state.raw<readonly OldConsent[]>([]);
  let busy = $state(false);
  let error = $state.raw<unknown>();
  let performed = $state.raw<Performed | undefined>();

  async function standing(): Promise<{ published: boolean; moved: boolean; vaultAccount: Address | undefined }> {
    const [key, account] = await Promise.all([
      hasPublishedKey(to, vault.publicKey ?? "0x", vault.formerKeys),
      readAccount(from, { fresh: true }),
    ]);
    const moved = account.movedTo ? isAddressEqual(account.movedTo, to) : false;
    return { published: key === "ours", moved, vaultAccount: account.vaultAccount ?? undefined };
  }

  async function look(): Promise<void> {
    const { published, moved } = await standing();
    if (!published || !moved) return void (step = "say");
    const [old, present, oldRecords, newRecords] = await Promise.all([
      ...([readOld(), readNew()] as const),
      ...([readOldRecords(), readNewRecords()] as const),
    ]);
    if (old.some((one) => isOpen(one, now()))) return void (step = "end");
    left = findLeftBehind(oldRecords, newRecords);
    if (left.length > 0) return void (step = "bring");
    const ended = (readMove()?.again ?? []).map(consentId);
    const standingNow = present.filter((one) => isOpen(one, now()));
    again = old
      .filter((one) => ended.includes(consentId(one)))
      .map((consent) => ({
        consent,
        given: standingNow.some((one) => isSame(one, consent)),
        canAgain: consent.opening !== undefined && consent.times === 0 && !hasOp(consent.ops, MANAGE),
      }));
    step = "again";
  }

  async function say(): Promise<void> {
    const { published, moved, vaultAccount } = await standing();
    const { publicKey, vaultAccount: own } = vault;
    if (!publicKey || !own || !vaultAccount) {
      throw new Failure("conflict", t("moved.error.noVaultAccount"));
    }
    if (!published) {
      performed = perform({
        act: { name: "publishKey", args: { account: to, encryptionKey: publicKey, vaultAccount: own } },
        title: t("enrol.publish.act"),
      });
      await performed.done;
    }
    if (!moved) {
      performed = perform({
        act: { name: "declareMove", args: { subject: from, newAccount: to, deadline: 0 } },
        by: "vault",
        vaultAccount,
        alsoByWallet: true,
        title: t("moved.act.say"),
      });
      await performed.done;
    }
    await end();
  }

  /** The old consents end: who holds them is remembered first, so that none is lost from the list below. */
  async function end(): Promise<void> {
    const { vaultAccount } = await standing();
    if (!vaultAccount) throw new Failure("conflict", t("moved.error.noVaultAccount"));
    const open = (await readOld()).filter((one) => isOpen(one, now()));
    if (open.length === 0) return;
    const before = readMove()?.again ?? [];
    const known = before.map(consentId);
    const more = open
      .filter((one) => !known.includes(consentId(one)))
      .map(({ grantee, scope }) => ({ grantee, scope }));
    await rememberMove({ account: from, again: [...before, ...more].slice(-400), done: false });
    await endByVault(open, { vaultAccount });
  }

  async function bring(): Promise<void> {
    const { publicKey } = vault;
    if (!publicKey) return;
    brought = 0;
    const uploads = await takeAlong(left, {
      ...{ from, to, subjectKey: publicKey },
      onDone: (count) => (brought = count),
    });
    await anchorRecords(uploads, { subject: to });
  }

  async function run(work: () => Promise<void>): Promise<void> {
    if (busy) return;
    busy = true;
    error = undefined;
    try {
      await work();
      await look();
    } catch (caught) {
      if (!isFailure(caught, "rejected-by-user")) error = caught;
    } finally {
      performed = undefined;
      busy = false;
    }
  }

  return {
    from,
    get step(): MoveStep | undefined {
      return step;
    },
    get left(): readonly ChartRecord[] {
      return left;
    },
    get brought(): number {
      return brought;
    },
    get again(): readonly OldConsent[] {
      return again;
    },
    get busy(): boolean {
      return busy;
    },
    get error(): unknown {
      return error;
    },
    get performed(): Performed | undefined {
      return performed;
    },
    look: () => run(async () => undefined),
    say: () => run(say),
    end: () => run(end),
    bring: () => run(bring),
    finish: () => rememberMove({ account: from, again: [], done: true }),
  };
}
