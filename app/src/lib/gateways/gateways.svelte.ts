// The gateways that a patient trusts besides the one that serves this page, and handing each the seals that it lacks. Rules:
// they are named inside the vault alone; a gateway that does not answer holds nothing up; what it holds is asked of itself,
// so that nothing is handed in twice, and a break is gone on from wherever the next device is.
import { readLedgerEpoch } from "#app/people/index.ts";
import { gatewayInfo, type GatewayInfo } from "#app/service/index.ts";
import { announce, t } from "#app/ui/index.ts";
import {
  isNewRootUnsealed,
  makeSeals,
  readSettings,
  requireFreshPresence,
  saveSettings,
  signWithVaultAccount as sign,
  vault,
} from "#app/vault/index.ts";
import { Failure } from "#protocol/failure.ts";
import {
  addGateway,
  dropGateway,
  forgetFormerGateway,
  noteFormerGateway,
  noteGatewayRoots,
  readFormerGateways,
  readGateways,
  type AddedGateway,
  type FormerGateway,
} from "#protocol/keys/index.ts";
import type { Address } from "viem";
import type { FoundGateway } from "./card.ts";
import { hostOf, withReach } from "#app/reach/index.ts";
import { handOverSeals } from "./hand-over.ts";
import { createTalk } from "./talk.ts";
import { countDocuments, missingSeals, type Count, type Wanted } from "./wanted.ts";

/** Milliseconds after which a gateway that failed is asked again by itself; twice as long each time, up to the second. */
const REST_MS = 60_000;
const LONGEST_REST_MS = 16 * REST_MS;

/**
 * Where a gateway stands. waiting: nothing was asked yet; handing: seals are on their way; complete: it has all that is
 * there; paused: the person wants it so, until they go on or unlock again; failed: it is tried again later.
 */
export type Phase = "waiting" | "handing" | "complete" | "paused" | "failed";

/** A gateway, and how far it is. `count` is undefined until it said what it holds. */
export type Standing = { gateway: AddedGateway; phase: Phase; count: Count | undefined; error: unknown };

/** The gateways of the person whose vault is open. */
export type Gateways = ReturnType<typeof createGateways>;

type Work = {
  phase: Phase;
  held: Set<string> | undefined;
  error: unknown;
  /** Milliseconds until it is tried again after the next failure. */
  rest: number;
  running: Promise<void> | undefined;
  /** Something came while it ran. */
  again: boolean;
};

const newWork = (): Work => ({
  phase: "waiting",
  held: undefined,
  error: undefined,
  rest: REST_MS,
  running: undefined,
  again: false,
});

