// The relay: signed acts of people, sent at the service's cost. It can delay or drop one, and nothing else: the signature
// is over the act, and the call goes to our ledger and nowhere. Rule: an act is on disk before anybody is told that it
// was accepted; a signed revoke takes effect for releases from that moment.

import { randomUUID } from "node:crypto";
import { keccak256 } from "viem";
import type { Address, Hex } from "viem";
import { canonicalBytes } from "#protocol/canonical.ts";
import { Failure } from "#protocol/failure.ts";
import { actorOf, actToJson, isRelayable, type Act, type ActSignature } from "#protocol/typed-data/index.ts";
import type { Gateway } from "../gateway/index.ts";
import type { Foundation } from "../service.ts";
import type { Queryable } from "../store/database.ts";
import {
  countRelays,
  lockRelay,
  noteRevokes,
  readMovedRelays,
  readRelay,
  readRelayByDigest,
  reopenRelay,
  updateRelay,
  writeRelay,
} from "../store/relays.ts";
import type { RelayRow } from "../store/relays.ts";
import { appendStream } from "../store/stream.ts";
import { createLoop } from "./loop.ts";
import { createRevokes, revokedBy, type Revoked } from "./revokes.ts";
import { createSimulate } from "./simulate.ts";

/** A signed act that somebody hands in. */
export type Submission = {
  /** Who hands it in: the limits are theirs. */
  account: Address;
  act: Act;
  signature: Hex;
  /** For publishKey, where a vault account is replaced: that account's own signature. */
  vaultSignature?: Hex;
  /** For declareMove: the new account's. */
  newSignature?: Hex;
};