/** Starts with nothing asked; `keepUp` says what every gateway should hold. Call `stop` when the page goes. */
export function createGateways({ subject }: { subject: Address }) {
  let own = $state.raw<GatewayInfo | undefined>();
  let wanted = $state.raw<readonly Wanted[] | undefined>();
  /** Counted up whenever one of `works` changed: they hold sets, which are not to be watched one by one. */
  let changes = $state(0);
  const works: Record<Address, Work> = {};
  let stopped = false;
  // Whoever looks at the list sees it once the service said which ledger this is.
  void gatewayInfo().then(
    (info) => (own = info),
    () => undefined,
  );

  const kept = $derived.by((): { list: readonly AddedGateway[]; problem?: unknown } => {
    try {
      return { list: own && vault.state === "unlocked" ? readGateways(readSettings(), own) : [] };
    } catch (problem) {
      // A list of a later version: it is told where gateways are shown, and nothing else stops for it.
      return { list: [], problem };
    }
  });
  const list = $derived(kept.list);
  const former = $derived(own && vault.state === "unlocked" ? readFormerGateways(readSettings(), own) : []);
  const standings = $derived.by(() => {
    void changes;
    return list.map((gateway): Standing => {
      const { phase, held, error } = works[gateway.address] ?? newWork();
      return { gateway, phase, error, count: held && wanted ? countDocuments(wanted, held) : undefined };
    });
  });

  function workOf(address: Address): Work {
    return (works[address] ??= newWork());
  }
  function note(address: Address, change: Partial<Work>): void {
    Object.assign(workOf(address), change);
    changes += 1;
  }
  /** True while this gateway is to get anything more: another device, or this page, may have dropped it meanwhile. */
  const goesOn = ({ address }: AddedGateway): boolean =>
    !stopped &&
    vault.state === "unlocked" &&
    workOf(address).phase === "handing" &&
    list.some((one) => one.address === address);

  async function start(gateway: AddedGateway): Promise<void> {
    const { address } = gateway;
    // A new root is handed on first, then everything is sealed under it at the service, and then here.
    if (!wanted || isNewRootUnsealed() || vault.isMoving) return;
    const { held } = workOf(address);
    if (held && gateway.roots >= vault.roots && missingSeals(wanted, held).length === 0) {
      if (workOf(address).phase !== "complete") note(address, { phase: "complete", error: undefined });
      else changes += 1;
      return;
    }
    note(address, { phase: "handing", error: undefined });
    try {
      await withReach(gateway.url, async (ask) => {
        const info = await gatewayInfo();
        await handOver(gateway, createTalk(ask, { place: info, subject, gateway: address, sign }));
      });
    } catch (error) {
      if (!stopped && workOf(address).phase === "handing") fail(gateway, error);
    }
  }

  /** Tells it, and tries again by itself after a while. */
  function fail({ address }: AddedGateway, error: unknown): void {
    const { rest } = workOf(address);
    note(address, { phase: "failed", error, rest: Math.min(2 * rest, LONGEST_REST_MS) });
    setTimeout(() => {
      const gateway = list.find((one) => one.address === address);
      if (gateway && !stopped && workOf(address).phase === "failed") void run(gateway);
    }, rest);
  }

  async function handOver(gateway: AddedGateway, talk: ReturnType<typeof createTalk>): Promise<void> {
    const { address, encryptionKey } = gateway;
    if (gateway.roots < vault.roots) {
      const info = await gatewayInfo();
      const { roots } = vault;
      await talk.drop();
      await saveSettings((settings) => noteGatewayRoots(settings, info, { address, roots }));
    }
    const held = await talk.readHeld();
    note(address, { held });
    const isNew = held.size === 0;
    let told = 0;
    /** Told to those who do not see the bar: at the beginning, then at each quarter. */
    function tell(): void {
      changes += 1;
      const all = wanted ?? [];
      if (missingSeals(all, held).length === 0) return;
      const count = countDocuments(all, held);
      if (told > (4 * count.ready) / Math.max(1, count.all)) return;
      announce(t("gateways.progress.said", { host: hostOf(gateway.url), ...count }), { silent: true });
      told = Math.floor((4 * count.ready) / Math.max(1, count.all)) + 1;
    }
    const complete = await handOverSeals({
      wanted: () => wanted ?? [],
      held,
      goesOn: () => goesOn(gateway) && wanted !== undefined,
      async make(some) {
        const epoch = await readLedgerEpoch(subject);
        const orders = some.map((one) => ({ subject, epoch, ...one }));
        const seals = await makeSeals(orders, [{ address, key: encryptionKey }]);
        return seals.map(({ document, version, seal }) => ({ document, version, seal }));
      },
      handIn: talk.handIn,
      onPart: tell,
    });
    if (!complete) return;
    note(address, { phase: "complete", rest: REST_MS });
    // Said aloud to all once; a record more, now and then, is worth no note on the screen.
    if (told > 0) announce(t("gateways.done", { host: hostOf(gateway.url) }), { silent: !isNew });
  }

  /** One piece of work for each gateway at a time; what comes meanwhile is looked at once more when it is done. */
  function run(gateway: AddedGateway): Promise<void> {
    const work = workOf(gateway.address);
    work.again = work.running !== undefined;
    work.running ??= runToEnd(gateway, work).finally(() => (work.running = undefined));
    return work.running;
  }
  async function runToEnd(gateway: AddedGateway, work: Work): Promise<void> {
    do {
      work.again = false;
      await start(list.find((one) => one.address === gateway.address) ?? gateway);
    } while (work.again && work.phase === "complete" && !stopped);
  }

  return {
    get own(): GatewayInfo | undefined {
      return own;
    },
    /** Why the list cannot be read; undefined where it can. */
    get problem(): unknown {
      return kept.problem;
    },
    get standings(): readonly Standing[] {
      return standings;
    },
    /** Those that were dropped, the last one first: what was read there before can still be asked of them. */
    get former(): readonly FormerGateway[] {
      return former;
    },
    stop(): void {
      stopped = true;
    },
    /**
     * What every gateway should hold, now that the housekeeping of keys and seals is done: each is handed what it lacks,
     * in the background.
     */
    keepUp(all: readonly Wanted[]): void {
      wanted = all;
      for (const gateway of list) {
        const { phase } = workOf(gateway.address);
        if (phase !== "paused" && phase !== "failed") void run(gateway);
      }
      changes += 1;
    },
    /** Goes on, or tries again, because the person says so. */
    goOn(gateway: AddedGateway): void {
      note(gateway.address, { phase: "waiting", error: undefined, rest: REST_MS });
      void (workOf(gateway.address).running ?? Promise.resolve()).then(() => run(gateway));
    },
    /** Stops after what is on its way. */
    pause: (gateway: AddedGateway): void => note(gateway.address, { phase: "paused", error: undefined }),
    /** Trusts a gateway from now on. Throws Failure("rejected-by-user") where they do not show who they are. */
    async add(found: FoundGateway): Promise<void> {
      await requireFreshPresence();
      const info = await gatewayInfo();
      const gateway = { ...found, addedAt: Math.floor(Date.now() / 1000), roots: vault.roots };
      const { address } = found;
      await saveSettings((settings) => forgetFormerGateway(addGateway(settings, info, gateway), info, address));
      works[found.address] = newWork();
      void run(gateway);
    },
    /**
     * Has a gateway let go of its seals, and forgets it. `anyway`: forgets it although it does not answer. Throws Failure;
     * then it is still in the list, and gets nothing more until the person goes on with it.
     */
    async drop(gateway: AddedGateway, { anyway = false }: { anyway?: boolean } = {}): Promise<void> {
      const { address, url } = gateway;
      note(address, { phase: "paused", error: undefined });
      await workOf(address).running;
      const info = await gatewayInfo();
      if (!anyway) {
        await withReach(url, async (ask) => createTalk(ask, { place: info, subject, gateway: address, sign }).drop());
        note(address, { held: undefined });
      }
      const droppedAt = Math.floor(Date.now() / 1000);
      await saveSettings((settings) =>
        noteFormerGateway(dropGateway(settings, info, address), info, { url, address, droppedAt }),
      );
      works[address] = newWork();
      changes += 1;
    },
    /** Takes a dropped one off the list: nobody looks back there any more. */
    async forget({ address }: FormerGateway): Promise<void> {
      const info = await gatewayInfo();
      await saveSettings((settings) => forgetFormerGateway(settings, info, address));
    },
  };
}

/** True where a gateway did not answer, so that it can be forgotten without its word. */
export function isSilent(error: unknown): boolean {
  return error instanceof Failure && (error.code === "unavailable" || error.reason === "strange");
}