/** The relay, as the rest of the service sees it. */
export type Relay = {
  /**
   * Accepts an act, or gives the one that was accepted before when it is the same. Throws Failure("bad-input") for what
   * cannot be relayed, "refused" or "conflict" in the ledger's words, "too-many-requests", "unavailable".
   */
  submit(submission: Submission): Promise<RelayRow>;
  /**
   * Hears a signed revoke that somebody else sends to the ledger: releases stop under all that it ends, of which it gives the
   * number. `onContract` is told before a contract wallet is asked, and may throw. Throws Failure like `submit`.
   */
  hear(revoke: Pick<Submission, "act" | "signature"> & { onContract: () => void }): Promise<number>;
  /** Follows what becomes of the acts: the writer's work, while this process is the writer. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * How much one account may have relayed. The revoke of a consent that stands is never refused for it; revokes of what does
 * not stand, of which anybody can sign as many as they like, are, once there were `perHour`.
 */
export type RelaySettings = { perHour: number; open: number };

const DEFAULTS: RelaySettings = { perHour: 300, open: 64 };

/** Makes the relay. It sends with the gateway's account. */
export async function createRelay(
  foundation: Foundation & { gateway: Gateway },
  settings: Partial<RelaySettings> = {},
): Promise<Relay> {
  const { database, chain, gateway, log, metrics, now, writer } = foundation;
  const { ledger } = chain.deployment;
  const { isStanding, hear } = createRevokes(foundation);
  const questions = createSimulate(foundation);
  const limits = { ...DEFAULTS, ...settings };
  const loop = createLoop({ everyMs: 1_500, log, name: "relay", work: follow });
  let deafen: (() => Promise<void>) | null = null;

  async function submit({ account, act, ...signatures }: Submission): Promise<RelayRow> {
    if (!isRelayable(act)) {
      throw new Failure(
        "bad-input",
        "This act cannot be sent for you: its sender is who acts. Nothing was sent. Send it from your own wallet.",
      );
    }
    const signed = keepGiven(signatures);
    const digest = keccak256(canonicalBytes({ act: actToJson(act), ...signed }));
    const known = await readRelayByDigest(database, digest);
    if (known !== null && known.state !== "failed") return known;
    const parts = partsIn(act);
    const revoked = revokedBy(act);
    if (revoked.length === 0) await requireAllowance(account, parts);
    else await requireStanding(account, revoked);
    const data = await questions.simulate(act, signed);
    const row = await accept({ account, act, digest, data, parts, revoked });
    metrics.count("relays_accepted");
    gateway.sender.wake();
    return row;
  }

  /** A batch counts for as many acts as it holds: each costs the service its own gas. */
  async function requireAllowance(account: Address, parts: number): Promise<void> {
    const { recent, open } = await countRelays(database, { account, since: now() - 3_600 });
    if (recent + parts <= limits.perHour && open < limits.open) return;
    throw tooMany();
  }

  /** After many revokes by one account, only those that end something are sent: each costs the service its own gas. */
  async function requireStanding(account: Address, revoked: readonly Revoked[]): Promise<void> {
    const { revokes } = await countRelays(database, { account, since: now() - 3_600 });
    if (revokes + revoked.length <= limits.perHour) return;
    const stand = await Promise.all(revoked.map(isStanding));
    if (!stand.includes(true)) throw tooMany();
  }

  function tooMany(): Failure {
    const failure = new Failure(
      "too-many-requests",
      "This service has sent as much for you as it does in an hour. Nothing was sent. Wait a while, or send it from your own wallet.",
      { reason: "relay-allowance" },
    );
    // Sooner may do: acts leave the hour one by one.
    return Object.assign(failure, { retryAfter: 3_600 });
  }

  async function accept({
    account,
    act,
    digest,
    data,
    parts,
    revoked,
  }: {
    account: Address;
    act: Act;
    digest: Hex;
    data: Hex;
    parts: number;
    revoked: readonly Revoked[];
  }): Promise<RelayRow> {
    return database.transaction(async (tx) => {
      // Handed in twice at the same moment, in whichever processes, it is still sent once.
      await lockRelay(tx, digest);
      const known = await readRelayByDigest(tx, digest);
      if (known !== null && known.state !== "failed") return known;
      const sending = await gateway.sender.add(tx, { purpose: "relay", target: ledger, data, parts });
      const id = known?.id ?? randomUUID();
      if (known !== null) await reopenRelay(tx, { id, sending, at: now() });
      else
        await writeRelay(tx, {
          id,
          digest,
          account,
          actor: actorOf(act),
          name: act.name,
          act: actToJson(act),
          ...consentOf(act),
          parts,
          sending,
          at: now(),
        });
      // From here on, releases stop under what was revoked, whatever becomes of the transaction.
      await noteRevokes(tx, revoked);
      const row = await readRelay(tx, id);
      if (row === null) throw new Error("The act that was just written is not there.");
      await tell(tx, row);
      return row;
    });
  }

  /** Brings every act's state to what its transaction and the index say, and tells those concerned. */
  async function follow(): Promise<void> {
    const moved = await readMovedRelays(writer.database);
    if (moved.length === 0) return;
    await writer.database.transaction(async (tx) => {
      for (const { next, next_tx, next_block, next_reason, next_detail, ...row } of moved) {
        const state = { state: next, tx: next_tx, block: next_block, reason: next_reason, detail: next_detail };
        await updateRelay(tx, {
          id: row.id,
          state: next,
          hash: next_tx,
          block: next_block,
          reason: next_reason,
          detail: next_detail,
          at: now(),
        });
        await tell(tx, { ...row, ...state });
        if (next === "failed") metrics.count("relays_failed");
      }
    });
  }

  async function tell(
    tx: Queryable,
    { id, name, account, actor, state, tx: hash, block, reason, detail }: RelayRow,
  ): Promise<void> {
    const payload = { id, name, state, tx: hash, block, reason, detail };
    await appendStream(tx, [{ type: "relay", audience: [...new Set([account, actor])], payload }]);
  }

  gateway.sender.onChange(loop.wake);
  return {
    submit,
    hear: async ({ act, ...told }) => hear(act, told, questions),
    async start() {
      deafen = await database.listen("act", loop.wake);
      await loop.start();
    },
    async stop() {
      await deafen?.();
      deafen = null;
      await loop.stop();
    },
  };
}

/** How many acts an act is. */
function partsIn(act: Act): number {
  if (act.name === "grantMany") return act.args.grants.length;
  if (act.name === "revokeMany") return act.args.revocations.length;
  if (act.name === "anchorMany") return act.args.anchors.length;
  return act.name === "publishDays" ? act.args.days.length : 1;
}

/** The signatures that were given, without those that were not. */
function keepGiven({ signature, vaultSignature, newSignature }: Omit<Submission, "account" | "act">): ActSignature {
  return {
    signature,
    ...(vaultSignature === undefined ? {} : { vaultSignature }),
    ...(newSignature === undefined ? {} : { newSignature }),
  };
}

/** The consent that an act is about, as far as it names one. */
function consentOf(act: Act): Pick<RelayRow, "subject" | "grantee" | "scope" | "ceiling"> {
  const args: Record<string, unknown> = act.args;
  const text = <T extends string>(name: string): T | null =>
    typeof args[name] === "string" ? (args[name] as T) : null;
  return {
    subject: text<Address>("subject"),
    grantee: text<Address>("grantee"),
    scope: text<Hex>("scope"),
    ceiling: typeof args["ceiling"] === "number" ? args["ceiling"] : null,
  };
}
